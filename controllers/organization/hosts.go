// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"cmp"
	"context"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/reservation"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/rules"
)

// leavingTime is how long a former host leads to the CRM beside its successor, before it redirects there. By then each ingress controller has
// learnt of the successor, so the redirect leads nowhere where nothing answers (A6). It counts from the creation of the reservation, which
// comes after the successor's route.
const leavingTime = 10 * time.Second

// hosts are those of an organization at one instant.
type hosts struct {
	wanted []string
	held   []string
	// stored are those that the stored status has.
	stored []string
	// givenUp are hosts that were held until now. They have no reservation yet.
	givenUp []string
	// former are reservations for the organization, by host.
	former []v1alpha1.HostReservation
}

// hosts decides which hosts the organization holds, and which it gives up. A domain that is not proved yet is not held, and costs no former
// domain (A8).
func (r *Reconciler) hosts(ctx context.Context, o *observed, unproved []string) (h hosts, err error) {
	h.wanted, h.stored = rules.Hosts(o.org, r.Config.Ingress.BaseDomain), o.org.Status.Hosts
	if err := r.putBack(ctx, o.org, h.wanted[0]); err != nil {
		return h, err
	}
	free, err := r.free(ctx, o, union(h.wanted, o.org.Status.Hosts))
	if err != nil {
		return h, err
	}
	h.held = rules.Held(union(h.wanted, unproved), o.org.Status.Hosts, free, r.Config.Ingress.BaseDomain)
	h.givenUp = without(without(o.org.Status.Hosts, h.held), without(o.org.Status.Hosts, free))
	o.hostsLack = len(without(h.wanted, h.held)) > 0
	h.former, err = r.previous(ctx, o.org)
	return h, err
}

// facts are what a plan of routes needs to know. Without a reservation, a host that is given up counts as held: the organization has it until
// the reservation is there.
func (r *Reconciler) facts(o *observed, h hosts, now time.Time) route.Facts {
	f := route.Facts{
		Organization: o.org, Held: union(h.held, h.givenUp), Reservations: h.former, Suspended: o.suspended,
	}
	for i := range h.former {
		if left := leavingTime - now.Sub(h.former[i].CreationTimestamp.Time); left > 0 && reservation.IsOperators(&h.former[i]) {
			f.Leaving = append(f.Leaving, h.former[i].Name)
			o.lookAgain(left)
		}
	}
	return f
}

// now is what reservations need to know of the hosts. Former hosts redirect to the one at which the plan serves.
func (h hosts) now(plan route.Plan) hostsNow {
	return hostsNow{ours: h.held, held: without(h.stored, without(h.stored, h.held)), present: cmp.Or(plan.Present, h.wanted[0])}
}

// free are those of some hosts that no other organization has. Admission refuses another's host; this is for hosts that got past it (A2).
func (r *Reconciler) free(ctx context.Context, o *observed, hosts []string) ([]string, error) {
	var free []string
	for _, host := range hosts {
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
			free = append(free, host)
		}
	}
	return free, nil
}

// reservedToOthers reports whether a reservation keeps a host from the organization. It keeps the hosts that it has already.
func (r *Reconciler) reservedToOthers(ctx context.Context, org *v1alpha1.Organization, host string) (bool, error) {
	var h v1alpha1.HostReservation
	if err := r.Client.Get(ctx, client.ObjectKey{Name: host}, &h); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	own := &v1alpha1.OrganizationReference{Name: org.Name, UID: org.UID}
	return !isReservedFor(&h, own) && !slices.Contains(org.Status.Hosts, host), nil
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

// giveUp drops former hosts from the status, each only after its reservation exists, so that nobody can take it in between (A6). A host that
// another organization has needs no reservation.
func (r *Reconciler) giveUp(ctx context.Context, o *observed, h hosts, now time.Time) error {
	for _, host := range h.givenUp {
		if err := r.reserve(ctx, o.org, o.policy, host, now); err != nil {
			return err
		}
	}
	o.org.Status.Hosts = h.held
	return nil
}

// withoutNamespace says that nothing can be served or loaded without a namespace.
func (o *observed) withoutNamespace(say status.Conditions) {
	o.org.Status.AccessURL = ""
	say.Remove(v1alpha1.ConditionForeignAccess)
	say.Set(v1alpha1.ConditionAccessURLReady, metav1.ConditionUnknown, v1alpha1.ReasonPending, "Waits for the namespace")
	o.awaitSampleData(say, v1alpha1.ReasonPending, "Waits for the namespace")
}

// union has each host of both lists once, in order.
func union(a, b []string) []string { return slices.Concat(a, without(b, a)) }

// without are the hosts of a list that are not in another.
func without(hosts, others []string) []string {
	return slices.DeleteFunc(slices.Clone(hosts), func(host string) bool { return slices.Contains(others, host) })
}
