// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/world"
)

// end gives everything back (O7): first everybody's access; then the hosts, to reservations; then the namespace and all that is
// in it; and only when that is gone does the organization go.
func (r *Reconciler) end(ctx context.Context, org *v1alpha1.Organization, say status.Conditions, now time.Time) error {
	if !controllerutil.ContainsFinalizer(org, v1alpha1.OrganizationFinalizer) {
		return nil
	}
	if err := r.withdrawAccess(ctx, org); err != nil {
		return err
	}
	if err := r.reserveHosts(ctx, org, now); err != nil {
		return err
	}
	gone, err := r.endNamespace(ctx, org)
	if err != nil {
		return err
	}
	if gone {
		return r.release(ctx, org)
	}
	org.Status.AccessURL = ""
	say.False(v1alpha1.ConditionAccessURLReady, v1alpha1.ReasonTerminating, "The organization is being deleted")
	say.False(v1alpha1.ConditionNamespaceReady, v1alpha1.ReasonTerminating, "The namespace is being deleted")
	say.Waiting(v1alpha1.ReasonTerminating, "Waits until everything in its namespace is gone")
	return nil
}

// reserveHosts keeps the hosts, present and former, from others for a while; nothing is left to which they could redirect (A7).
func (r *Reconciler) reserveHosts(ctx context.Context, org *v1alpha1.Organization, now time.Time) error {
	policy, err := world.Policy(ctx, r.Client)
	if err != nil {
		return err
	}
	for _, host := range org.Status.Hosts {
		if err := r.reserve(ctx, org, policy, host, now); err != nil {
			return err
		}
	}
	former, err := r.previous(ctx, org)
	if err != nil {
		return err
	}
	for i := range former {
		if err := r.redirect(ctx, &former[i], ""); err != nil {
			return fmt.Errorf("end the redirect of %s: %w", former[i].Name, err)
		}
	}
	return nil
}

// endNamespace deletes the namespace if it is ours, and reports whether it is gone. It asks the API server and not the cache,
// which may not have seen yet that there is one.
func (r *Reconciler) endNamespace(ctx context.Context, org *v1alpha1.Organization) (gone bool, err error) {
	var ns corev1.Namespace
	if err := r.Live.Get(ctx, client.ObjectKey{Name: namespaceOf(org)}, &ns); err != nil {
		return client.IgnoreNotFound(err) == nil, client.IgnoreNotFound(err)
	}
	if !isOurs(&ns, org) {
		return true, nil
	}
	if ns.DeletionTimestamp != nil {
		return false, nil
	}
	return false, child.Delete(ctx, r.Client, &ns)
}

// release removes the finalizer, and with it the organization.
func (r *Reconciler) release(ctx context.Context, org *v1alpha1.Organization) error {
	free := org.DeepCopy()
	controllerutil.RemoveFinalizer(free, v1alpha1.OrganizationFinalizer)
	patch := client.MergeFromWithOptions(org.DeepCopy(), client.MergeFromWithOptimisticLock{})
	return client.IgnoreNotFound(r.Client.Patch(ctx, free, patch))
}
