// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"slices"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// The oracle knows one outcome, whole and certain, and no outlook. It counts all facts before and after a change, and says which rules the
// change breaks. It shares no code with the rules that it judges.
type oracle struct {
	others, before, after []rules.Fact
	was, is               all
}

// all is all facts, by type.
type all struct {
	places   []rules.Place
	accounts map[string]rules.Account
	offers   []rules.Offer
	policy   rules.Policy
}

// set is a set of organizations, users, or accounts.
type set map[string]bool

func ask(others, before, after []rules.Fact) oracle {
	return oracle{others, before, after, tell(others, before), tell(others, after)}
}

func tell(lists ...[]rules.Fact) all {
	a := all{accounts: map[string]rules.Account{}, policy: rules.DefaultPolicy}
	for _, f := range slices.Concat(lists...) {
		switch f := f.(type) {
		case rules.Place:
			a.places = append(a.places, f)
		case rules.Acceptance:
			a.places = append(a.places, f.Place)
		case rules.Account:
			a.accounts[f.Organization] = f
		case rules.Offer:
			a.offers = append(a.offers, f)
		case rules.Policy:
			a.policy = f
		}
	}
	return a
}

// organizations of a user that have not ended and count.
func (a all) organizations(user string, counts func(rules.Place) bool) set {
	s := set{}
	for _, p := range a.places {
		if p.User == user && !a.accounts[p.Organization].Terminating && counts(p) {
			s[p.Organization] = true
		}
	}
	return s
}

// perUser counts a user's organizations under each limit.
func (a all) perUser(user string) map[string]set {
	on := func(p rules.Place, e v1alpha1.Edition) bool { return a.accounts[p.Organization].Edition == e }
	saysHow := a.organizations(user, func(p rules.Place) bool { return p.Origin != "" })
	return map[string]set{
		"L1": a.organizations(user, func(rules.Place) bool { return true }),
		"L2": a.organizations(user, func(p rules.Place) bool {
			return p.Origin == v1alpha1.OriginCreated || p.Role == v1alpha1.RoleSuperAdmin
		}),
		"L3": a.organizations(user, func(p rules.Place) bool {
			return on(p, v1alpha1.EditionCRMPlus) && (p.Origin == v1alpha1.OriginCreated || !saysHow[p.Organization])
		}),
		"L4": a.organizations(user, func(p rules.Place) bool {
			return on(p, v1alpha1.EditionCRMPlus) && p.Origin != "" && p.Origin != v1alpha1.OriginCreated
		}),
		"L5": a.organizations(user, func(p rules.Place) bool {
			return on(p, v1alpha1.EditionZohoOne) && p.UserType == v1alpha1.UserTypeInternal
		}),
	}
}

func (a all) limit(rule string) int {
	return int(map[string]int32{
		"L1": a.policy.OrganizationsPerUser, "L2": a.policy.CreatedOrganizationsPerUser, "L3": a.policy.CreatedCRMPlusPerUser,
		"L4": a.policy.InvitedCRMPlusPerUser, "L5": a.policy.InternalZohoOnePerUser,
	}[rule])
}

// seated is who holds a seat of an organization.
func (a all) seated(organization string) set {
	s := set{}
	for _, p := range a.places {
		if p.Organization == organization && p.Seat {
			s[p.User] = true
		}
	}
	for _, o := range a.offers {
		if o.Organization == organization {
			s[o.User] = true
		}
	}
	return s
}

func (a all) seats(organization string) int {
	if licenses := a.accounts[organization].Licenses; licenses > 0 {
		return int(licenses)
	}
	return int(a.policy.TrialLicenses)
}

// broken is the rules that the change breaks. If a limit was exceeded before as well, the change has not broken it (L9).
func (o oracle) broken() set {
	broken := set{}
	o.users(broken)
	for _, f := range o.after {
		if slices.Contains(o.before, f) {
			continue
		}
		switch f := f.(type) {
		case rules.Place:
			o.seat(broken, f.Organization)
			o.inviter(broken, f)
		case rules.Acceptance:
			o.seat(broken, f.Organization)
		case rules.Offer:
			o.seat(broken, f.Organization)
			o.pending(broken, f)
		case rules.Account:
			o.account(broken, f)
		case rules.Claim:
			o.claim(broken, f)
		case rules.Binding:
			o.binding(broken, f)
		}
	}
	return broken
}

