// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
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
	"github.com/polyorg/polyorg/controllers/internal/routes"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// SetupWithManager registers the controller. An organization depends on the objects in its namespace, its back end among them. It depends
// on its reservations, on the policy, and on others that ask for its hosts. While it has no place, it also depends on its super admin's
// other places. While it ends, it depends on the answers to its invitations, which are in no namespace.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	inside, frees := index.Soon(handler.EnqueueRequestsFromMapFunc(ofNamespaced)), builder.WithPredicates(index.Frees)
	made := index.Soon(handler.EnqueueRequestForOwner(mgr.GetScheme(), mgr.GetRESTMapper(), &v1alpha1.Organization{}, handler.OnlyControllerOwner()))
	setUp := wake.For(mgr, &v1alpha1.Organization{}, parts, sampleDataLoaded)
	for _, kind := range routes.Kinds(&r.Config.Ingress) {
		setUp.Watches(kind, made)
	}
	return setUp.
		Watches(&rbacv1.RoleBinding{}, inside). // not only our own: each can give people access, or be in the way
		Watches(&rbacv1.ClusterRole{}, made).
		Watches(&rbacv1.ClusterRoleBinding{}, made).
		Watches(index.Routed(&r.Config.Ingress), index.Soon(handler.EnqueueRequestsFromMapFunc(r.ofForeignRoute))).
		Watches(&batchv1.Job{}, made).
		Watches(&v1alpha1.Membership{}, inside).
		Watches(&v1alpha1.Membership{}, handler.EnqueueRequestsFromMapFunc(r.waitingOf), frees).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.waiting), frees).
		Watches(&v1alpha1.Organization{}, handler.EnqueueRequestsFromMapFunc(r.rivals), builder.WithPredicates(predicate.Or(r.hostsMoved(), domainMoved))).
		Watches(&v1alpha1.Invitation{}, inside, builder.WithPredicates(predicate.Not(numbersOnly))).
		Watches(&v1alpha1.Invitation{}, index.Later(handler.EnqueueRequestsFromMapFunc(ofNamespaced)), builder.WithPredicates(numbersOnly)).
		Watches(&v1alpha1.InvitationResponse{}, index.Soon(handler.EnqueueRequestsFromMapFunc(ofAnswer)), builder.WithPredicates(index.Gone)).
		Watches(&v1alpha1.IntegrationBinding{}, inside).
		WatchesMetadata(&corev1.Service{}, inside, builder.WithPredicates(comesOrGoes)).
		Watches(&corev1.Namespace{}, index.Soon(handler.EnqueueRequestsFromMapFunc(ofNamespace))).
		Watches(&v1alpha1.HostReservation{}, handler.EnqueueRequestsFromMapFunc(r.ofHost)).
		WatchesRawSource(r.lookups()).
		Watches(&v1alpha1.PlatformPolicy{}, wake.Last(handler.EnqueueRequestsFromMapFunc(r.all)),
			builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(r)
}

// comesOrGoes passes the coming and the end of an object.
var comesOrGoes = predicate.Funcs{UpdateFunc: func(event.UpdateEvent) bool { return false }}

func ofNamespaced(_ context.Context, obj client.Object) []reconcile.Request {
	return index.Named(facts.OrganizationOf(obj.GetNamespace()))
}

// ofAnswer is the organization whose invitation somebody answered.
func ofAnswer(_ context.Context, obj client.Object) []reconcile.Request {
	answer, ok := obj.(*v1alpha1.InvitationResponse)
	if !ok || answer.Spec.Invitation == nil {
		return nil
	}
	return index.Named(facts.OrganizationOf(answer.Spec.Invitation.Namespace))
}

func ofNamespace(_ context.Context, ns client.Object) []reconcile.Request {
	return index.Named(facts.OrganizationOf(ns.GetName()))
}

// ofHost are the organization for which a host is reserved, and all organizations that ask for it.
func (r *Reconciler) ofHost(ctx context.Context, obj client.Object) []reconcile.Request {
	h, ok := obj.(*v1alpha1.HostReservation)
	if !ok {
		return nil
	}
	requests := index.Requests(ctx, r.Client, &v1alpha1.OrganizationList{}, client.MatchingFields{index.Host: h.Name})
	if h.Spec.HeldFor != nil {
		requests = append(requests, index.Named(h.Spec.HeldFor.Name)...)
	}
	return requests
}

// ofForeignRoute are the organizations that have a host of an Ingress or HTTPRoute which the operator did not make.
func (r *Reconciler) ofForeignRoute(ctx context.Context, obj client.Object) []reconcile.Request {
	if index.MadeByUs(obj) {
		return nil
	}
	var requests []reconcile.Request
	for _, host := range index.RoutedHosts(obj) {
		requests = append(requests, index.Requests(ctx, r.Client, &v1alpha1.OrganizationList{}, client.MatchingFields{index.Host: host})...)
	}
	return requests
}

// rivals are the other organizations that ask for a host which one has, or asks for.
func (r *Reconciler) rivals(ctx context.Context, obj client.Object) []reconcile.Request {
	org, ok := obj.(*v1alpha1.Organization)
	if !ok {
		return nil
	}
	var requests []reconcile.Request
	for _, host := range index.Hosts(org, r.Config.Ingress.BaseDomain) {
		requests = append(requests, index.Requests(ctx, r.Client, &v1alpha1.OrganizationList{}, client.MatchingFields{index.Host: host})...)
	}
	return slices.DeleteFunc(requests, func(other reconcile.Request) bool { return other.Name == org.Name })
}

// hostsMoved passes events by which an organization asks for other hosts than before, has others, or is gone. A rival may take a host that
// it gives up, or must give up a host that it took.
func (r *Reconciler) hostsMoved() predicate.Predicate {
	return predicate.Or(index.Gone, index.Updates(func(before, after client.Object) bool {
		was, ok1 := before.(*v1alpha1.Organization)
		is, ok2 := after.(*v1alpha1.Organization)
		base := r.Config.Ingress.BaseDomain
		return ok1 && ok2 && (!slices.Equal(was.Status.Hosts, is.Status.Hosts) || !slices.Equal(rules.Hosts(was, base), rules.Hosts(is, base)))
	}))
}

// sampleDataLoaded passes the event by which the status says that sample data was loaded: the Job may go then.
var sampleDataLoaded = index.Updates(func(was, is client.Object) bool { return !isLoaded(was) && isLoaded(is) })

func isLoaded(obj client.Object) bool {
	org, ok := obj.(*v1alpha1.Organization)
	return ok && meta.IsStatusConditionTrue(org.Status.Conditions, v1alpha1.ConditionSampleDataLoaded)
}

// waitingOf are the organizations of the same person that wait for a place.
func (r *Reconciler) waitingOf(ctx context.Context, m client.Object) []reconcile.Request {
	of := client.MatchingFields{index.User: identity.ObjectName(index.Email(m))}
	return index.WaitingBy(ctx, r.Client, &v1alpha1.OrganizationList{}, of)
}

// waiting are all organizations that wait for a place.
func (r *Reconciler) waiting(ctx context.Context, _ client.Object) []reconcile.Request {
	return index.WaitingBy(ctx, r.Client, &v1alpha1.OrganizationList{}, nil)
}

func (r *Reconciler) all(ctx context.Context, _ client.Object) []reconcile.Request {
	return index.Requests(ctx, r.Client, &v1alpha1.OrganizationList{})
}
