// SPDX-License-Identifier: Apache-2.0

package wake

import (
	"context"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// ByTenant lets requests take the turns of the tenant to which an event's object belongs. It is for requests that have no namespace.
func ByTenant(h handler.EventHandler) handler.EventHandler { return through{h, ofTenant} }

// Last adds requests behind the changes of all tenants. It is for events that concern every object of a kind, such as a change of the
// policy.
func Last(h handler.EventHandler) handler.EventHandler { return through{h, last} }

// through is a handler that adds to a controller's queue through another one. It is no handler.Funcs: those hide the controller's queue
// from their functions.
type through struct {
	wakes handler.EventHandler
	queue func(f *fair, obj client.Object) queue
}

// Create adds the requests of a new object.
func (t through) Create(ctx context.Context, e event.CreateEvent, q queue) {
	t.wakes.Create(ctx, e, t.to(e.Object, q))
}

// Update adds the requests of a changed object.
func (t through) Update(ctx context.Context, e event.UpdateEvent, q queue) {
	t.wakes.Update(ctx, e, t.to(e.ObjectNew, q))
}

// Delete adds the requests of a deleted object.
func (t through) Delete(ctx context.Context, e event.DeleteEvent, q queue) {
	t.wakes.Delete(ctx, e, t.to(e.Object, q))
}

// Generic adds the requests of any other event.
func (t through) Generic(ctx context.Context, e event.GenericEvent, q queue) {
	t.wakes.Generic(ctx, e, t.to(e.Object, q))
}

func (t through) to(obj client.Object, q queue) queue {
	if f, ok := q.(*fair); ok {
		return t.queue(f, obj)
	}
	return q
}

// ofTenant is the queue for requests of an object's tenant.
func ofTenant(f *fair, obj client.Object) queue { return tenantQueue{f, tenant(obj)} }

// tenant is the namespace of the organization to which an object belongs, or empty.
func tenant(obj client.Object) string {
	switch o := obj.(type) {
	case *v1alpha1.Organization:
		return v1alpha1.NamespacePrefix + o.Name
	case *v1alpha1.OrganizationRequest:
		return v1alpha1.NamespacePrefix + o.Spec.Organization
	case *v1alpha1.InvitationResponse:
		if o.Spec.Invitation != nil {
			return o.Spec.Invitation.Namespace
		}
	}
	return obj.GetNamespace()
}

// tenantQueue adds requests for one tenant.
type tenantQueue struct {
	*fair
	tenant string
}

// Add adds a request of the tenant.
func (t tenantQueue) Add(r request) { t.AddWithOpts(priorityqueue.AddOpts{}, r) }

// AddAfter adds a request of the tenant, for later.
func (t tenantQueue) AddAfter(r request, after time.Duration) {
	t.AddWithOpts(priorityqueue.AddOpts{After: after}, r)
}

// AddWithOpts adds requests of the tenant.
func (t tenantQueue) AddWithOpts(o priorityqueue.AddOpts, requests ...request) {
	for _, r := range requests {
		t.addFor(t.tenant, o, r)
	}
}
