// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// project is what Kubebuilder's file says of each kind, as far as it can be wrong.
type project struct {
	Resources []struct {
		Kind, Domain, Path, Version string
		API                         struct {
			Namespaced bool
		}
	}
}

const path = "github.com/polyorg/polyorg/api/v1alpha1"

// PROJECT names each kind that there is, and no other, with its scope.
func TestProjectHasTheKindsThatThereAre(t *testing.T) {
	var p project
	read(t, "../../PROJECT", &p)
	got := map[string]bool{}
	for _, r := range p.Resources {
		if r.Domain != v1alpha1.GroupName || r.Version != v1alpha1.GroupVersion.Version || r.Path != path {
			t.Errorf("%s is %s/%s in %s", r.Kind, r.Domain, r.Version, r.Path)
		}
		got[r.Kind] = r.API.Namespaced
	}
	if diff := cmp.Diff(defined(t), got); diff != "" {
		t.Errorf("PROJECT, kinds and whether they are namespaced (-CRDs +PROJECT)\n%s", diff)
	}
}

// Each kind of the package has a CRD, and each CRD a kind.
func TestEachKindIsDefined(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	defined := defined(t)
	for kind, of := range scheme.KnownTypes(v1alpha1.GroupVersion) {
		_, isDefined := defined[kind]
		_, isList := defined[kind[:max(0, len(kind)-len("List"))]]
		if of.PkgPath() == path && !isDefined && !isList {
			t.Errorf("%s has no CRD", kind)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(defined)) {
		if !scheme.Recognizes(v1alpha1.GroupVersion.WithKind(kind)) {
			t.Errorf("the CRD of %s has no type", kind)
		}
	}
}

// defined are the kinds of config/crd, and whether they are namespaced.
func defined(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../../config/crd/bases/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no CRDs: %v", err)
	}
	kinds := map[string]bool{}
	for _, file := range files {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		read(t, file, crd)
		kinds[crd.Spec.Names.Kind] = crd.Spec.Scope == apiextensionsv1.NamespaceScoped
	}
	return kinds
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}
