// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"testing"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// added notes the delay of each request.
type added struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	after []time.Duration
}

func (a *added) Add(reconcile.Request)                         { a.after = append(a.after, 0) }
func (a *added) AddAfter(_ reconcile.Request, d time.Duration) { a.after = append(a.after, d) }

func TestSoon(t *testing.T) {
	always := handler.EnqueueRequestsFromMapFunc(func(context.Context, client.Object) []reconcile.Request { return Named("zylker") })
	soon, m := Soon(always), &v1alpha1.Membership{}
	tests := map[string]struct {
		happens func(context.Context, queue)
		want    time.Duration
	}{
		"an object that is there from the start waits for no more": {func(ctx context.Context, q queue) {
			soon.Create(ctx, event.CreateEvent{Object: m, IsInInitialList: true}, q)
		}, 0},
		"a new object waits a moment for more": {func(ctx context.Context, q queue) {
			soon.Create(ctx, event.CreateEvent{Object: m}, q)
		}, moment},
		"and what changes": {func(ctx context.Context, q queue) {
			soon.Update(ctx, event.UpdateEvent{ObjectOld: m, ObjectNew: m}, q)
		}, moment},
		"and what goes": {func(ctx context.Context, q queue) { soon.Delete(ctx, event.DeleteEvent{Object: m}, q) }, moment},
		"and the rest":  {func(ctx context.Context, q queue) { soon.Generic(ctx, event.GenericEvent{Object: m}, q) }, moment},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			q := &added{}
			test.happens(t.Context(), q)
			if len(q.after) != 1 || q.after[0] != test.want {
				t.Errorf("is looked at after %v, want once after %v", q.after, test.want)
			}
		})
	}
}