// users judges L1 to L5: an organization that is one more under a limit. If that is so because of another edition, it is E7.
func (o oracle) users(broken set) {
	for _, user := range []string{john, alice, bob} {
		was, is := o.was.perUser(user), o.is.perUser(user)
		for rule := range is {
			for organization := range is[rule] {
				if was[rule][organization] || len(is[rule]) <= o.is.limit(rule) {
					continue
				}
				if rule > "L2" && o.was.accounts[organization].Edition != o.is.accounts[organization].Edition {
					broken["E7"] = true
				} else {
					broken[rule] = true
				}
			}
		}
	}
}

func (o oracle) seat(broken set, organization string) {
	was, is := o.was.seated(organization), o.is.seated(organization)
	if _, sold := o.is.accounts[organization]; !sold || len(is) <= o.is.seats(organization) {
		return
	}
	for user := range is {
		if !was[user] {
			broken["E5"] = true
		}
	}
}

func (o oracle) account(broken set, a rules.Account) {
	was, had := o.was.accounts[a.Organization]
	if a.Terminating || len(o.is.seated(a.Organization)) <= o.is.seats(a.Organization) {
		return
	}
	switch {
	case !had:
		broken["E5"] = true
	case o.is.seats(a.Organization) < o.was.seats(was.Organization):
		broken["E6"] = true
	}
}

func (o oracle) pending(broken set, f rules.Offer) {
	all, same := o.is.pending(f)
	if all > int(o.is.policy.PendingPerUser) || same > int(o.is.policy.PendingPerSuperAdmin) {
		broken["L7"] = true
	}
}

// inviter judges the offers that an organization made before it got a new super admin.
func (o oracle) inviter(broken set, p rules.Place) {
	if p.Role != v1alpha1.RoleSuperAdmin || o.was.superAdmin(p.Organization) == p.User {
		return
	}
	for _, f := range o.is.offers {
		if f.Organization != p.Organization {
			continue
		}
		if _, same := o.is.pending(f); same > int(o.is.policy.PendingPerSuperAdmin) {
			broken["L7"] = true
		}
	}
}

// pending counts an invitee's pending invitations, and those of them that come from one super admin.
func (a all) pending(f rules.Offer) (all, same int) {
	for _, q := range a.offers {
		if q.User != f.User || a.accounts[q.Organization].Terminating {
			continue
		}
		all++
		if q.Organization == f.Organization || a.superAdmin(q.Organization) == a.superAdmin(f.Organization) && a.superAdmin(f.Organization) != "" {
			same++
		}
	}
	return all, same
}

func (a all) superAdmin(organization string) string {
	for _, p := range a.places {
		if p.Organization == organization && p.Role == v1alpha1.RoleSuperAdmin {
			return p.User
		}
	}
	return ""
}

func (o oracle) claim(broken set, c rules.Claim) {
	rule := map[rules.ClaimKind]string{
		rules.ClaimHost: "A2", rules.ClaimMembership: "L6", rules.ClaimInvitation: "L6", rules.ClaimAnswer: "I2",
	}[c.Kind]
	reserves := slices.ContainsFunc(o.after, func(f rules.Fact) bool { r, is := f.(rules.Reservation); return is && r.Organization != "" })
	if reserves && slices.Contains(o.others, rules.Fact(c)) {
		return // the organization has the host itself
	}
	for _, f := range o.others {
		if other, ok := f.(rules.Claim); ok && other.Kind == c.Kind && other.Name == c.Name && other.Holder != c.Holder {
			broken[rule] = true
		}
	}
}

// binding counts the accounts and organizations of other bindings; one more must fit beside them.
func (o oracle) binding(broken set, b rules.Binding) {
	limits := map[string][2]int{"ZohoDesk": {1, 1}, "ZohoCampaigns": {99, 1}, "MicrosoftTeams": {1, 99}, "ZohoAnalytics": {99, 99}}[b.Application]
	organizations, accounts := set{}, set{}
	for _, f := range o.others {
		q, ok := f.(rules.Binding)
		if !ok || q.Application != b.Application || q.Component != b.Component {
			continue
		}
		if q.Account == b.Account && !o.was.accounts[q.Organization].Terminating {
			organizations[q.Organization] = true
		}
		if q.Organization == b.Organization {
			accounts[q.Account] = true
		}
	}
	if len(organizations) >= limits[0] || len(accounts) >= limits[1] {
		broken["G1"] = true
	}
}
