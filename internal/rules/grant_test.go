// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// R7: an object that got past admission and was granted no place has no power in admission either.
func TestPowerNeedsAGrant(t *testing.T) {
	zylker := org("zylker", john).on(v1alpha1.EditionEnterprise, 20)
	there := world{}.with(zylker, admin(john, "zylker"), admin(alice, "zylker"), member(bob, "zylker"))
	eve := admin("eve@example.org", "zylker")
	evesActs := map[string]change{
		"invites":                by(user("eve@example.org")).creates(invite(carol, "zylker")),
		"changes a member":       by(user("eve@example.org")).changes(member(bob, "zylker"), member(bob, "zylker").suspended()),
		"removes a member":       by(user("eve@example.org")).deletes(member(bob, "zylker")),
		"binds an application":   by(user("eve@example.org")).creates(bound("zylker", "ZohoDesk", "help")),
		"changes it":             by(user("eve@example.org")).changes(zylker, zylker.on(v1alpha1.EditionUltimate, 30)),
		"creates another":        by(user("eve@example.org")).creates(org("another", "eve@example.org")),
		"makes it the default":   by(user("eve@example.org")).changes(account("eve@example.org"), account("eve@example.org").prefers("zylker")),
		"gets the role":          by(user(john)).changes(zylker, zylker.of("eve@example.org")),
		"deletes the whole":      by(user("eve@example.org")).deletes(zylker),
		"leaves, as anybody may": by(user("eve@example.org")).deletes(eve),
	}
	refusedBy := map[string]string{"creates another": "O1", "makes it the default": "F2", "gets the role": "R2", "deletes the whole": "O7", "leaves, as anybody may": ""}
	cases := map[string]testCase{}
	for act, change := range evesActs {
		want := []string{"R4"}
		if rule, other := refusedBy[act]; other {
			want = []string{rule}
		}
		if want[0] == "" {
			want = nil
		}
		cases["R7: who was given no place and "+act] = testCase{there.with(eve.refused()), change, want, false, nil}
		cases["R7: who waits for a place and "+act+" is asked to try again"] = testCase{there.with(eve.waiting()), change, want, want != nil, nil}
		cases["R7: who has a place and "+act] = testCase{there.with(eve), change, nil, false, nil}
	}
	run(t, cases)
}

func TestNobodyHasPowerInAnOrganizationWithoutPlace(t *testing.T) {
	zylker := org("zylker", john).on(v1alpha1.EditionEnterprise, 20)
	invites := func(email string) change { return by(user(email)).creates(invite(bob, "zylker")) }
	run(t, map[string]testCase{
		"R7: its super admin has none":         {world{}.with(zylker.refused(), admin(john, "zylker")), invites(john), []string{"R4"}, false, nil},
		"R7: nor has a member who has a place": {world{}.with(zylker.refused(), admin(alice, "zylker")), invites(alice), []string{"R4"}, false, nil},
		"R7: nor does it let them create another": {
			world{}.with(zylker.refused(), admin(john, "zylker")), by(user(john)).creates(org("another", john)), []string{"O1"}, false, nil,
		},
		"R7: the platform has":                                 {world{}.with(zylker.refused()), by(platform).creates(invite(bob, "zylker")), nil, false, nil},
		"R7: a person who has just created one waits a moment": {world{}.with(zylker.waiting()), invites(john), []string{"R4"}, true, nil},
		"R7: so does its member":                               {world{}.with(zylker.waiting(), admin(alice, "zylker")), invites(alice), []string{"R4"}, true, nil},
		"R7: a super admin who hands the role over keeps power until then": {
			world{}.with(admin(john, "zylker"), admin(alice, "zylker")).changing(zylker, zylker.of(alice)), invites(alice), nil, false, nil,
		},
		"R3: its super admin's membership stays whole all the same": {
			world{}.with(zylker.refused()), by(platform).changes(admin(john, "zylker"), member(john, "zylker")), []string{"R3"}, false, nil,
		},
		"L1: it takes its places all the same": {
			world{}.with(policyWith(limits(func(l *v1alpha1.LimitsPolicy) {
				l.OrganizationsPerUser, l.CreatedOrganizationsPerUser = new(int32(1)), new(int32(1))
			})), zylker.refused()),
			by(platform).creates(org("another", john).on(v1alpha1.EditionEnterprise, 5)), []string{"L1", "L2"}, false, nil,
		},
	})
}
