// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// TestGoTypesLoseNothing compares the Go types with the schemas: each keeps all fields of the other.
func TestGoTypesLoseNothing(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	for _, crd := range crds {
		t.Run(crd.Spec.Names.Kind, func(t *testing.T) {
			want := full(t, crd.Spec.Names.Kind).Object
			typed, err := scheme.New(v1alpha1.GroupVersion.WithKind(crd.Spec.Names.Kind))
			if err != nil {
				t.Fatal(err)
			}
			convert(t, want, typed)
			got := map[string]any{}
			convert(t, typed.DeepCopyObject(), &got)
			if diff := cmp.Diff(normal(t, want), got); diff != "" {
				t.Errorf("the object after its way through the Go type (-want +got):\n%s", diff)
			}
		})
	}
}

// normal has its numbers as JSON has them.
func normal(t *testing.T, object map[string]any) map[string]any {
	t.Helper()
	out := map[string]any{}
	convert(t, object, &out)
	return out
}

func convert(t *testing.T, from, to any) {
	t.Helper()
	data, err := json.Marshal(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, to); err != nil {
		t.Fatal(err)
	}
}
