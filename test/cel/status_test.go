// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"context"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestNothingLooksHealthyBeforeTheOperatorSawIt applies one object of each kind as GitOps tools do, with a status of the author's own.
// Until the operator looks at the object, its status says so, and nobody owns it.
func TestNothingLooksHealthyBeforeTheOperatorSawIt(t *testing.T) {
	for _, crd := range crds {
		t.Run(crd.Spec.Names.Kind, func(t *testing.T) {
			object := full(t, crd.Spec.Names.Kind)
			if err := kube.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(object), client.FieldOwner("gitops")); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := kube.Delete(context.Background(), object); err != nil {
					t.Error(err)
				}
			})
			for sentence, look := range map[string]func() error{
				"as it was answered": func() error { return nil },
				"as it is read":      func() error { return kube.Get(t.Context(), client.ObjectKeyFromObject(object), object) },
			} {
				if err := look(); err != nil {
					t.Fatal(err)
				}
				unseen(t, sentence, object)
			}
		})
	}
}

func unseen(t *testing.T, sentence string, object *unstructured.Unstructured) {
	t.Helper()
	status, _, _ := unstructured.NestedMap(object.Object, "status")
	if len(status) != 1 || status["observedGeneration"] != int64(-1) {
		t.Errorf("%s: got status %v, want that generation -1 was observed and nothing else", sentence, status)
	}
	for _, f := range object.GetManagedFields() {
		if strings.Contains(f.FieldsV1.GetRawString(), `"f:status"`) {
			t.Errorf("%s: %s owns fields of the status", sentence, f.Manager)
		}
	}
}
