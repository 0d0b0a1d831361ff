// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"slices"
	"strings"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// limitedEdition reports whether a user can be in too many organizations on an edition (L3–L5).
func limitedEdition(e v1alpha1.Edition) bool {
	return e == v1alpha1.EditionCRMPlus || e == v1alpha1.EditionZohoOne
}

// editionChange judges a new edition for every member (E7). Members who came before their organization are judged when it comes (R8).
func (j judgement) editionChange(a, was Account) Violations {
	if a.Edition == was.Edition || a.Terminating || !limitedEdition(a.Edition) {
		return nil
	}
	in, rules := j.conflicts(a.Organization, j.suspects(a))
	if len(in) == 0 {
		return nil
	}
	return forbidden("E7", "%s", j.conflictText(a.Edition, sorted(in), sorted(rules)))
}

// conflicts are those of some users for whom an organization that they are in is one too many, and the limits that say so. Its super admin,
// whose place the organization states itself, is judged too.
func (j judgement) conflicts(organization string, among []string) (users, rules map[string]bool) {
	users, rules = map[string]bool{}, map[string]bool{}
	for _, p := range j.superAdminStays() {
		if j.tooMany(p, j.placesCountedAgainst(UserKey(p.User)), rules) {
			users[p.User] = true
		}
	}
	elsewhere, asked := j.elsewhere(organization), map[string]bool{}
	for _, user := range among {
		if j.world.Size(UserKey(user)) < 2 && !j.forbidsAny() || asked[user] {
			continue // of one place, none is one too many
		}
		asked[user] = true
		places := j.placesCountedAgainst(UserKey(user))
		if !slices.ContainsFunc(places, elsewhere) {
			continue
		}
		for _, p := range places {
			if p.Organization == organization && j.tooMany(p, places, rules) {
				users[user] = true
			}
		}
	}
	return users, rules
}

// elsewhere finds the places beside which one in an organization may be too many: those in other organizations on its edition.
func (j judgement) elsewhere(organization string) func(Place) bool {
	if j.forbidsAny() {
		return func(Place) bool { return true }
	}
	a, _ := find(j.after, func(a Account) bool { return a.Organization == organization })
	others := map[string]bool{}
	for _, other := range countedAgainst[Account](j.Outlook, EditionKey(a.Edition)) {
		others[other.Organization] = other.Organization != organization
	}
	return func(p Place) bool { return others[p.Organization] }
}

// tooMany reports whether a place is one too many beside others of its user, and adds the limits that say so.
func (j judgement) tooMany(p Place, places []Place, rules map[string]bool) (found bool) {
	for _, l := range byEdition {
		if l.counts(j, p) && j.count(l, places, p.Organization) >= l.max(j.policy) {
			rules[l.rule], found = true, true
		}
	}
	return found
}

// suspects are the users whose limits a new edition of an organization may break; some are named more than once. A user in no other
// organization on that edition has room for this one, unless a policy allows none at all. So they are the people of those other
// organizations, or all people of this one where that is fewer. Thus the judgement does not go through a large organization, or many
// others, in vain.
func (j judgement) suspects(a Account) (users []string) {
	own, others := MembersKey(a.Organization), j.othersOn(a)
	if j.forbidsAny() || j.size(others) > j.world.Size(own) {
		others = []Key{own}
	}
	for _, members := range others {
		for _, p := range j.placesCountedAgainst(members) {
			users = append(users, p.User)
		}
	}
	return users
}

// othersOn finds the people of the other organizations on an edition.
func (j judgement) othersOn(a Account) (members []Key) {
	for _, other := range countedAgainst[Account](j.Outlook, EditionKey(a.Edition)) {
		if other.Organization != a.Organization {
			members = append(members, MembersKey(other.Organization))
		}
	}
	return members
}

func (j judgement) size(keys []Key) (sum int) {
	for _, k := range keys {
		sum += j.world.Size(k)
	}
	return sum
}

// forbidsAny reports whether a user can be in no organization at all under a limit of editions.
func (j judgement) forbidsAny() bool {
	return slices.ContainsFunc(byEdition, func(l limit) bool { return l.max(j.policy) < 1 })
}

// superAdminStays yields the place of an organization's super admin, if the change leaves it as it is. A super admin whom the change names
// is judged as a place of its own. A former super admin who is no member has no place any more.
func (j judgement) superAdminStays() []Place {
	if own, ok := find(j.before, func(p Place) bool { return slices.Contains(j.after, Fact(p)) }); ok {
		return []Place{own}
	}
	return nil
}

// conflictText says how many members are in the way, and tells platform actors their names (U3).
func (j judgement) conflictText(edition v1alpha1.Edition, users, rules []string) string {
	text := fmt.Sprintf("%s cannot be in one more %s organization (%s)", Number(len(users), "member", "members"), edition, strings.Join(rules, ", "))
	if j.act.Actor.Platform {
		text += ": " + firstFew(users)
	}
	if slices.Equal(rules, []string{"L5"}) {
		return text + "; choose another edition, make them external users, or let them leave first"
	}
	return text + "; choose another edition, or let them leave first"
}

// firstFew names ten, and the number of the others.
func firstFew(users []string) string {
	const few = 10
	if len(users) <= few {
		return strings.Join(users, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(users[:few], ", "), len(users)-few)
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}
