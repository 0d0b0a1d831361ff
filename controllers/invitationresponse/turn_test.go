// SPDX-License-Identifier: Apache-2.0

package invitationresponse

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func answer(name, organization string) *v1alpha1.InvitationResponse {
	return &v1alpha1.InvitationResponse{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       v1alpha1.InvitationResponseSpec{Invitation: &v1alpha1.InvitationReference{Namespace: "org-" + organization, Name: name}},
	}
}

// Answers to a quiet organization come among the first, although a crowd answered another one before.
func TestTurns(t *testing.T) {
	const answers = 150
	q := priorityqueue.New[reconcile.Request]("answers")
	defer q.ShutDown()
	wakes := new(turns).handler()
	wakes.Create(t.Context(), event.CreateEvent{Object: answer("before", "other"), IsInInitialList: true}, q)
	for n := range answers {
		wakes.Create(t.Context(), event.CreateEvent{Object: answer(fmt.Sprintf("crowded-%03d", n), "crowded")}, q)
	}
	wakes.Create(t.Context(), event.CreateEvent{Object: answer("quiet", "quiet")}, q)
	place := map[string]int{}
	for n := range answers + 2 {
		next, _ := q.Get()
		place[next.Name] = n
		q.Done(next)
	}
	if place["crowded-000"] != 0 || place["quiet"] != 1 || place["crowded-001"] != 2 || place["before"] != answers+1 {
		t.Errorf("the order is %v", place)
	}
}

// An organization whose answers are done is a quiet one again, and nothing of it is kept.
func TestTurnsForget(t *testing.T) {
	q := priorityqueue.New[reconcile.Request]("answers")
	defer q.ShutDown()
	counted := new(turns)
	wakes, one, other := counted.handler(), answer("one", "zylker"), answer("other", "zylker")
	for _, a := range []*v1alpha1.InvitationResponse{one, other} {
		wakes.Create(t.Context(), event.CreateEvent{Object: a}, q)
	}
	done := one.DeepCopy()
	done.Status.CompletedAt = &metav1.Time{}
	wakes.Update(t.Context(), event.UpdateEvent{ObjectOld: one, ObjectNew: done}, q)
	wakes.Delete(t.Context(), event.DeleteEvent{Object: done}, q)
	if n := counted.open["org-zylker"]; n != 1 {
		t.Errorf("counts %d", n)
	}
	wakes.Delete(t.Context(), event.DeleteEvent{Object: other}, q)
	if len(counted.open) > 0 {
		t.Errorf("keeps %v", counted.open)
	}
}
