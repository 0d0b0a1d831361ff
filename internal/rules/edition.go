// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// EditionInForce is the edition that an organization runs on: the one subscribed to, else the trial's (O4).
func EditionInForce(spec v1alpha1.OrganizationSpec) v1alpha1.Edition {
	if spec.Subscription != nil {
		return spec.Subscription.Edition
	}
	return v1alpha1.EditionEnterprise
}

// editionChange judges what a new edition means for every member (E7). Members who were there before their organization are
// judged when it comes (R8).
func (j judgement) editionChange(a, was Account) Violations {
	limited := a.Edition == v1alpha1.EditionCRMPlus || a.Edition == v1alpha1.EditionZohoOne // of the others nobody can have too many
	if a.Edition == was.Edition || a.Terminating || !limited {
		return nil
	}
	conflicts := map[string]bool{}
	rules := map[string]bool{}
	for _, p := range j.members(a.Organization) {
		for _, l := range byEdition {
			if l.counts(j, p) && j.used(l, p.User, a.Organization) >= l.max(j.policy) {
				conflicts[p.User], rules[l.rule] = true, true
			}
		}
	}
	if len(conflicts) == 0 {
		return nil
	}
	return forbidden("E7", "%s", j.conflictText(a.Edition, sorted(conflicts), sorted(rules)))
}

// conflictText says how many members are in the way; to platform actors, who (U3).
func (j judgement) conflictText(edition v1alpha1.Edition, users, rules []string) string {
	text := fmt.Sprintf("%d member(s) cannot be in one more %s organization (%s)", len(users), edition, strings.Join(rules, ", "))
	if j.act.Actor.Platform {
		text += ": " + strings.Join(users[:min(len(users), 10)], ", ")
	}
	return text + "; choose another edition, or let them leave first"
}

// members yields the places in an organization, its super admin's included. One who is named by this very change is judged as a
// place of its own; one who was named until now and is not a member otherwise is none any more.
func (j judgement) members(organization string) []Place {
	members := held[Place](j.Outlook, MembersKey(organization))
	if own, ok := find(j.before, func(p Place) bool { return slices.Contains(j.after, Fact(p)) }); ok {
		members = append(members, own)
	}
	return members
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// Ended reports whether an organization's deletion is certain: nothing in it holds a place any more (O7).
func (o Outlook) Ended(organization string) bool {
	for _, a := range certain[Account](o, OrganizationKey(organization)) {
		if a.Terminating {
			return true
		}
	}
	return false
}

// over reports whether an organization counts as ended: for the Worst outlook if that is certain, for the Best if it may be.
func (o Outlook) over(organization string) bool {
	if o.worst {
		return o.Ended(organization)
	}
	return len(possible[Account](o, OrganizationKey(organization))) > 0 && !o.mayLive(organization)
}

// open says why nothing can be added to an organization: it is being deleted (O7), or its trial ended without a
// subscription (E3). An organization that is not there yet is open to platform actors (R8).
func (o Outlook) open(organization string, now time.Time) Violations {
	policy := o.Policy()
	for _, a := range held[Account](o, OrganizationKey(organization)) {
		if a.Terminating {
			return forbidden("O7", "the organization %s is being deleted; nothing can be added to it", organization)
		}
		if a.Suspended(policy, now) {
			return forbidden("E3", "the trial of %s has ended and it has no subscription; subscribe (spec.subscription), then try again", organization)
		}
	}
	return nil
}
