// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/reservation"
)

// putBack hands the reservations of a deleted organization over to the one that the platform put back under its name (A6). Admission lets
// nobody else create an organization that asks for a host which is reserved to a former one of its name. So such a host is the proof. It is
// read past the cache, because the cache may still have a reservation that was freed before this organization came.
func (r *Reconciler) putBack(ctx context.Context, org *v1alpha1.Organization, present string) error {
	var all v1alpha1.HostReservationList
	if err := r.Client.List(ctx, &all, client.MatchingFields{index.HeldForName: org.Name}); err != nil {
		return err
	}
	asked := index.Hosts(org, r.Config.Ingress.BaseDomain)
	for _, former := range formers(all.Items, org, asked) {
		proved, err := r.prove(ctx, former.proofs)
		if err != nil || !proved {
			return err
		}
		if err := r.handOver(ctx, org, former, present); err != nil {
			return err
		}
	}
	return nil
}

// formerOne has the reservations of one former organization. Proofs are those of hosts that the present one of the name asks for or holds.
type formerOne struct{ proofs, others []v1alpha1.HostReservation }

// formers are the former organizations of a name of which the present one was put back. Each is known by its UID: one whose hosts the present
// one does not ask for is another (A2).
func formers(all []v1alpha1.HostReservation, org *v1alpha1.Organization, asked []string) []formerOne {
	byUID, order := map[types.UID]*formerOne{}, []types.UID{}
	for _, h := range all {
		if h.Spec.HeldFor == nil || h.Spec.HeldFor.Name != org.Name || h.Spec.HeldFor.UID == org.UID {
			continue
		}
		uid := h.Spec.HeldFor.UID
		if byUID[uid] == nil {
			byUID[uid], order = &formerOne{}, append(order, uid)
		}
		if f := byUID[uid]; slices.Contains(asked, h.Name) {
			f.proofs = append(f.proofs, h)
		} else {
			f.others = append(f.others, h)
		}
	}
	var put []formerOne
	for _, uid := range order {
		if len(byUID[uid].proofs) > 0 {
			put = append(put, *byUID[uid])
		}
	}
	return put
}

// prove reports whether one of some reservations still stands as the cache has it.
func (r *Reconciler) prove(ctx context.Context, proofs []v1alpha1.HostReservation) (bool, error) {
	for i := range proofs {
		var live v1alpha1.HostReservation
		err := r.Live.Get(ctx, client.ObjectKeyFromObject(&proofs[i]), &live)
		if client.IgnoreNotFound(err) != nil {
			return false, err
		}
		if err == nil && live.UID == proofs[i].UID && live.Spec.HeldFor != nil && *live.Spec.HeldFor == *proofs[i].Spec.HeldFor {
			return true, nil
		}
	}
	return false, nil
}

// handOver rewrites the reservations of a former organization. The proofs come last: if this is cut short, they still say what is to be done.
// A reservation that the platform wrote for the former one stays as it is.
func (r *Reconciler) handOver(ctx context.Context, org *v1alpha1.Organization, of formerOne, present string) error {
	for _, h := range slices.Concat(of.others, of.proofs) {
		if err := r.take(ctx, &h, org, present); err != nil {
			return err
		}
	}
	return nil
}

// take makes a reservation the organization's, and points one without a target to the present host.
func (r *Reconciler) take(ctx context.Context, h *v1alpha1.HostReservation, org *v1alpha1.Organization, present string) error {
	if !reservation.OperatorWrites(h, reservation.HeldFor) {
		return nil
	}
	spec := *h.Spec.DeepCopy()
	spec.HeldFor.UID, spec.RedirectTo = org.UID, cmp.Or(spec.RedirectTo, present)
	if err := r.rewrite(ctx, h, spec); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("hand over the reservation of %s: %w", h.Name, err)
	}
	return nil
}
