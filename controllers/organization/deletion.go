// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/world"
)

// end gives everything back (O7): first its namespace may be deleted by whoever wants to; then it ends everybody's access; then the hosts, to reservations; then all that belongs to it; then the
// namespace; and only when that is gone does the organization go. Each step finds by itself what an earlier attempt left.
func (r *Reconciler) end(ctx context.Context, org *v1alpha1.Organization, say status.Conditions, now time.Time) error {
	if !controllerutil.ContainsFinalizer(org, v1alpha1.OrganizationFinalizer) {
		return nil
	}
	if err := r.open(ctx, org, now); err != nil {
		return err
	}
	if err := r.withdrawAccess(ctx, org); err != nil {
		return err
	}
	if err := r.endHosts(ctx, org, now); err != nil {
		return err
	}
	org.Status.AccessURL = ""
	say.False(v1alpha1.ConditionAccessURLReady, v1alpha1.ReasonTerminating, "The organization is being deleted")
	say.False(v1alpha1.ConditionNamespaceReady, v1alpha1.ReasonTerminating, "The namespace goes with the organization")
	left, err := r.endContent(ctx, org)
	if err == nil && left == "" {
		left, err = r.endNamespace(ctx, org)
	}
	switch {
	case left != "":
		say.Waiting(v1alpha1.ReasonTerminating, left)
	case err == nil:
		return r.release(ctx, org)
	}
	return err
}

// hold ends nothing of an organization that is protected, though its deletion was asked for where admission was not asked (O7). Access
// still follows the memberships. Nothing else is made for it, and with --cascade=foreground nothing at all: garbage collection would
// delete it again.
func (r *Reconciler) hold(ctx context.Context, o *observed, say status.Conditions) error {
	say.Stalled(v1alpha1.ReasonDeletionProtected, "Its deletion came past admission, and it is protected, so nothing of it is ended; "+
		"set spec.deletionProtection to false to end it (O7)")
	if controllerutil.ContainsFinalizer(o.org, metav1.FinalizerDeleteDependents) {
		return nil
	}
	if !o.granted {
		o.members = nil
	}
	return r.keepAccess(ctx, o)
}

// endHosts stops serving, and keeps the hosts, present and former, from others for a while; nothing is left to which they could
// redirect (A7).
func (r *Reconciler) endHosts(ctx context.Context, org *v1alpha1.Organization, now time.Time) error {
	served := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: namespaceOf(org), Name: ingressName}}
	if err := child.Remove(ctx, r.Client, served); err != nil {
		return fmt.Errorf("remove ingress: %w", err)
	}
	policy, err := world.Policy(ctx, r.Client)
	if err != nil {
		return err
	}
	for _, host := range org.Status.Hosts {
		if err := r.reserve(ctx, org, policy, host, now); err != nil {
			return err
		}
	}
	org.Status.Hosts = nil
	return r.endRedirects(ctx, org)
}

func (r *Reconciler) endRedirects(ctx context.Context, org *v1alpha1.Organization) error {
	former, err := r.previous(ctx, org)
	if err != nil {
		return err
	}
	for i := range former {
		if err := client.IgnoreNotFound(r.redirect(ctx, &former[i], "")); err != nil {
			return fmt.Errorf("end the redirect of %s: %w", former[i].Name, err)
		}
	}
	return nil
}

// endNamespace deletes the namespace if it is ours, and says for what it waits; nothing, when it is gone. It asks the API server
// and not the cache, which may not have seen yet that there is one.
func (r *Reconciler) endNamespace(ctx context.Context, org *v1alpha1.Organization) (left string, err error) {
	var ns corev1.Namespace
	if err := r.Live.Get(ctx, client.ObjectKey{Name: namespaceOf(org)}, &ns); err != nil {
		return "", client.IgnoreNotFound(err)
	}
	if !isOurs(&ns, org) {
		return "", nil
	}
	if ns.DeletionTimestamp == nil {
		err = child.Delete(ctx, r.Client, &ns)
	}
	return remaining(&ns), err
}

// remaining says what keeps a namespace that ends: what is left in it in the words of who empties it, and of what failed its kind
// alone, since the text of an error differs each time.
func remaining(ns *corev1.Namespace) string {
	text := "Waits until everything in its namespace is gone"
	for _, c := range ns.Status.Conditions {
		switch {
		case c.Status != corev1.ConditionTrue:
		case c.Type == corev1.NamespaceContentRemaining, c.Type == corev1.NamespaceFinalizersRemaining:
			text += "; " + c.Message
		default:
			text += "; " + string(c.Type) + ": " + c.Reason
		}
	}
	return text
}

// release removes the finalizer, and with it the organization. Admission sees to it that nothing is left which would count again
// once there is no organization (O7, R8). What nothing else removes where garbage collection is told to leave orphans goes before.
func (r *Reconciler) release(ctx context.Context, org *v1alpha1.Organization) error {
	if err := r.removeOwnAccess(ctx, org); err != nil {
		return fmt.Errorf("remove the access to the organization: %w", err)
	}
	free := org.DeepCopy()
	controllerutil.RemoveFinalizer(free, v1alpha1.OrganizationFinalizer)
	patch := client.MergeFromWithOptions(org.DeepCopy(), client.MergeFromWithOptimisticLock{})
	return client.IgnoreNotFound(r.Client.Patch(ctx, free, patch))
}

// removeOwnAccess deletes what belongs to an organization, and not to a later one of its name. It asks the API server and not the
// cache: nothing comes back to what is left here.
func (r *Reconciler) removeOwnAccess(ctx context.Context, org *v1alpha1.Organization) error {
	live, err := ownBindings(ctx, r.Live, org, client.MatchingLabels(child.Labels(org)))
	if err != nil {
		return err
	}
	if err := r.removeSurplus(ctx, org, live, nil); err != nil {
		return err
	}
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: ownRole(org)}}
	err = r.Live.Get(ctx, client.ObjectKeyFromObject(role), role)
	if err != nil || !isOwn(role, org) {
		return client.IgnoreNotFound(err)
	}
	return child.Delete(ctx, r.Client, role)
}

// isOwn reports whether what bears an organization's label or name was made for it. While it ends, what nobody owns was too: with
// --cascade=orphan garbage collection takes the owner from it, before the operator is done.
func isOwn(obj client.Object, org *v1alpha1.Organization) bool {
	orphan := org.DeletionTimestamp != nil && metav1.GetControllerOf(obj) == nil
	return orphan || metav1.IsControlledBy(obj, org)
}
