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

// moment is how long a controller waits for more of the same: long beside the time between two of many changes that come one after
// another, and short beside the second within which access and lists are right.
const moment = 100 * time.Millisecond

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// Soon wakes a controller a moment after something happened, so that it looks once at what happens many times: people who join one
// organization, organizations that one person joins. What is there from the start is looked at in its turn.
func Soon(h handler.EventHandler) handler.EventHandler {
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q queue) {
			if !e.IsInInitialList {
				q = gathering{q}
			}
			h.Create(ctx, e, q)
		},
		UpdateFunc:  func(ctx context.Context, e event.UpdateEvent, q queue) { h.Update(ctx, e, gathering{q}) },
		DeleteFunc:  func(ctx context.Context, e event.DeleteEvent, q queue) { h.Delete(ctx, e, gathering{q}) },
		GenericFunc: func(ctx context.Context, e event.GenericEvent, q queue) { h.Generic(ctx, e, gathering{q}) },
	}
}

// gathering adds to a queue what is to wait a moment there. What is in it already keeps its time.
type gathering struct{ queue }

func (g gathering) Add(r reconcile.Request) { g.AddAfter(r, moment) }
