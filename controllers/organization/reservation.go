// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/internal/rules"
)

// reserve keeps a former host for the organization, for the days that the policy gives (A6, A7). While the organization
// lives, the host redirects to its present one. Another reservation that stands does as well: the host is nobody's to take.
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
	if org.DeletionTimestamp == nil {
		h.Spec.RedirectTo = rules.Hosts(org, r.Config.Ingress.BaseDomain)[0]
	}
	if err := ignoreExists(r.Client.Create(ctx, h, client.FieldOwner(v1alpha1.FieldOwner))); err != nil {
		return fmt.Errorf("reserve host %s: %w", host, err)
	}
	return nil
}

// keepRedirect touches only reservations that redirect: one that a platform actor made for the organization, without a
// redirect, is left as it is.
func (r *Reconciler) keepRedirect(ctx context.Context, h *v1alpha1.HostReservation, ours []string, present string) error {
	switch {
	case h.Spec.RedirectTo == "":
		return nil
	case slices.Contains(ours, h.Name):
		return child.Delete(ctx, r.Client, h)
	}
	return r.redirect(ctx, h, present)
}

// redirect points a reservation to another host, or to none.
func (r *Reconciler) redirect(ctx context.Context, h *v1alpha1.HostReservation, to string) error {
	if h.Spec.RedirectTo == to {
		return nil
	}
	before := h.DeepCopy()
	h.Spec.RedirectTo = to
	return r.Client.Patch(ctx, h, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}
