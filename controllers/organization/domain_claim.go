// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/reservation"
	"github.com/polyorg/polyorg/internal/rules"
)

// take claims a proved domain, and reports whether the organization has it to itself. Admission decides: it lets one organization have it. So a
// leader that another one has replaced, with an old cache, takes nothing from anybody.
func (d *domain) take(ctx context.Context) (held bool, err error) {
	if rules.ClaimedDomain(d.o.org) == d.claim.Domain {
		return true, nil
	}
	if d.heldByRival() {
		d.taken = true // until its status has given the domain up, which wakes this controller
		return false, nil
	}
	free, err := d.free(ctx)
	if err != nil || !free {
		return false, err
	}
	err = d.markDomain(ctx, d.o.org, d.claim.Domain)
	if apierrors.IsInvalid(err) {
		d.taken = true // by something that the cache does not show yet
		d.o.lookAgain(leftAgain)
		return false, nil
	}
	return err == nil, err
}

func (d *domain) heldByRival() bool {
	return slices.ContainsFunc(d.rivals, func(other v1alpha1.Organization) bool { return rules.HoldsDomain(&other, d.claim.Domain) })
}

// free ends a reservation that the operator made when another organization gave the domain up. The proof shows the domain's owner, and the
// links that the reservation protects are the owner's. A reservation that the platform wrote stays.
func (d *domain) free(ctx context.Context) (bool, error) {
	var h v1alpha1.HostReservation
	if err := d.Client.Get(ctx, client.ObjectKey{Name: d.claim.Domain}, &h); err != nil {
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	}
	switch {
	case heldFor(&h, d.o.org):
		return true, nil
	case h.Spec.HeldFor == nil || !reservation.IsOperators(&h):
		d.reserved = true
		return false, nil
	}
	return true, child.DeleteUnchanged(ctx, d.Client, &h)
}

// markDomain writes or removes the claim of an organization to a domain. A claim to any other is removed: until a former domain is a
// reservation, status.hosts holds it.
func (r *Reconciler) markDomain(ctx context.Context, org *v1alpha1.Organization, domain string) error {
	const key = v1alpha1.DomainClaimAnnotation
	mark := ""
	if domain != "" {
		mark = rules.DomainClaimMark(org, domain)
	}
	if org.Annotations[key] == mark {
		return nil
	}
	before, after := org.DeepCopy(), org.DeepCopy()
	if delete(after.Annotations, key); mark != "" {
		if after.Annotations == nil {
			after.Annotations = map[string]string{}
		}
		after.Annotations[key] = mark
	}
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Own.Patch(ctx, after, patch, client.FieldOwner(v1alpha1.FieldOwner)); err != nil {
		return err
	}
	org.Annotations, org.ResourceVersion = after.Annotations, after.ResourceVersion // the status is stored after this
	return nil
}
