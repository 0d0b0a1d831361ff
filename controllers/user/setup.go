// SPDX-License-Identifier: Apache-2.0

package user

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// SetupWithManager registers the controller. A User depends on the objects about the person, on the organizations in their list, and on the
// policy.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	person := wake.ByTenant(index.Soon(handler.EnqueueRequestsFromMapFunc(ofPerson)))
	inOrganization := wake.ByTenant(handler.EnqueueRequestsFromMapFunc(r.ofOrganization))
	return wake.For(mgr, &v1alpha1.User{}, parts, r.memory.deletions()).
		Watches(&v1alpha1.Membership{}, person).
		Watches(&v1alpha1.Invitation{}, person).
		Watches(&v1alpha1.Organization{}, person).
		Watches(&v1alpha1.Organization{}, inOrganization, builder.WithPredicates(shownChanged)).
		Watches(&v1alpha1.Organization{}, wake.ByTenant(handler.EnqueueRequestsFromMapFunc(r.leftBehind)), builder.WithPredicates(index.Gone)).
		Watches(&v1alpha1.IntegrationBinding{}, wake.ByTenant(handler.EnqueueRequestsFromMapFunc(r.ofBinding))).
		Watches(&v1alpha1.PlatformPolicy{}, wake.Last(handler.EnqueueRequestsFromMapFunc(r.all)),
			builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(r)
}

// shownChanged drops changes of an organization that no list shows, such as its seats: a large organization has many of them, and many
// members.
var shownChanged = predicate.Or(predicate.GenerationChangedPredicate{}, predicate.Funcs{
	UpdateFunc: func(e event.UpdateEvent) bool {
		was, ok1 := e.ObjectOld.(*v1alpha1.Organization)
		is, ok2 := e.ObjectNew.(*v1alpha1.Organization)
		return ok1 && ok2 && (was.Status.AccessURL != is.Status.AccessURL || timeIsOver(was) != timeIsOver(is))
	},
})

// timeIsOver reports whether an organization says that its trial or its subscription has ended: its invitations cannot be accepted (E3,
// E8). A suspension by the platform is a change of its spec.
func timeIsOver(org *v1alpha1.Organization) bool {
	c := meta.FindStatusCondition(org.Status.Conditions, v1alpha1.ConditionSubscribed)
	return c != nil && (c.Reason == v1alpha1.ReasonTrialEnded || c.Reason == v1alpha1.ReasonSubscriptionEnded)
}

func ofPerson(_ context.Context, obj client.Object) []reconcile.Request {
	if email := index.Email(obj); email != "" {
		return index.Named(identity.ObjectName(email))
	}
	return nil
}

// ofOrganization are the organization's members, and the people that it invites. When it ends, the end of their memberships and invitations
// wakes the controller instead.
func (r *Reconciler) ofOrganization(ctx context.Context, obj client.Object) []reconcile.Request {
	if org, ok := obj.(*v1alpha1.Organization); ok && rules.Ending(org) {
		return nil
	}
	return r.leftBehind(ctx, obj)
}

// leftBehind are the members and invitees of an organization that is gone: none, unless its finalizer was removed by hand.
func (r *Reconciler) leftBehind(ctx context.Context, org client.Object) []reconcile.Request {
	return r.in(ctx, v1alpha1.NamespacePrefix+org.GetName(), &v1alpha1.MembershipList{}, &v1alpha1.InvitationList{})
}

// ofBinding are the people that the binding's organization invites: the binding may decide where they can answer (G5).
func (r *Reconciler) ofBinding(ctx context.Context, b client.Object) []reconcile.Request {
	if facts.OrganizationOf(b.GetNamespace()) == "" {
		return nil
	}
	return r.in(ctx, b.GetNamespace(), &v1alpha1.InvitationList{})
}

// in are the people of a namespace's objects.
func (r *Reconciler) in(ctx context.Context, namespace string, lists ...client.ObjectList) []reconcile.Request {
	var requests []reconcile.Request
	for _, list := range lists {
		for _, obj := range index.Find(ctx, r.Client, list, client.InNamespace(namespace)) {
			requests = append(requests, ofPerson(ctx, obj)...)
		}
	}
	return requests
}

func (r *Reconciler) all(ctx context.Context, _ client.Object) []reconcile.Request {
	return index.Requests(ctx, r.Client, &v1alpha1.UserList{})
}
