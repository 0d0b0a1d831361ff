// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/world"
)

// leftAgain is the time after which to look again at objects that somebody else ends. The watches are not enough: while its
// CustomResourceDefinition is deleted, events of a kind may stop.
const leftAgain = time.Minute

// end gives everything back (O7). First it permits the deletion of the namespace. Then it ends all access. Then the hosts become
// reservations. Then it deletes the objects of the organization, then its namespace, and the organization last. Each step finds by itself
// what an earlier attempt left. While something is left, it looks again.
func (r *Reconciler) end(ctx context.Context, org *v1alpha1.Organization, say status.Conditions, now time.Time) (again time.Duration, err error) {
	if !controllerutil.ContainsFinalizer(org, v1alpha1.OrganizationFinalizer) {
		return 0, nil
	}
	if err := r.permitEnd(ctx, org, now); err != nil {
		return 0, err
	}
	if err := r.withdrawAccess(ctx, org); err != nil {
		return 0, err
	}
	if err := r.endHosts(ctx, org, now); err != nil {
		return 0, err
	}
	org.Status.AccessURL = ""
	say.False(v1alpha1.ConditionAccessURLReady, v1alpha1.ReasonTerminating, "The organization is being deleted")
	say.False(v1alpha1.ConditionNamespaceReady, v1alpha1.ReasonTerminating, "The namespace goes with the organization")
	return r.empty(ctx, org, say)
}

// empty ends the content of an organization and then the organization. While something remains, it says what, and returns when to look
// again.
func (r *Reconciler) empty(ctx context.Context, org *v1alpha1.Organization, say status.Conditions) (again time.Duration, err error) {
	remains, err := r.endContent(ctx, org)
	if err == nil && remains == "" {
		remains, err = r.endNamespace(ctx, org)
	}
	switch {
	case remains != "":
		say.Waiting(v1alpha1.ReasonTerminating, remains)
		return leftAgain, err
	case err == nil:
		return 0, r.release(ctx, org)
	}
	return 0, err
}

// hold keeps a protected organization whose deletion came past admission (O7). It lives on. Its conditions say how to end it, beside
// everything else.
func (r *Reconciler) hold(ctx context.Context, o *observed, say status.Conditions, now time.Time) error {
	err := r.bring(ctx, o, say.Apart(), now)
	o.conclude(say)
	return err
}

// endHosts stops serving, and reserves the hosts, present and former, for a while. There is nothing left to which they could redirect (A7).
func (r *Reconciler) endHosts(ctx context.Context, org *v1alpha1.Organization, now time.Time) error {
	if err := r.unroute(ctx, org); err != nil {
		return fmt.Errorf("remove its routes: %w", err)
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

// endNamespace deletes the namespace if it is ours, and says for what it waits; nothing when the namespace is gone. It asks the API server
// and not the cache, which may not have seen the namespace yet.
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

// release removes the finalizer, and with it the organization. Admission makes sure that nothing is left that would count again once there
// is no organization (O7, R8). Before that, release deletes the objects that garbage collection does not remove when it is told to leave
// orphans.
func (r *Reconciler) release(ctx context.Context, org *v1alpha1.Organization) error {
	if err := r.removeOwnAccess(ctx, r.Live, org, client.MatchingLabels(child.Labels(org))); err != nil {
		return fmt.Errorf("remove the access to the organization: %w", err)
	}
	free := org.DeepCopy()
	controllerutil.RemoveFinalizer(free, v1alpha1.OrganizationFinalizer)
	patch := client.MergeFromWithOptions(org.DeepCopy(), client.MergeFromWithOptimisticLock{})
	return client.IgnoreNotFound(r.Client.Patch(ctx, free, patch))
}

// removeOwnAccess deletes the access objects of an organization, and not those of a later one of its name. At its end it asks the API
// server and not the cache, because nothing removes objects that are left then.
func (r *Reconciler) removeOwnAccess(ctx context.Context, from client.Reader, org *v1alpha1.Organization, found client.ListOption) error {
	live, err := ownBindings(ctx, from, org, found)
	if err != nil {
		return err
	}
	if err := r.removeSurplus(ctx, org, live, nil); err != nil {
		return err
	}
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: ownRole(org)}}
	err = from.Get(ctx, client.ObjectKeyFromObject(role), role)
	if err != nil || !isOwn(role, org) {
		return client.IgnoreNotFound(err)
	}
	return child.Delete(ctx, r.Client, role)
}

// isOwn reports whether an object with an organization's label or name was made for it. While the organization ends, an object without an
// owner counts too: with --cascade=orphan garbage collection removes the owner before the operator is done.
func isOwn(obj client.Object, org *v1alpha1.Organization) bool {
	orphan := org.DeletionTimestamp != nil && metav1.GetControllerOf(obj) == nil
	return orphan || metav1.IsControlledBy(obj, org)
}
