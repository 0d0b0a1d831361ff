// SPDX-License-Identifier: Apache-2.0

package invitationresponse

import (
	"context"
	"sync"

	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// crowd is how many open answers of one organization have a rank of their own. Later ones still come before the answers of the start.
const crowd = -handler.LowPriority - 1

// turns puts a new answer behind the answers of organizations with fewer open ones. So no organization waits for another one's crowd of
// invitees. Answers that existed at the start come last, in any order.
type turns struct {
	mu   sync.Mutex
	open map[string]int // answers that are not done, by the namespace of their invitation
}

// handler wakes the controller for new answers, and counts all.
func (t *turns) handler() handler.EventHandler {
	return handler.Funcs{
		CreateFunc: t.enqueue,
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, _ queue) {
			t.count(e.ObjectOld, -1)
			t.count(e.ObjectNew, 1)
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, _ queue) { t.count(e.Object, -1) },
	}
}

func (t *turns) enqueue(_ context.Context, e event.CreateEvent, q queue) {
	ahead := t.count(e.Object, 1) - 1
	request := reconcile.Request{NamespacedName: client.ObjectKeyFromObject(e.Object)}
	if p, ok := q.(priorityqueue.PriorityQueue[reconcile.Request]); ok && !e.IsInInitialList {
		p.AddWithOpts(priorityqueue.AddOpts{Priority: ptr.To(-min(max(ahead, 0), crowd))}, request)
		return
	}
	q.Add(request)
}

// count adds an open answer, or removes it. It returns how many open answers its organization then has.
func (t *turns) count(obj client.Object, n int) int {
	answer, ok := obj.(*v1alpha1.InvitationResponse)
	if !ok || answer.Spec.Invitation == nil || answer.Status.CompletedAt != nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = map[string]int{}
	}
	namespace := answer.Spec.Invitation.Namespace
	t.open[namespace] += n
	defer func() {
		if t.open[namespace] == 0 {
			delete(t.open, namespace)
		}
	}()
	return t.open[namespace]
}
