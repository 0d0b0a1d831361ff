// SPDX-License-Identifier: Apache-2.0

// Package cel tests the static rules of the kinds, CEL and schema, on a real API server without any webhook.
package cel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/test/planes"
)

const (
	bases     = "../../config/crd/bases"
	namespace = "org-zylker-products" // of the namespaced objects in testdata
)

// All tests of this package share these; TestMain makes them.
var (
	plane *controlplane.ControlPlane
	kube  client.Client
	// crds are the kinds that are stored. A SelfReview never is: admission refuses that.
	crds []*apiextensionsv1.CustomResourceDefinition
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	ctx := context.Background()
	var giveBack func() error
	if plane, giveBack, err = planes.Take(ctx, io.Discard); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, giveBack()) }()
	if err := prepare(ctx); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// prepare makes the namespace of the namespaced kinds.
func prepare(ctx context.Context) (err error) {
	if crds, err = readCRDs(); err != nil {
		return err
	}
	if kube, err = client.New(plane.Config(), client.Options{}); err != nil {
		return err
	}
	return kube.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
}

func readCRDs() (crds []*apiextensionsv1.CustomResourceDefinition, err error) {
	files, err := filepath.Glob(filepath.Join(bases, "*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.UnmarshalStrict(data, crd); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if crd.Spec.Names.Kind != "SelfReview" {
			crds = append(crds, crd)
		}
	}
	if len(crds) == 0 {
		return nil, fmt.Errorf("no CRDs in %s", bases)
	}
	return crds, nil
}
