// SPDX-License-Identifier: Apache-2.0

package wake

import (
	"context"
	"strconv"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	"github.com/polyorg/polyorg/controllers/internal/index"
)

// Many events in a moment wake a controller once, also where a request takes the turn of its tenant.
func TestSoonOnce(t *testing.T) {
	one := index.Soon(handler.EnqueueRequestsFromMapFunc(func(_ context.Context, obj client.Object) []request {
		return index.Named(obj.GetNamespace())
	}))
	for sentence, wakes := range map[string]handler.EventHandler{"of a kind": one, "by tenant": ByTenant(one)} {
		t.Run(sentence, func(t *testing.T) {
			q := newQueue(t)
			for n := range 50 {
				wakes.Create(t.Context(), event.CreateEvent{Object: membership(strconv.Itoa(n), "zylker")}, q)
			}
			r, _ := q.Get()
			q.Done(r)
			if r.Name != "org-zylker" || q.Len() != 0 || len(q.tenants) > 0 {
				t.Errorf("woken for %v, and %d more", r, q.Len())
			}
		})
	}
}
