// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// heard are the namespaces of the objects of events.
type heard struct{ in *[]string }

func (h heard) Eventf(regarding, _ runtime.Object, _, _, _, _ string, _ ...any) {
	*h.in = append(*h.in, regarding.(client.Object).GetNamespace())
}

// one is a cache with one Namespace, or none.
type one struct {
	client.Reader
	namespace *corev1.Namespace
}

func (o one) Get(_ context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	if o.namespace == nil {
		return apierrors.NewNotFound(corev1.Resource("namespaces"), key.Name)
	}
	o.namespace.DeepCopyInto(obj.(*corev1.Namespace))
	return nil
}

// TestMirroredEvents: an event of an Organization is repeated where its administrators read, and nowhere else.
func TestMirroredEvents(t *testing.T) {
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker"}}
	namespace := func(label string, ends *metav1.Time) *corev1.Namespace {
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{v1alpha1.OrganizationLabel: label}, DeletionTimestamp: ends}}
	}
	for sentence, tc := range map[string]struct {
		of        client.Object
		namespace *corev1.Namespace
		want      []string
	}{
		"in its own namespace":               {org, namespace("zylker", nil), []string{"", "org-zylker"}},
		"not before that is there":           {org, nil, []string{""}},
		"not while that ends":                {org, namespace("zylker", &metav1.Time{}), []string{""}},
		"not in one that is somebody's":      {org, namespace("", nil), []string{""}},
		"not in another organization's":      {org, namespace("bluepine", nil), []string{""}},
		"those of other kinds are told once": {&v1alpha1.User{}, namespace("zylker", nil), []string{""}},
	} {
		t.Run(sentence, func(t *testing.T) {
			var in []string
			mirrored{heard{&in}, one{namespace: tc.namespace}}.Eventf(tc.of, nil, corev1.EventTypeNormal, "Transferred", "Reconcile", "")
			if diff := cmp.Diff(tc.want, in); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
