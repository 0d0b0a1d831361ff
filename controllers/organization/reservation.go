// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/reservation"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/rules"
)

// slack is how much sooner than a new reservation an older one may end. An attempt that is repeated, after a failure or by the next leader,
// then writes nothing again.
const slack = time.Hour

// reserve keeps a former host for the organization, for the days that the policy gives (A6, A7). While the organization lives, the host
// redirects to its present one. If another organization has the host as well, nobody can take it, and it is not reserved.
func (r *Reconciler) reserve(ctx context.Context, org *v1alpha1.Organization, p rules.Policy, host string, now time.Time) error {
	if p.ReservationDays == 0 {
		return nil
	}
	another, err := r.anotherHas(ctx, org, host)
	if err != nil || another {
		return err
	}
	h := r.newReservation(org, host, p.ReservationEnd(now))
	err = r.Client.Create(ctx, h, client.FieldOwner(v1alpha1.FieldOwner))
	switch {
	case apierrors.IsAlreadyExists(err):
		err = r.prolong(ctx, org, h)
	case rules.Ending(org) && apierrors.IsNotFound(err):
		return nil // if the kind itself is deleted, nobody can ask for the host
	}
	if err != nil {
		return fmt.Errorf("reserve host %s: %w", host, err)
	}
	return nil
}

func (r *Reconciler) newReservation(org *v1alpha1.Organization, host string, end time.Time) *v1alpha1.HostReservation {
	h := &v1alpha1.HostReservation{
		ObjectMeta: metav1.ObjectMeta{Name: host, Labels: child.Labels(org)},
		Spec: v1alpha1.HostReservationSpec{
			HeldFor:   &v1alpha1.OrganizationReference{Name: org.Name, UID: org.UID},
			ExpiresAt: &metav1.Time{Time: end},
		},
	}
	if !rules.Ending(org) {
		h.Spec.RedirectTo = rules.Hosts(org, r.Config.Ingress.BaseDomain)[0]
	}
	return h
}

// anotherHas reports whether another organization serves a host, or goes before this one among those that ask for it.
func (r *Reconciler) anotherHas(ctx context.Context, org *v1alpha1.Organization, host string) (bool, error) {
	var asking v1alpha1.OrganizationList
	if err := r.Client.List(ctx, &asking, client.MatchingFields{index.Host: host}); err != nil {
		return false, err
	}
	return slices.ContainsFunc(asking.Items, func(other v1alpha1.Organization) bool {
		return other.UID != org.UID && (slices.Contains(other.Status.Hosts, host) || rules.Outranks(&other, org, host))
	}), nil
}

// prolong makes an older reservation of a host last as long as the wanted one. It reads past the cache: the older one may be about to end. A
// reservation that is not the organization's is as good, because nobody can take the host.
func (r *Reconciler) prolong(ctx context.Context, org *v1alpha1.Organization, want *v1alpha1.HostReservation) error {
	var h v1alpha1.HostReservation
	err := r.Live.Get(ctx, client.ObjectKeyFromObject(want), &h)
	switch {
	case apierrors.IsNotFound(err):
		return status.ErrBehind // it ended in this moment, so a new one can be made
	case err != nil:
		return err
	case h.DeletionTimestamp != nil:
		return errors.New("its former reservation is being deleted")
	}
	return r.rewrite(ctx, &h, prolonged(&h, want))
}

// prolonged is the spec of a reservation after the organization has given its host up once more. Values of the platform stay.
func prolonged(h, want *v1alpha1.HostReservation) v1alpha1.HostReservationSpec {
	spec := *h.Spec.DeepCopy()
	if !isReservedFor(h, want.Spec.HeldFor) {
		return spec
	}
	if reservation.OperatorWrites(h, reservation.HeldFor) {
		spec.HeldFor, spec.RedirectTo = want.Spec.HeldFor, cmp.Or(spec.RedirectTo, want.Spec.RedirectTo)
	}
	early := spec.ExpiresAt != nil && spec.ExpiresAt.Add(slack).Before(want.Spec.ExpiresAt.Time)
	if early && reservation.OperatorWrites(h, reservation.ExpiresAt) {
		spec.ExpiresAt = want.Spec.ExpiresAt
	}
	return spec
}

// isReservedFor reports whether a host is reserved for an organization, or for a former one of its name. Admission gives such a host only to
// an organization that the platform put back (A6), so the controllers need not ask who made it.
func isReservedFor(h *v1alpha1.HostReservation, org *v1alpha1.OrganizationReference) bool {
	return h.Spec.HeldFor != nil && h.Spec.HeldFor.Name == org.Name
}

// redirect points a reservation to another host, or to none, unless the platform wrote where it points.
func (r *Reconciler) redirect(ctx context.Context, h *v1alpha1.HostReservation, to string) error {
	if !reservation.OperatorWrites(h, reservation.RedirectTo) {
		return nil
	}
	spec := *h.Spec.DeepCopy()
	spec.RedirectTo = to
	return r.rewrite(ctx, h, spec)
}

// rewrite changes the spec of a reservation if nobody else has changed it meanwhile.
func (r *Reconciler) rewrite(ctx context.Context, h *v1alpha1.HostReservation, spec v1alpha1.HostReservationSpec) error {
	if equality.Semantic.DeepEqual(h.Spec, spec) {
		return nil
	}
	before := h.DeepCopy()
	h.Spec = spec
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	return r.Client.Patch(ctx, h, patch, client.FieldOwner(v1alpha1.FieldOwner))
}
