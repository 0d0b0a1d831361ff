// SPDX-License-Identifier: Apache-2.0

package membership

import (
	"context"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// SetupWithManager registers the controller. A membership depends on its organization. While it has no place, it depends on everything that
// may make room. That is its user's other memberships, other people's seats, other organizations' editions and ends, and the policy.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	bySpec, frees := builder.WithPredicates(predicate.GenerationChangedPredicate{}), builder.WithPredicates(index.Frees)
	granted := builder.WithPredicates(index.GrantChanged)
	return wake.For(mgr, &v1alpha1.Membership{}, parts).
		Watches(&v1alpha1.Membership{}, r.farewells()).
		Watches(&v1alpha1.Membership{}, handler.EnqueueRequestsFromMapFunc(r.waitingOf), frees).
		Watches(&v1alpha1.Membership{}, handler.EnqueueRequestsFromMapFunc(r.waitingIn), frees).
		Watches(&v1alpha1.Invitation{}, handler.EnqueueRequestsFromMapFunc(r.waitingIn), frees).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.members), bySpec).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.members), granted).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.leftBehind), builder.WithPredicates(index.Gone)).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.waiting), frees).
		Watches(&v1alpha1.PlatformPolicy{}, wake.Last(handler.EnqueueRequestsFromMapFunc(r.waiting)), bySpec).
		Complete(r)
}

// members are all memberships of an organization. An organization that ends deletes each of them, and that event wakes the controller. It
// does not announce the end before, because that would cost thousands of writes that nobody reads.
func (r *Reconciler) members(ctx context.Context, obj client.Object) []reconcile.Request {
	if org, ok := obj.(*v1alpha1.Organization); ok && rules.Ending(org) {
		return nil
	}
	return r.leftBehind(ctx, obj)
}

// leftBehind are the memberships that exist when their organization is gone: none, unless its finalizer was removed by hand.
func (r *Reconciler) leftBehind(ctx context.Context, org client.Object) []reconcile.Request {
	return index.Requests(ctx, r.Client, &v1alpha1.MembershipList{}, client.InNamespace(v1alpha1.NamespacePrefix+org.GetName()))
}

// waitingOf are the memberships of the same user that wait for a place.
func (r *Reconciler) waitingOf(ctx context.Context, m client.Object) []reconcile.Request {
	of := client.MatchingFields{index.User: identity.ObjectName(index.Email(m))}
	return index.WaitingBy(ctx, r.Client, &v1alpha1.MembershipList{}, of)
}

// waitingIn are the memberships of the same organization that wait for a place.
func (r *Reconciler) waitingIn(ctx context.Context, obj client.Object) []reconcile.Request {
	return index.WaitingBy(ctx, r.Client, &v1alpha1.MembershipList{}, nil, client.InNamespace(obj.GetNamespace()))
}

// waiting are all memberships that wait for a place.
func (r *Reconciler) waiting(ctx context.Context, _ client.Object) []reconcile.Request {
	return index.WaitingBy(ctx, r.Client, &v1alpha1.MembershipList{}, nil)
}
