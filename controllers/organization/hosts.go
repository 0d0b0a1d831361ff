// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/rules"
)

// keepHosts holds the hosts that the organization asks for and that are its own, and hands former ones to reservations. It
// returns those to be served: none while the organization is suspended (A7).
func (r *Reconciler) keepHosts(ctx context.Context, o *observed, now time.Time) ([]string, error) {
	wanted := rules.Hosts(o.org, r.Config.Ingress.BaseDomain)
	ours, err := r.ours(ctx, o, wanted)
	if err != nil {
		return nil, err
	}
	o.hostsLack = len(ours) < len(wanted)
	if err := r.giveUp(ctx, o, ours, now); err != nil {
		return nil, err
	}
	if err := r.keepPrevious(ctx, o, ours, wanted[0]); err != nil {
		return nil, err
	}
	if o.suspended {
		ours = nil
	}
	o.org.Status.AccessURL = ""
	if slices.Contains(ours, wanted[0]) {
		o.org.Status.AccessURL = "https://" + wanted[0]
	}
	return ours, nil
}

// ours are those of the wanted hosts that no other organization has. Admission refuses another's host; this is for hosts that got past it
// (A2).
func (r *Reconciler) ours(ctx context.Context, o *observed, wanted []string) ([]string, error) {
	var ours []string
	for _, host := range wanted {
		reserved, err := r.reservedToOthers(ctx, o.org, host)
		if err != nil {
			return nil, err
		}
		if reserved {
			o.reserved = append(o.reserved, host)
			continue
		}
		lost, err := r.lost(ctx, o.org, host)
		if err != nil {
			return nil, err
		}
		if !lost {
			ours = append(ours, host)
		}
	}
	return ours, nil
}

// reservedToOthers reports whether a reservation keeps a host from the organization. It keeps the hosts that it has already.
func (r *Reconciler) reservedToOthers(ctx context.Context, org *v1alpha1.Organization, host string) (bool, error) {
	var h v1alpha1.HostReservation
	if err := r.Client.Get(ctx, client.ObjectKey{Name: host}, &h); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	return !heldFor(&h, org) && !slices.Contains(org.Status.Hosts, host), nil
}

// lost reports whether a host goes to another organization that asks for it too.
func (r *Reconciler) lost(ctx context.Context, org *v1alpha1.Organization, host string) (bool, error) {
	var asking v1alpha1.OrganizationList
	if err := r.Client.List(ctx, &asking, client.MatchingFields{index.Host: host}); err != nil {
		return false, err
	}
	return slices.ContainsFunc(asking.Items, func(other v1alpha1.Organization) bool {
		return other.UID != org.UID && rules.Outranks(&other, org, host)
	}), nil
}

func heldFor(h *v1alpha1.HostReservation, org *v1alpha1.Organization) bool {
	return h.Spec.HeldFor != nil && h.Spec.HeldFor.UID == org.UID
}

// giveUp drops former hosts from the status, each only after its reservation exists, so that nobody can take it in between (A6).
func (r *Reconciler) giveUp(ctx context.Context, o *observed, ours []string, now time.Time) error {
	for _, host := range o.org.Status.Hosts {
		if slices.Contains(ours, host) {
			continue
		}
		if err := r.reserve(ctx, o.org, o.policy, host, now); err != nil {
			return err
		}
	}
	o.org.Status.Hosts = ours
	return nil
}

// previous are the reservations for the organization, by host.
func (r *Reconciler) previous(ctx context.Context, org *v1alpha1.Organization) ([]v1alpha1.HostReservation, error) {
	var all v1alpha1.HostReservationList
	err := r.Client.List(ctx, &all, client.MatchingFields{index.HeldFor: string(org.UID)})
	slices.SortFunc(all.Items, func(a, b v1alpha1.HostReservation) int { return cmp.Compare(a.Name, b.Name) })
	return all.Items, err
}

// keepPrevious redirects former hosts to the present one, and ends the reservation of a host that the organization took again.
func (r *Reconciler) keepPrevious(ctx context.Context, o *observed, ours []string, present string) error {
	reservations, err := r.previous(ctx, o.org)
	if err != nil {
		return err
	}
	o.org.Status.PreviousHosts = nil
	for i := range reservations {
		h := &reservations[i]
		if !slices.Contains(ours, h.Name) {
			o.org.Status.PreviousHosts = append(o.org.Status.PreviousHosts, v1alpha1.PreviousHost{Host: h.Name, ReservedUntil: h.Spec.ExpiresAt})
		}
		foreign, err := r.keepRedirect(ctx, h, ours, present)
		if err != nil {
			return fmt.Errorf("keep the reservation of %s: %w", h.Name, err)
		}
		if foreign {
			o.foreign = append(o.foreign, h.Name)
		}
	}
	return nil
}

// withoutNamespace says that nothing can be served or loaded without a namespace.
func (o *observed) withoutNamespace(say status.Conditions) {
	o.org.Status.AccessURL = ""
	say.Remove(v1alpha1.ConditionForeignAccess)
	say.Set(v1alpha1.ConditionAccessURLReady, metav1.ConditionUnknown, v1alpha1.ReasonPending, "Waits for the namespace")
	o.awaitSampleData(say, v1alpha1.ReasonPending, "Waits for the namespace")
}

// ignoreExists treats an object that exists already as made.
func ignoreExists(err error) error {
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
