// SPDX-License-Identifier: Apache-2.0

package invitationresponse

import (
	"context"

	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
)

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// crowd is how many waiting answers of one organization are counted. Those beyond come before what was there at the start.
const crowd = -handler.LowPriority - 1

// inTurn puts a new answer behind the answers of organizations that have fewer waiting. So no organization waits for the crowd that
// another one has invited. What was there at the start comes last, in any order.
func (r *Reconciler) inTurn(ctx context.Context, e event.CreateEvent, q queue) {
	request := reconcile.Request{NamespacedName: client.ObjectKeyFromObject(e.Object)}
	turns, ok := q.(priorityqueue.PriorityQueue[reconcile.Request])
	if !ok || e.IsInInitialList {
		q.Add(request)
		return
	}
	turns.AddWithOpts(priorityqueue.AddOpts{Priority: ptr.To(-r.waiting(ctx, e.Object))}, request)
}

// waiting is how many answers to the same organization wait, as far as they are counted.
func (r *Reconciler) waiting(ctx context.Context, obj client.Object) int {
	answer, ok := obj.(*v1alpha1.InvitationResponse)
	if !ok || answer.Spec.Invitation == nil {
		return 0
	}
	var open v1alpha1.InvitationResponseList
	err := r.Client.List(ctx, &open, client.MatchingFields{index.OpenAnswersIn: answer.Spec.Invitation.Namespace}, client.Limit(crowd), index.Shared)
	if err != nil {
		log.FromContext(ctx).Error(err, "Cannot count the answers that wait")
	}
	return min(len(open.Items), crowd)
}
