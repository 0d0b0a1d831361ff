// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/domains"
	"github.com/polyorg/polyorg/internal/rules"
)

// domain is the claim of an organization to its custom domain, at one instant.
type domain struct {
	*Reconciler

	o         *observed
	now       time.Time
	claim     rules.DomainClaim
	challenge domains.Challenge
	requested time.Time               // when somebody last asked for a look at once
	rivals    []v1alpha1.Organization // others that ask for the domain, or still hold it; the cache's own
	taken     bool                    // one of them has a better claim
	reserved  bool                    // the platform reserves it
}

// keepDomain goes on with the claim to a custom domain (A8): it takes in what DNS said, gives the domain up or takes it, and asks DNS again in
// time. It never waits for DNS. It returns the domains that the organization asks for and that are not to be served.
//
// It comes before keepHosts: that one holds the hosts that rules.Hosts names, and a domain is among these once it is claimed. A former domain
// becomes a reservation like any other host (A6). A domain that is lost becomes none, because that would keep the true owner out.
func (r *Reconciler) keepDomain(ctx context.Context, o *observed, say status.Conditions, now time.Time) (unproved []string, err error) {
	wanted := rules.CustomDomain(o.org)
	if wanted == "" {
		o.org.Status.CustomDomain = nil
		say.Remove(v1alpha1.ConditionCustomDomainReady)
		say.Remove(v1alpha1.ConditionCustomDomainEnding)
		return nil, r.markDomain(ctx, o.org, "")
	}
	held := rules.ClaimedDomain(o.org) == wanted // until something else is known
	d, err := r.observeDomain(ctx, o, wanted, now)
	if err == nil {
		held, err = d.goOn(ctx, say)
	}
	if !held {
		unproved = []string{wanted}
	}
	return unproved, err
}

// goOn takes in what was heard, acts on it, and reports whether the organization has the domain to itself.
func (d *domain) goOn(ctx context.Context, say status.Conditions) (held bool, err error) {
	d.hear()
	d.yield()
	held, err = d.settle(ctx)
	d.ask()
	d.report(say, held)
	return held, err
}

func (r *Reconciler) observeDomain(ctx context.Context, o *observed, wanted string, now time.Time) (*domain, error) {
	d := &domain{Reconciler: r, o: o, now: now}
	d.claim = rules.ClaimDomain(o.policy, rules.DomainClaimOf(o.org), o.org.UID, wanted, rules.DomainProofWaived(o.org), now)
	d.requested, _ = rules.RequestedDomainLook(o.org) // admission refuses a text that is no time
	var asking v1alpha1.OrganizationList
	if err := r.Client.List(ctx, &asking, client.MatchingFields{index.Host: wanted}, index.Shared); err != nil {
		return nil, err
	}
	for _, other := range asking.Items {
		if other.UID != o.org.UID {
			d.rivals = append(d.rivals, other)
		}
	}
	var err error
	d.challenge, err = r.Challenges.Of(ctx, o.org.UID, wanted, rules.ToldDomainValue(o.org, wanted))
	return d, status.During("make the DNS record of its custom domain", err)
}

// hear takes in the result of the last look-up, if it is of this claim.
func (d *domain) hear() {
	r, there := d.Lookups.Take(d.o.org.Name)
	if there && r.Holder == d.claim.Holder && r.Domain == d.claim.Domain {
		d.claim = d.claim.Looked(d.o.policy, r.Look, r.Requested, d.now)
	}
}

// yield gives the domain up to an organization with a better claim. One that is being deleted has none.
func (d *domain) yield() {
	d.taken = slices.ContainsFunc(d.rivals, func(other v1alpha1.Organization) bool {
		asks := rules.CustomDomain(&other) == d.claim.Domain && !rules.Ending(&other)
		theirs := rules.DomainClaimOf(&other)
		return asks && theirs.Holder == other.UID && theirs.TakesDomain(d.claim, d.now)
	})
	if d.taken && d.claim.Holds() {
		d.claim = d.claim.Displaced(d.now)
	}
}

// settle takes the domain for the organization, or gives it up, and reports whether the organization has it to itself.
func (d *domain) settle(ctx context.Context) (held bool, err error) {
	if d.claim.Holds() && !d.taken {
		held, err = d.take(ctx)
		return held, status.During("claim its custom domain", err)
	}
	d.o.org.Status.Hosts = slices.DeleteFunc(slices.Clone(d.o.org.Status.Hosts), func(host string) bool { return host == d.claim.Domain })
	return false, status.During("give up its custom domain", d.markDomain(ctx, d.o.org, ""))
}

// ask has the record looked up, now or in time. The clock changes the claim, too.
func (d *domain) ask() {
	if change := d.claim.NextChange(d.now); !change.IsZero() {
		d.o.lookAgain(change.Sub(d.now))
	}
	switch at, needed := d.nextLook(); {
	case !needed:
	case at.After(d.now):
		d.o.lookAgain(at.Sub(d.now))
	default:
		d.Lookups.Ask(d.o.org.Name, domains.Question{
			Holder: d.claim.Holder, Domain: d.claim.Domain, Challenge: d.challenge, Requested: d.requested,
		})
	}
}

// nextLook is when the record is to be looked up next: in its turn, or sooner because of a rival.
func (d *domain) nextLook() (at time.Time, needed bool) {
	at, needed = d.claim.NextLook(d.requested, d.now)
	for i := range d.rivals {
		due, contested := d.claim.ContestedLook(rules.DomainClaimOf(&d.rivals[i]), d.now)
		if contested && (!needed || due.Before(at)) {
			at, needed = due, true
		}
	}
	return at, needed
}
