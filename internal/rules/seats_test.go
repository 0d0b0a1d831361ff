// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestSeats(t *testing.T) {
	trial, five := org("zylker", alice), org("zylker", alice).on(v1alpha1.EditionStandard, 5)
	full := world{}.with(trial).with(crowd(2, "zylker")...)
	invites := by(user(alice)).creates(invite(bob, "zylker"))
	run(t, map[string]testCase{
		"E5: a trial seats three, the super admin among them": {world{}.with(trial).with(crowd(1, "zylker")...), invites, nil, false, nil},
		"E5: the fourth is refused, used and purchased named": {full, invites, []string{"E5"}, false, []string{"used 3 of 3", "buy licences or free a seat"}},
		"E5: nor does a platform actor seat a fourth":         {full, by(platform).creates(member(bob, "zylker")), []string{"E5"}, false, nil},
		"E5: the super admin's own membership takes no second seat": {
			full, by(platform).creates(admin(alice, "zylker").origin(v1alpha1.OriginCreated)), nil, false, nil,
		},
		"E5: a pending invitation holds one": {
			world{}.with(trial).with(crowd(1, "zylker")...).with(invite(carol, "zylker")), invites, []string{"E5"}, false, nil,
		},
		"E5: and gives it to the invitee who accepts": {
			world{}.with(trial).with(crowd(1, "zylker")...).with(invite(bob, "zylker")), by(user(bob)).creates(invite(bob, "zylker").accepts()), nil, false, nil,
		},
		"E5: the invitee becomes a member with it": {
			world{}.with(trial).with(crowd(1, "zylker")...).with(invite(bob, "zylker").accepts()), by(platform).creates(member(bob, "zylker")), nil, false, nil,
		},
		"E5: a revoked invitation frees it": {
			world{}.with(trial).with(crowd(1, "zylker")...).with(invite(carol, "zylker").revoked()), invites, nil, false, nil,
		},
		"E5: a suspended member's seat is free": {
			world{}.with(trial, member(carol, "zylker").suspended()).with(crowd(1, "zylker")...), invites, nil, false, nil,
		},
		"E5: and wanted again when they come back": {
			full, by(user(alice)).changes(member(bob, "zylker").suspended(), member(bob, "zylker")), []string{"E5"}, false, nil,
		},
		"E5: to be invited suspended is to need none": {full, by(platform).creates(member(bob, "zylker").suspended()), nil, false, nil},
		"E5: licences seat as many as were bought":    {world{}.with(five).with(crowd(3, "zylker")...), invites, nil, false, nil},
		"E5: and no more": {world{}.with(five).with(crowd(4, "zylker")...), invites, []string{"E5"}, false, []string{"used 5 of 5"}},
		"E4: another organization's licences are its own": {
			full.with(org("rich", alice).on(v1alpha1.EditionStandard, 100)), invites, []string{"E5"}, false, nil,
		},
		"E5: the policy can make trials roomier": {
			full.with(policyWith(func(s *v1alpha1.PlatformPolicySpec) { s.Trial = &v1alpha1.TrialPolicy{Licenses: new(int32(4))} })), invites, nil, false, nil,
		},
		"E5: a seat that may be given back is waited for": {
			world{}.with(trial).with(crowd(1, "zylker")...).perhaps(member(carol, "zylker")), invites, []string{"E5"}, true, nil,
		},
		"E5: licences that may be lowered are not relied on": {
			world{}.changing(five, trial).with(crowd(2, "zylker")...), invites, []string{"E5"}, true, nil,
		},
		"E5: nor is the seat of an invitation that may be going": {
			full.perhaps(invite(bob, "zylker")), by(platform).creates(member(bob, "zylker")), []string{"E5"}, true, nil,
		},
		"E6: licences are lowered down to the seats in use": {
			world{}.with(five).with(crowd(3, "zylker")...), by(user(alice)).changes(five, five.on(v1alpha1.EditionStandard, 4)), nil, false, nil,
		},
		"E6: not under them": {
			world{}.with(five).with(crowd(3, "zylker")...), by(user(alice)).changes(five, five.on(v1alpha1.EditionStandard, 3)),
			[]string{"E6"}, false, []string{"used 4 of 3", "suspend or remove members, or revoke invitations, first"},
		},
		"E6: a first subscription is held to that too": {
			full, by(user(alice)).changes(trial, trial.on(v1alpha1.EditionStandard, 2)), []string{"E6"}, false, nil,
		},
		"E6: invitations count": {
			world{}.with(five, invite(bob, "zylker")), by(user(alice)).changes(five, five.on(v1alpha1.EditionStandard, 1)), []string{"E6"}, false, nil,
		},
		"E6: a person who may be joining counts": {
			world{}.with(five).perhaps(invite(bob, "zylker")), by(user(alice)).changes(five, five.on(v1alpha1.EditionStandard, 1)), []string{"E6"}, true, nil,
		},
		"L9: an organization with more people than seats may buy some, even if not enough": {
			world{}.with(five).with(crowd(8, "zylker")...), by(user(alice)).changes(five, five.on(v1alpha1.EditionStandard, 7)), nil, false, nil,
		},
		"L9: and change anything else": {
			world{}.with(five).with(crowd(8, "zylker")...), by(user(alice)).changes(five, five.restricted()), nil, false, nil,
		},
		"R8: members who are there before their organization are judged when it comes": {
			world{}.with(crowd(5, "zylker")...), by(platform).creates(five), []string{"E5"}, false, []string{"are here already"},
		},
		"R8: and fit when they fit": {world{}.with(crowd(4, "zylker")...), by(platform).creates(five), nil, false, nil},
		"R8: until then nobody counts their seats": {
			world{}.with(crowd(50, "zylker")...), by(platform).creates(member(bob, "zylker")), nil, false, nil,
		},
		"R8: nobody is refused a seat of an organization that may yet not come": {
			world{}.with(crowd(4, "zylker")...).perhaps(trial), by(platform).creates(member(bob, "zylker")), []string{"E5"}, true, nil,
		},
		"E6: while the seats on trial change, a first subscription is not taken for fewer": {
			world{}.with(trial).with(crowd(2, "zylker")...).changing(policyWith(seatsOnTrial(4)), policyWith(seatsOnTrial(2))),
			by(user(alice)).changes(trial, trial.on(v1alpha1.EditionStandard, 2)), []string{"E6"}, true, nil,
		},
		"E7, R8: their limits are judged then too": {
			world{}.with(crmPlus(9)...).with(member(john, "zylker")), by(platform).creates(org("zylker", alice).on(v1alpha1.EditionCRMPlus, 9)),
			[]string{"E7"}, false, []string{"1 member", ": " + john},
		},
	})
}

func seatsOnTrial(n int32) func(*v1alpha1.PlatformPolicySpec) {
	return func(s *v1alpha1.PlatformPolicySpec) { s.Trial = &v1alpha1.TrialPolicy{Licenses: &n} }
}

func TestSeatsCount(t *testing.T) {
	place := func(user string, seat bool) rules.Place {
		return rules.Place{Organization: "zylker", User: user, Seat: seat}
	}
	offer := func(user string) rules.Offer { return rules.Offer{Organization: "zylker", User: user} }
	used, pending := rules.Seats(
		[]rules.Place{place(alice, true), place(alice, true), place(john, false)},
		[]rules.Offer{offer(alice), offer(bob)},
	)
	if used != 1 || pending != 1 {
		t.Errorf("E5: %d used and %d pending, want 1 and 1: each person holds one seat", used, pending)
	}
}
