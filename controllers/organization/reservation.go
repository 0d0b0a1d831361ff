// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/internal/rules"
)

// reserve keeps a former host for the organization, for the days that the policy gives (A6, A7). While the organization lives, the host
// redirects to its present one. Another reservation of the host is as good: nobody can take it.
func (r *Reconciler) reserve(ctx context.Context, org *v1alpha1.Organization, p rules.Policy, host string, now time.Time) error {
	if p.ReservationDays == 0 {
		return nil
	}
	end := metav1.NewTime(p.ReservationEnd(now))
	h := &v1alpha1.HostReservation{
		ObjectMeta: metav1.ObjectMeta{Name: host, Labels: child.Labels(org)},
		Spec: v1alpha1.HostReservationSpec{
			HeldFor:   &v1alpha1.OrganizationReference{Name: org.Name, UID: org.UID},
			ExpiresAt: &end,
		},
	}
	if !rules.Ending(org) {
		h.Spec.RedirectTo = rules.Hosts(org, r.Config.Ingress.BaseDomain)[0]
	}
	err := ignoreExists(r.Client.Create(ctx, h, client.FieldOwner(v1alpha1.FieldOwner)))
	if err == nil || (rules.Ending(org) && apierrors.IsNotFound(err)) {
		return nil // if the kind itself is deleted, nobody can ask for the host
	}
	return fmt.Errorf("reserve host %s: %w", host, err)
}

// keepRedirect redirects a reservation to the present host, or ends it where the organization has the host again. It does not change
// another writer's values, and reports whether they are in the way.
func (r *Reconciler) keepRedirect(ctx context.Context, h *v1alpha1.HostReservation, ours []string, present string) (foreign bool, err error) {
	taken := slices.Contains(ours, h.Name)
	switch {
	case taken && writesAlone(h, all):
		return false, child.Delete(ctx, r.Client, h)
	case h.Spec.RedirectTo == "":
		return false, nil // only reserved for the organization
	case taken:
		return true, nil
	case !writesAlone(h, redirectTo):
		return h.Spec.RedirectTo != present, nil
	}
	return false, r.redirect(ctx, h, present)
}

// redirect points a reservation to another host, or to none.
func (r *Reconciler) redirect(ctx context.Context, h *v1alpha1.HostReservation, to string) error {
	if h.Spec.RedirectTo == to || !writesAlone(h, redirectTo) {
		return nil
	}
	before := h.DeepCopy()
	h.Spec.RedirectTo = to
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	return r.Client.Patch(ctx, h, patch, client.FieldOwner(v1alpha1.FieldOwner))
}
