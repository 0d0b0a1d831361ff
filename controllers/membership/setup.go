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
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// SetupWithManager registers the controller: a membership depends on its organization, on the policy, and, while it has no
// place, on the other memberships of its user.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	bySpec := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	return ctrl.NewControllerManagedBy(mgr).
		For(&v1alpha1.Membership{}).
		Watches(&v1alpha1.Membership{}, handler.EnqueueRequestsFromMapFunc(r.waitingBeside)).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.members), bySpec).
		Watches(&v1alpha1.PlatformPolicy{}, handler.EnqueueRequestsFromMapFunc(r.waiting), bySpec).
		Complete(r)
}

// members are all memberships of an organization.
func (r *Reconciler) members(ctx context.Context, org client.Object) []reconcile.Request {
	return index.Requests(ctx, r.Client, &v1alpha1.MembershipList{}, client.InNamespace(v1alpha1.NamespacePrefix+org.GetName()))
}

// waitingBeside are the memberships of the same user that have no place yet.
func (r *Reconciler) waitingBeside(ctx context.Context, m client.Object) []reconcile.Request {
	return r.placeless(ctx, client.MatchingFields{index.User: identity.ObjectName(index.Email(m))})
}

// waiting are all memberships that have no place yet.
func (r *Reconciler) waiting(ctx context.Context, _ client.Object) []reconcile.Request {
	return r.placeless(ctx)
}

func (r *Reconciler) placeless(ctx context.Context, opts ...client.ListOption) []reconcile.Request {
	var requests []reconcile.Request
	for _, obj := range index.Find(ctx, r.Client, &v1alpha1.MembershipList{}, opts...) {
		if m, ok := obj.(*v1alpha1.Membership); ok && !rules.Granted(m) {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(m)})
		}
	}
	return requests
}
