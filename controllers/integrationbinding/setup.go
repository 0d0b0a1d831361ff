// SPDX-License-Identifier: Apache-2.0

package integrationbinding

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/wake"
)

// SetupWithManager registers the controller. A binding depends on its organization and on its Secret. While it has no place, it also
// depends on the other bindings of its account and its organization. It then depends on the ends of organizations and on the policy's
// catalogue too.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	bySpec, frees := builder.WithPredicates(predicate.GenerationChangedPredicate{}), builder.WithPredicates(index.Frees)
	granted := builder.WithPredicates(index.GrantChanged)
	return wake.For(mgr, &v1alpha1.IntegrationBinding{}, parts).
		Watches(&v1alpha1.IntegrationBinding{}, handler.EnqueueRequestsFromMapFunc(r.waiting), frees).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.ofOrganization), bySpec).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.ofOrganization), granted).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.waiting), frees).
		Watches(&v1alpha1.PlatformPolicy{}, wake.Last(handler.EnqueueRequestsFromMapFunc(r.waiting)), bySpec).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.ofSecret)).
		Complete(r)
}

// waiting are all bindings that wait for a place.
func (r *Reconciler) waiting(ctx context.Context, _ client.Object) []reconcile.Request {
	return index.WaitingBy(ctx, r.Client, &v1alpha1.IntegrationBindingList{}, nil)
}

func (r *Reconciler) ofOrganization(ctx context.Context, org client.Object) []reconcile.Request {
	return index.Requests(ctx, r.Client, &v1alpha1.IntegrationBindingList{}, client.InNamespace(v1alpha1.NamespacePrefix+org.GetName()))
}

func (r *Reconciler) ofSecret(ctx context.Context, s client.Object) []reconcile.Request {
	return index.Requests(ctx, r.Client, &v1alpha1.IntegrationBindingList{},
		client.InNamespace(s.GetNamespace()), client.MatchingFields{index.Credentials: s.GetName()})
}
