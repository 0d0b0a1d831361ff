// SPDX-License-Identifier: Apache-2.0

package integrationbinding

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
)

// SetupWithManager registers the controller: a binding depends on its organization and on its Secret.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(&v1alpha1.IntegrationBinding{}).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.ofOrganization),
			builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.ofSecret)).
		Complete(r)
}

func (r *Reconciler) ofOrganization(ctx context.Context, org client.Object) []reconcile.Request {
	return r.find(ctx, client.InNamespace(v1alpha1.NamespacePrefix+org.GetName()))
}

func (r *Reconciler) ofSecret(ctx context.Context, s client.Object) []reconcile.Request {
	return r.find(ctx, client.InNamespace(s.GetNamespace()), client.MatchingFields{index.Credentials: s.GetName()})
}

func (r *Reconciler) find(ctx context.Context, opts ...client.ListOption) []reconcile.Request {
	var list v1alpha1.IntegrationBindingList
	if err := r.Client.List(ctx, &list, opts...); err != nil {
		log.FromContext(ctx).Error(err, "Cannot find bindings to reconcile")
		return nil
	}
	requests := make([]reconcile.Request, len(list.Items))
	for i := range list.Items {
		requests[i] = reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])}
	}
	return requests
}
