// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// moment is how long a controller waits for more events of the same object. It is long beside the time between two of many changes. It is
// short beside the second within which access and lists must be right.
const moment = 100 * time.Millisecond

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// longMoment is how long a controller waits for more events that nobody waits for, such as those of many e-mails that leave.
const longMoment = 2 * time.Second

// Soon wakes a controller a moment after an event. So the controller looks once at an object with many events, such as an organization that
// many people join. Objects that are there from the start wait for no more.
func Soon(h handler.EventHandler) handler.EventHandler { return after(moment, h) }

// Later wakes a controller some moments after an event for which nobody waits.
func Later(h handler.EventHandler) handler.EventHandler { return after(longMoment, h) }

func after(wait time.Duration, h handler.EventHandler) handler.EventHandler {
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q queue) {
			if !e.IsInInitialList {
				q = gathering{q, wait}
			}
			h.Create(ctx, e, q)
		},
		UpdateFunc:  func(ctx context.Context, e event.UpdateEvent, q queue) { h.Update(ctx, e, gathering{q, wait}) },
		DeleteFunc:  func(ctx context.Context, e event.DeleteEvent, q queue) { h.Delete(ctx, e, gathering{q, wait}) },
		GenericFunc: func(ctx context.Context, e event.GenericEvent, q queue) { h.Generic(ctx, e, gathering{q, wait}) },
	}
}

// gathering adds requests to a queue after a while. A request that is in the queue already keeps its time.
type gathering struct {
	queue
	wait time.Duration
}

func (g gathering) Add(r reconcile.Request) { g.AddAfter(r, g.wait) }
