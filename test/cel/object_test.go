// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// change is the difference between two objects: values by path, and nil for an absent one.
type change map[string]any

// full returns the object in testdata that has every field of its kind, with valid values.
func full(t *testing.T, kind string) *unstructured.Unstructured {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", strings.ToLower(kind)+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(data, &object.Object); err != nil {
		t.Fatal(err)
	}
	return object
}

// with returns a copy of the object with the changes, parents first.
func with(t *testing.T, object *unstructured.Unstructured, c change) *unstructured.Unstructured {
	t.Helper()
	changed := object.DeepCopy()
	for _, path := range slices.Sorted(maps.Keys(c)) {
		fields := strings.Split(path, ".")
		if c[path] == nil {
			unstructured.RemoveNestedField(changed.Object, fields...)
			continue
		}
		if err := unstructured.SetNestedField(changed.Object, c[path], fields...); err != nil {
			t.Fatal(err)
		}
	}
	return changed
}

// create asks the API server whether it would take the object. Nothing is stored.
func create(ctx context.Context, object *unstructured.Unstructured) error {
	return kube.Create(ctx, object.DeepCopy(), client.DryRunAll)
}

// store creates the object until the end of the test, with its status.
func store(t *testing.T, object *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	stored := object.DeepCopy()
	if err := kube.Create(t.Context(), stored); err != nil {
		t.Fatalf("storing the object: %v", err)
	}
	t.Cleanup(func() {
		if err := kube.Delete(context.Background(), stored); err != nil {
			t.Error(err)
		}
	})
	if status, ok := object.Object["status"]; ok {
		stored.Object["status"] = status
		if err := kube.Status().Update(t.Context(), stored); err != nil {
			t.Fatalf("storing the status: %v", err)
		}
	}
	return stored
}

// update asks the API server whether it would take a change of a stored object. Nothing is stored.
func update(t *testing.T, stored *unstructured.Unstructured, c change) error {
	t.Helper()
	changed := with(t, stored, c)
	for path := range c {
		if strings.HasPrefix(path, "status") {
			return kube.Status().Update(t.Context(), changed, client.DryRunAll)
		}
	}
	return kube.Update(t.Context(), changed, client.DryRunAll)
}

// mustRefuse fails unless the error names only that field, and has the message.
func mustRefuse(t *testing.T, err error, field, message string) {
	t.Helper()
	if !apierrors.IsInvalid(err) {
		t.Fatalf("want the object refused as invalid, got %v", err)
	}
	var found bool
	for _, cause := range causes(err) {
		if cause.Field != field {
			t.Errorf("refused at %s, want %s alone: %s", cause.Field, field, cause.Message)
		}
		found = found || strings.Contains(cause.Message, message)
	}
	if !found {
		t.Errorf("want the message %q, got %v", message, err)
	}
}

// causes drops the API server's remark that it judged no CEL, because the object is out of bounds already.
func causes(err error) []metav1.StatusCause {
	status := apierrors.APIStatus(nil)
	if !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	return slices.DeleteFunc(status.Status().Details.Causes, func(c metav1.StatusCause) bool {
		return strings.Contains(c.Message, "some validation rules were not checked")
	})
}
