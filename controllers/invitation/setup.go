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
	"github.com/polyorg/polyorg/controllers/internal/index"
)

// SetupWithManager registers the controller: an invitation depends on its organization, and on its answer, which may also
// go away without having finished it.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(&v1alpha1.Invitation{}).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.ofOrganization),
			builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.InvitationResponse{}, handler.EnqueueRequestsFromMapFunc(answered)).
		Complete(r)
}

func (r *Reconciler) ofOrganization(ctx context.Context, org client.Object) []reconcile.Request {
	return index.Requests(ctx, r.Client, &v1alpha1.InvitationList{}, client.InNamespace(v1alpha1.NamespacePrefix+org.GetName()))
}

func answered(_ context.Context, obj client.Object) []reconcile.Request {
	response, ok := obj.(*v1alpha1.InvitationResponse)
	if !ok || response.Spec.Invitation == nil {
		return nil
	}
	to := response.Spec.Invitation
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: to.Namespace, Name: to.Name}}}
}
