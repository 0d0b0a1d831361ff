// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/reservation"
)

// storedAgain is the time after which to look again at a host that the status has only from now on.
const storedAgain = 200 * time.Millisecond

// hostsNow are the hosts of an organization while its reservations are looked at.
type hostsNow struct {
	ours    []string // that it has from now on
	held    []string // those of them that the stored status has already
	present string   // to which former ones redirect
}

// previous are the reservations for the organization, by host.
func (r *Reconciler) previous(ctx context.Context, org *v1alpha1.Organization) ([]v1alpha1.HostReservation, error) {
	var all v1alpha1.HostReservationList
	err := r.Client.List(ctx, &all, client.MatchingFields{index.HeldFor: string(org.UID)})
	slices.SortFunc(all.Items, func(a, b v1alpha1.HostReservation) int { return cmp.Compare(a.Name, b.Name) })
	return all.Items, err
}

// keepPrevious shows the former hosts, and redirects them to the present one. It ends the reservation of a host that the organization took
// again, and those that are too many.
func (r *Reconciler) keepPrevious(ctx context.Context, o *observed, at hostsNow) error {
	reservations, err := r.previous(ctx, o.org)
	if err != nil {
		return err
	}
	reservations, err = r.endSurplus(ctx, o, reservations, at.ours)
	if err != nil {
		return err
	}
	o.showPrevious(reservations, at.ours)
	for i := range reservations {
		if err := r.keepReservation(ctx, o, &reservations[i], at); err != nil {
			return fmt.Errorf("keep the reservation of %s: %w", reservations[i].Name, err)
		}
	}
	return nil
}

// keepReservation redirects a reservation to the present host, or ends it where the organization has the host again. It does not change
// another writer's values, and notes those that are in the way.
func (r *Reconciler) keepReservation(ctx context.Context, o *observed, h *v1alpha1.HostReservation, at hostsNow) error {
	if slices.Contains(at.ours, h.Name) {
		return r.endTaken(ctx, o, h, at)
	}
	if h.Spec.RedirectTo == "" {
		return nil // only reserved for the organization
	}
	if !reservation.OperatorWrites(h, reservation.RedirectTo) && h.Spec.RedirectTo != at.present {
		o.foreign = append(o.foreign, h.Name)
	}
	return r.redirect(ctx, h, at.present)
}

// endTaken ends the reservation of a host that the organization has again. Before that, the status must be stored with the host: else a
// rename in this moment would give the host up without a reservation. One of the platform stays, without the operator's redirect.
func (r *Reconciler) endTaken(ctx context.Context, o *observed, h *v1alpha1.HostReservation, at hostsNow) error {
	switch {
	case !reservation.IsOperators(h):
		if h.Spec.RedirectTo != "" && !reservation.OperatorWrites(h, reservation.RedirectTo) {
			o.foreign = append(o.foreign, h.Name)
		}
		return r.redirect(ctx, h, "")
	case !slices.Contains(at.held, h.Name):
		o.lookAgain(storedAgain)
		return nil
	}
	return child.DeleteUnchanged(ctx, r.Client, h) // one that was prolonged meanwhile stays
}
