// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/reservation"
	"github.com/polyorg/polyorg/controllers/internal/status"
)

// maxPrevious is the number of previous hosts that a status can have.
const maxPrevious = 100

// endSurplus ends the oldest reservations of an organization that has more previous hosts than a status can show. It returns the others.
func (r *Reconciler) endSurplus(ctx context.Context, o *observed, reservations []v1alpha1.HostReservation, ours []string) ([]v1alpha1.HostReservation, error) {
	kept, surplus := splitSurplus(reservations, ours)
	for i := range surplus {
		if err := child.DeleteUnchanged(ctx, r.Client, &surplus[i]); err != nil {
			return nil, fmt.Errorf("end the reservation of %s: %w", surplus[i].Name, err)
		}
		o.endedEarly = append(o.endedEarly, surplus[i].Name)
	}
	return kept, nil
}

// splitSurplus finds the reservations that are too many. Those that end first go first. The platform's own stay.
func splitSurplus(reservations []v1alpha1.HostReservation, ours []string) (kept, surplus []v1alpha1.HostReservation) {
	var old []v1alpha1.HostReservation
	previous := 0
	for _, h := range reservations {
		if slices.Contains(ours, h.Name) {
			continue
		}
		previous++
		if reservation.IsOperators(&h) {
			old = append(old, h)
		}
	}
	slices.SortFunc(old, func(a, b v1alpha1.HostReservation) int {
		return cmp.Or(a.Spec.ExpiresAt.Compare(b.Spec.ExpiresAt.Time), a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	surplus = old[:min(len(old), max(0, previous-maxPrevious))]
	kept = slices.DeleteFunc(slices.Clone(reservations), func(h v1alpha1.HostReservation) bool {
		return slices.ContainsFunc(surplus, func(s v1alpha1.HostReservation) bool { return s.Name == h.Name })
	})
	return kept, surplus
}

// showPrevious writes the former hosts into the status, as many as it can have.
func (o *observed) showPrevious(reservations []v1alpha1.HostReservation, ours []string) {
	o.org.Status.PreviousHosts, o.unshown = nil, 0
	for _, h := range reservations {
		switch {
		case slices.Contains(ours, h.Name):
		case len(o.org.Status.PreviousHosts) == maxPrevious:
			o.unshown++
		default:
			o.org.Status.PreviousHosts = append(o.org.Status.PreviousHosts, v1alpha1.PreviousHost{Host: h.Name, ReservedUntil: h.Spec.ExpiresAt})
		}
	}
}

// reportPrevious says that an organization has as many previous hosts as it can, and which of them it has lost by that (A6).
func (o *observed) reportPrevious(say status.Conditions) {
	const kind = v1alpha1.ConditionPreviousHostsFull
	switch {
	case len(o.endedEarly) > 0:
		say.True(kind, v1alpha1.ReasonReservationEndedEarly, fmt.Sprintf(
			"An organization has at most %d previous hosts. The reservations that would have ended first were ended, and these hosts are free: %s (A6)",
			maxPrevious, strings.Join(o.endedEarly, ", ")))
	case o.unshown > 0:
		say.True(kind, v1alpha1.ReasonPreviousHostsNotShown, fmt.Sprintf(
			"The status shows %d previous hosts, and %d more are reserved by the platform: see kubectl get hostreservations (A6)", maxPrevious, o.unshown))
	case len(o.org.Status.PreviousHosts) < maxPrevious:
		say.Remove(kind)
	}
}
