// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
)

// TestEndContentGoneAlready: when its CustomResourceDefinition is deleted, a kind goes without an event. The cache keeps the last objects
// that it saw, because its watch cannot be renewed.
func TestEndContentGoneAlready(t *testing.T) {
	const members = 3 * batch
	for sentence, tc := range map[string]struct {
		there  string // a membership that is there
		ending string // one that is being deleted, and has a finalizer
		want   string
	}{
		"a deleted membership is not waited for": {},
		"an existing one is":                     {there: "m-300", want: fmt.Sprintf("Deletes what belongs to it; left: %d memberships", members)},
		"one that is being deleted is":           {ending: "m-300", want: fmt.Sprintf("Deletes what belongs to it; left: %d memberships", members)},
	} {
		t.Run(sentence, func(t *testing.T) {
			var objects []client.Object
			for i := range members {
				name := fmt.Sprintf("m-%d", i)
				m := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Namespace: namespaceOf(zylker), Name: name, UID: types.UID(name)}}
				if name == tc.ending {
					m.DeletionTimestamp, m.Finalizers = &metav1.Time{Time: time.Unix(0, 0)}, []string{"example.com/hold"}
				}
				objects = append(objects, m)
			}
			deletes := func(_ context.Context, _ client.WithWatch, obj client.Object, _ ...client.DeleteOption) error {
				if obj.GetName() == tc.there {
					return nil
				}
				return apierrors.NewNotFound(schema.GroupResource{}, obj.GetName())
			}
			scheme := runtime.NewScheme()
			if err := v1alpha1.AddToScheme(scheme); err != nil {
				t.Fatal(err)
			}
			c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).
				WithIndex(&v1alpha1.InvitationResponse{}, index.AnswersIn, func(client.Object) []string { return nil }).
				WithInterceptorFuncs(interceptor.Funcs{Delete: deletes}).Build()
			left, err := (&Reconciler{Client: c}).endContent(t.Context(), zylker)
			if err != nil || left != tc.want {
				t.Errorf("got %q, %v; want %q", left, err, tc.want)
			}
		})
	}
}
