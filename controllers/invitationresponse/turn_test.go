// SPDX-License-Identifier: Apache-2.0

package invitationresponse

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
)

func answer(name, organization string) *v1alpha1.InvitationResponse {
	return &v1alpha1.InvitationResponse{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       v1alpha1.InvitationResponseSpec{Invitation: &v1alpha1.InvitationReference{Namespace: "org-" + organization, Name: name}},
	}
}

// openAnswers is a cache that finds open answers, and nothing else.
func openAnswers(t *testing.T, answers ...client.Object) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(answers...).
		WithIndex(&v1alpha1.InvitationResponse{}, index.OpenAnswersIn, func(o client.Object) []string {
			return []string{o.(*v1alpha1.InvitationResponse).Spec.Invitation.Namespace}
		}).Build()
}

// An organization with one answer does not wait for the crowd that another one has invited.
func TestInTurn(t *testing.T) {
	var all []client.Object
	for n := range 150 {
		all = append(all, answer(fmt.Sprintf("crowded-%03d", n), "crowded"))
	}
	late, early := answer("quiet", "quiet"), answer("before", "crowded")
	r := &Reconciler{Client: openAnswers(t, append(all, late, early)...)}
	q := priorityqueue.New[reconcile.Request]("answers")
	defer q.ShutDown()
	wakes := handler.Funcs{CreateFunc: r.inTurn}
	wakes.Create(t.Context(), event.CreateEvent{Object: early, IsInInitialList: true}, q)
	for _, a := range append(all, late) {
		wakes.Create(t.Context(), event.CreateEvent{Object: a}, q)
	}
	var order []string
	for range len(all) + 2 {
		next, _ := q.Get()
		order = append(order, next.Name)
		q.Done(next)
	}
	if first, last := order[0], order[len(order)-1]; first != "quiet" || last != "before" {
		t.Errorf("%s is first, %s is last", first, last)
	}
}

func TestAnAnswerToNothingWaitsForNobody(t *testing.T) {
	r := &Reconciler{Client: openAnswers(t)}
	if n := r.waiting(t.Context(), &v1alpha1.InvitationResponse{}); n != 0 {
		t.Errorf("waits behind %d", n)
	}
}
