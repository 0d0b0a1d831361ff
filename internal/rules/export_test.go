// SPDX-License-Identifier: Apache-2.0

package rules

// ConflictsByWalk counts for whom an organization would be one too many after a change (E7), by asking of every member, one by one.
func ConflictsByWalk(o Outlook, before, after []Fact) int {
	j := newJudgement(o, Act{}, before, after)
	a, _ := find(after, func(Account) bool { return true })
	users, _ := conflictsByWalk(j, a.Organization)
	return len(users)
}

func conflictsByWalk(j judgement, organization string) (users, rules map[string]bool) {
	users, rules = map[string]bool{}, map[string]bool{}
	for _, p := range append(j.placesCountedAgainst(MembersKey(organization)), j.superAdminStays()...) {
		for _, l := range byEdition {
			if l.counts(j, p) && j.used(l, p.User, organization) >= l.max(j.policy) {
				users[p.User], rules[l.rule] = true, true
			}
		}
	}
	return users, rules
}
