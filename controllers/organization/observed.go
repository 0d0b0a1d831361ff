// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/world"
	"github.com/polyorg/polyorg/internal/rules"
)

// observed is an organization with its objects, at one instant.
type observed struct {
	org        *v1alpha1.Organization
	members    []v1alpha1.Membership // the cache's own
	policy     rules.Policy
	account    rules.Account
	suspended  bool          // its time is over, or the platform suspends it (E3, E8)
	why        string        // the reason of that; empty if it is not suspended
	granted    bool          // it has a place among its super admin's (L1–L5)
	hostsLack  bool          // another has a host that it asks for
	obstacles  []string      // bindings that keep its members from access
	reserved   []string      // wanted hosts that a reservation keeps from it
	foreign    []string      // hosts whose reservation is the platform's own, and redirects elsewhere
	endedEarly []string      // former hosts whose reservation ended, because they were too many
	unshown    int           // former hosts for which the status has no room
	again      time.Duration // after which to try something again; 0: nothing to try

	seats, used, pending int32
	invitations          *v1alpha1.InvitationsStatus
	emailOnly            bool
}

func (r *Reconciler) observe(ctx context.Context, org *v1alpha1.Organization, now time.Time) (*observed, error) {
	inside := []client.ListOption{client.InNamespace(namespaceOf(org)), index.Shared}
	var members v1alpha1.MembershipList
	if err := r.Client.List(ctx, &members, inside...); err != nil {
		return nil, err
	}
	var invitations v1alpha1.InvitationList
	if err := r.Client.List(ctx, &invitations, inside...); err != nil {
		return nil, err
	}
	var bindings v1alpha1.IntegrationBindingList
	if err := r.Client.List(ctx, &bindings, inside...); err != nil {
		return nil, err
	}
	w := world.New(r.Config.Ingress.BaseDomain)
	if err := world.AddPolicy(ctx, w, r.Client); err != nil {
		return nil, err
	}
	world.Add(w, *org)
	world.Add(w, members.Items...)
	world.Add(w, invitations.Items...)
	world.Add(w, bindings.Items...)
	o := weigh(org, members.Items, w, now)
	o.invitations = progress(invitations.Items)
	return o, nil
}

// weigh applies the rules to the objects.
func weigh(org *v1alpha1.Organization, members []v1alpha1.Membership, w *world.World, now time.Time) *observed {
	policy := w.Outlook().Policy()
	account := world.Stated[rules.Account](w)[0] // an organization always states its account
	o := &observed{
		org: org, members: members, policy: policy, account: account, suspended: account.Suspended(policy, now), why: account.WhySuspended(policy, now),
		seats: account.Seats(policy), emailOnly: w.Outlook().EmailOnly(org.Name),
	}
	o.used, o.pending = rules.Seats(world.Stated[rules.Place](w), world.Stated[rules.Offer](w))
	o.used += o.pending
	return o
}

// next is the time after which to look at the organization again if nothing changes; 0: never.
func (o *observed) next(now time.Time) time.Duration {
	return sooner(o.account.UntilNews(o.policy, now), o.again)
}

// lookAgain asks for another look, unless one comes sooner.
func (o *observed) lookAgain(after time.Duration) {
	o.again = sooner(o.again, max(after, time.Millisecond))
}

// sooner is the shorter of two times, of which 0 is none.
func sooner(a, b time.Duration) time.Duration {
	if a == 0 || (b > 0 && b < a) {
		return b
	}
	return a
}

// report writes the parts of the status that need no action.
func (o *observed) report(say status.Conditions, now time.Time) {
	s := &o.org.Status
	s.Edition = rules.EditionInForce(o.org.Spec)
	s.Seats = v1alpha1.SeatsStatus{
		Purchased: o.seats, Used: o.used, Pending: o.pending, Summary: fmt.Sprintf("%d/%d", o.used, o.seats),
	}
	s.Invitations = o.invitations
	s.InvitationDelivery = v1alpha1.InvitationDeliveryListed
	if o.emailOnly {
		s.InvitationDelivery = v1alpha1.InvitationDeliveryEmailOnly
	}
	o.reportTrial()
	o.reportSubscription(say, now)
	o.reportEnding(say, now)
}

// superAdminActive reports whether somebody can use the organization: its super admin, who is always there (R3).
func (o *observed) superAdminActive() bool {
	return slices.ContainsFunc(o.members, func(m v1alpha1.Membership) bool {
		return m.Spec.User == o.org.Spec.SuperAdmin && rules.Active(&m)
	})
}

// stall is one thing that keeps an organization from service until somebody acts.
type stall struct{ reason, message string }

// stalls are all of them; the first decides the reason.
func (o *observed) stalls() (all []stall) {
	if o.org.DeletionTimestamp != nil {
		all = append(all, stall{v1alpha1.ReasonDeletionProtected, "Its deletion came past admission, and it is protected, so nothing of it is ended; " +
			"set spec.deletionProtection to false to end it (O7)"})
	}
	if o.suspended {
		all = append(all, stall{o.why, o.resumption()})
	}
	if len(o.obstacles) > 0 {
		all = append(all, stall{v1alpha1.ReasonBindingInTheWay, "Its members lack access until somebody deletes what has the name of the operator's " +
			"own binding and gives another role (R7): " + listed(o.obstacles)})
	}
	if o.hostsLack {
		all = append(all, stall{v1alpha1.ReasonHostNotFree, "A host that it asks for is not free (A2)"})
	}
	return all
}

// summed is the reason of the first, and the messages of all.
func summed(stalls []stall) (reason, message string) {
	var texts []string
	for _, s := range stalls {
		texts = append(texts, s.message)
	}
	if len(stalls) > 0 {
		reason = stalls[0].reason
	}
	return reason, strings.Join(texts, ". ")
}

// conclude says whether the organization is in service.
func (o *observed) conclude(say status.Conditions) {
	stalls := o.stalls()
	switch {
	case len(stalls) > 0:
		say.Stalled(summed(stalls))
	case !o.superAdminActive():
		say.Waiting(v1alpha1.ReasonPending, "Waits for the super admin's membership to give access")
	default:
		say.Ready(v1alpha1.ReasonActive, "In service")
	}
}
