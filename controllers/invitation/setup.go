// SPDX-License-Identifier: Apache-2.0

package invitation

import (
	"context"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// SetupWithManager registers the controller. An invitation depends on its organization, on its Cliq bindings, and on its answer. The answer
// may also go without having finished it. While it has no place, it depends on everything that may make room. That is the invitee's other invitations, other people's
// seats, the organizations of a super admin, and the policy. The controller of answers writes its state too.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	bySpec, frees := builder.WithPredicates(predicate.GenerationChangedPredicate{}), builder.WithPredicates(index.Frees)
	granted := builder.WithPredicates(index.GrantChanged)
	return wake.For(mgr, &v1alpha1.Invitation{}, parts, finished, undelivered).
		Watches(&v1alpha1.Invitation{}, handler.EnqueueRequestsFromMapFunc(r.waitingOf), frees).
		Watches(&v1alpha1.Invitation{}, handler.EnqueueRequestsFromMapFunc(r.waitingIn), frees).
		Watches(&v1alpha1.Membership{}, handler.EnqueueRequestsFromMapFunc(r.waitingIn), frees).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.ofOrganization), bySpec).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.ofOrganization), granted).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.waiting), frees).
		Watches(&v1alpha1.IntegrationBinding{}, handler.EnqueueRequestsFromMapFunc(r.ofBinding), builder.WithPredicates(cliq)).
		Watches(&v1alpha1.PlatformPolicy{}, wake.Last(handler.EnqueueRequestsFromMapFunc(r.waiting)), bySpec).
		Watches(&v1alpha1.PlatformPolicy{}, wake.Last(handler.EnqueueRequestsFromMapFunc(r.finishedOnes)), builder.WithPredicates(ttlChanged)).
		Watches(&v1alpha1.InvitationResponse{}, handler.EnqueueRequestsFromMapFunc(answered)).
		Complete(r)
}

// finished passes events by which an invitation gets another state.
var finished = index.Updates(func(before, after client.Object) bool {
	was, ok1 := before.(*v1alpha1.Invitation)
	is, ok2 := after.(*v1alpha1.Invitation)
	return ok1 && ok2 && was.Status.State != is.Status.State
})

// undelivered passes events by which an e-mail turns out not to be delivered, or to be delivered after all. An invitation that needs it is
// not Ready without it (I6).
var undelivered = index.Updates(func(before, after client.Object) bool {
	was, ok1 := before.(*v1alpha1.Invitation)
	is, ok2 := after.(*v1alpha1.Invitation)
	return ok1 && ok2 && (delivered.StageOf(was) == delivered.Undelivered) != (delivered.StageOf(is) == delivered.Undelivered)
})

// waitingOf are the invitations of the same person that wait for a place.
func (r *Reconciler) waitingOf(ctx context.Context, i client.Object) []reconcile.Request {
	of := client.MatchingFields{index.User: identity.ObjectName(index.Email(i))}
	return index.WaitingBy(ctx, r.Client, &v1alpha1.InvitationList{}, of)
}

// waitingIn are the invitations of the same organization that wait for a place.
func (r *Reconciler) waitingIn(ctx context.Context, obj client.Object) []reconcile.Request {
	return index.WaitingBy(ctx, r.Client, &v1alpha1.InvitationList{}, nil, client.InNamespace(obj.GetNamespace()))
}

// waiting are all invitations that wait for a place.
func (r *Reconciler) waiting(ctx context.Context, _ client.Object) []reconcile.Request {
	return index.WaitingBy(ctx, r.Client, &v1alpha1.InvitationList{}, nil)
}

func (r *Reconciler) ofOrganization(ctx context.Context, org client.Object) []reconcile.Request {
	return index.Requests(ctx, r.Client, &v1alpha1.InvitationList{}, client.InNamespace(v1alpha1.NamespacePrefix+org.GetName()))
}

// cliq passes the coming and going of bindings that decide where invitations are answered (G5).
var cliq = predicate.And(predicate.GenerationChangedPredicate{}, predicate.NewPredicateFuncs(func(obj client.Object) bool {
	b, ok := obj.(*v1alpha1.IntegrationBinding)
	return ok && b.Spec.Application == rules.Cliq
}))

// ofBinding are all invitations of the binding's organization.
func (r *Reconciler) ofBinding(ctx context.Context, b client.Object) []reconcile.Request {
	return index.Requests(ctx, r.Client, &v1alpha1.InvitationList{}, client.InNamespace(b.GetNamespace()))
}

func answered(_ context.Context, obj client.Object) []reconcile.Request {
	response, ok := obj.(*v1alpha1.InvitationResponse)
	if !ok || response.Spec.Invitation == nil {
		return nil
	}
	to := response.Spec.Invitation
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: to.Namespace, Name: to.Name}}}
}
