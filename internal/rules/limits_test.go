// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strconv"
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// one makes an organization that john created, with the operator's membership for it.
func one(name string) []object {
	return []object{org(name, john), admin(john, name).origin(v1alpha1.OriginCreated)}
}

// created makes n of them.
func created(n int) []object {
	var objects []object
	for i := range n {
		objects = append(objects, one("own"+strconv.Itoa(i+1))...)
	}
	return objects
}

// crmPlus makes n CRM Plus organizations of others, to which john was invited.
func crmPlus(n int) []object {
	return elsewhere(n, func(o organization, m membership) (organization, membership) {
		return o.on(v1alpha1.EditionCRMPlus, 100), m.origin(v1alpha1.OriginInvited)
	}, john)
}

// zohoOne makes a Zoho One organization with john as an internal user.
func zohoOne() []object {
	return elsewhere(1, func(o organization, m membership) (organization, membership) {
		return o.on(v1alpha1.EditionZohoOne, 100), m
	}, john)
}

func TestOrganizationsPerUser(t *testing.T) {
	zylker := org("zylker", alice)
	nine, ten := world{}.with(zylker).with(elsewhere(9, nil, john)...), world{}.with(zylker).with(elsewhere(10, nil, john)...)
	lowered := policyWith(limits(func(l *v1alpha1.LimitsPolicy) { l.OrganizationsPerUser = new(int32(9)) }))
	run(t, map[string]testCase{
		"L1: the tenth organization is joined":   {nine, by(platform).creates(member(john, "zylker")), nil, false, nil},
		"L1: the eleventh is not":                {ten, by(platform).creates(member(john, "zylker")), []string{"L1"}, false, []string{john, "used 10 of 10", "leaving one makes room"}},
		"L1: nor as an external user":            {ten, by(platform).creates(member(john, "zylker").external()), []string{"L1"}, false, nil},
		"L1: nor by accepting an invitation":     {ten.with(invite(john, "zylker")), by(user(john)).creates(invite(john, "zylker").accepts()), []string{"L1"}, false, nil},
		"L7: which can be declined all the same": {ten.with(invite(john, "zylker")), by(user(john)).creates(invite(john, "zylker").declines()), nil, false, nil},
		"L7: a pending invitation takes no place among the ten": {
			nine.with(invite(john, "other")), by(platform).creates(member(john, "zylker")), nil, false, nil,
		},
		"L7: a person in ten is still invited": {ten, by(user(alice)).creates(invite(john, "zylker")), nil, false, nil},
		"L1: nor by creating one":              {ten.with(admin(john, "own").called("m")).with(org("own", alice)), by(user(john)).creates(org("third", john)), []string{"L1"}, false, nil},
		"L1: a suspended membership keeps its place": {
			nine.with(org("far", "boss@example.org"), member(john, "far").suspended()), by(platform).creates(member(john, "zylker")), []string{"L1"}, false, nil,
		},
		"L1: an organization in deletion holds no place": {
			nine.with(org("far", "boss@example.org").terminating(), member(john, "far")), by(platform).creates(member(john, "zylker")), nil, false, nil,
		},
		"L1: a place that may be given back is waited for": {
			nine.with(org("far", "boss@example.org")).perhaps(member(john, "far")), by(platform).creates(member(john, "zylker")), []string{"L1"}, true, nil,
		},
		"L1: so is an organization that may be on its way out": {
			nine.perhaps(org("far", "boss@example.org")).with(member(john, "far")), by(platform).creates(member(john, "zylker")), []string{"L1"}, true, nil,
		},
		"L1: a change of an organization's licences frees no place": {
			nine.changing(org("far", "boss@example.org"), org("far", "boss@example.org").on(v1alpha1.EditionStandard, 9)).with(member(john, "far")),
			by(platform).creates(member(john, "zylker")), []string{"L1"}, false, nil,
		},
		"L1: an organization counts once, even if several objects state the place": {
			nine.with(org("own", john), admin(john, "own").origin(v1alpha1.OriginCreated)).with(admin(john, "own").called("again")),
			by(platform).creates(admin(john, "own").called("new").origin(v1alpha1.OriginCreated)), []string{"L6"}, false, nil,
		},
		"R8: a membership that waits for its organization holds its place": {
			nine.with(member(john, "not-there-yet")), by(platform).creates(member(john, "zylker")), []string{"L1"}, false, nil,
		},
		"R8: the organization of which it is then comes all the same": {
			world{}.with(elsewhere(9, nil, john)...).with(admin(john, "late")), by(platform).creates(org("late", john).on(v1alpha1.EditionStandard, 5)), nil, false, nil,
		},
		"L9: a person over a lowered limit keeps their places": {
			ten.with(lowered), by(platform).changes(member(john, "secret1"), admin(john, "secret1")), nil, false, nil,
		},
		"L9: and is reinstated": {ten.with(lowered), by(platform).changes(member(john, "secret1").suspended(), member(john, "secret1")), nil, false, nil},
		"L9: and gets nothing new": {
			nine.with(lowered), by(platform).creates(member(john, "zylker")), []string{"L1"}, false, []string{"used 9 of 9"},
		},
		"L9: an acceptance that stands becomes a membership under a lowered limit": {
			nine.with(lowered, invite(john, "zylker"), invite(john, "zylker").accepts()), by(platform).creates(member(john, "zylker").origin(v1alpha1.OriginInvited)), nil, false, nil,
		},
		"L8: an acceptance that may not stand is judged": {
			ten.perhaps(invite(john, "zylker").accepts()), by(platform).creates(member(john, "zylker").origin(v1alpha1.OriginInvited)), []string{"L1"}, true, nil,
		},
		"L8: while the limit may be lowered the lower one holds": {
			nine.changing(policyWith(), lowered), by(platform).creates(member(john, "zylker")), []string{"L1"}, true, nil,
		},
	})
}

func TestCreatedOrganizationsPerUser(t *testing.T) {
	third := org("third", john)
	run(t, map[string]testCase{
		"L2: the fifth organization is created": {world{}.with(created(4)...), by(user(john)).creates(third), nil, false, nil},
		"L2: the sixth is not": {
			world{}.with(created(5)...), by(user(john)).creates(third), []string{"L2"}, false, []string{"used 5 of 5", "transferring its super-admin role makes room"},
		},
		"L2: nor when a platform actor does it": {world{}.with(created(5)...), by(platform).creates(third), []string{"L2"}, false, nil},
		"L2: nor when it is restored with its subscription": {
			world{}.with(created(5)...), by(platform).creates(third.on(v1alpha1.EditionStandard, 5)), []string{"L2"}, false, nil,
		},
		"L2: joined organizations do not count": {
			world{}.with(created(4)...).with(elsewhere(5, nil, john)...), by(user(john)).creates(third), nil, false, nil,
		},
		"L2: its creator, who handed it over, still has the place": {
			world{}.with(created(4)...).with(org("sold", alice), admin(john, "sold").origin(v1alpha1.OriginCreated)),
			by(user(john)).creates(third), []string{"L2"}, false, nil,
		},
		"L2: having left it gives the place back": {
			world{}.with(created(4)...).with(org("sold", alice)), by(user(john)).creates(third), nil, false, nil,
		},
		"L2: the role is not handed to somebody who has five": {
			world{}.with(created(5)...).with(org("zylker", alice), admin(alice, "zylker"), admin(john, "zylker")),
			by(user(alice)).changes(org("zylker", alice), org("zylker", john)), []string{"L2"}, false, []string{john},
		},
		"L2: it is handed to somebody who has four": {
			world{}.with(created(4)...).with(org("zylker", alice), admin(alice, "zylker"), admin(john, "zylker")),
			by(user(alice)).changes(org("zylker", alice), org("zylker", john)), nil, false, nil,
		},
		"L2: and back to its creator, who never lost the place": {
			world{}.with(created(4)...).with(org("zylker", alice), admin(alice, "zylker"), admin(john, "zylker").origin(v1alpha1.OriginCreated)),
			by(user(alice)).changes(org("zylker", alice), org("zylker", john)), nil, false, nil,
		},
		"L2: the creator's membership takes no second place": {
			world{}.with(created(4)...).with(org("fifth", john)), by(platform).creates(admin(john, "fifth").origin(v1alpha1.OriginCreated)), nil, false, nil,
		},
		"L2: two at once are not both the fifth": {
			world{}.with(created(4)...).perhaps(org("other", john)), by(user(john)).creates(third), []string{"L2"}, true, nil,
		},
	})
}

func TestCRMPlusPerUser(t *testing.T) {
	plus := func(o organization) organization { return o.on(v1alpha1.EditionCRMPlus, 100) }
	mine := []object{plus(org("mine", john)), admin(john, "mine").origin(v1alpha1.OriginCreated)}
	run(t, map[string]testCase{
		"L3: a first CRM Plus organization is created": {world{}, by(platform).creates(plus(org("third", john))), nil, false, nil},
		"L3: a second is not":                          {world{}.with(mine...), by(platform).creates(plus(org("third", john))), []string{"L3"}, false, []string{"used 1 of 1", "another edition"}},
		"L3: nor before the membership of the first is there": {
			world{}.with(mine[0]), by(platform).creates(plus(org("third", john))), []string{"L3"}, false, nil,
		},
		"E7, L3: nor by a change of edition": {
			world{}.with(mine...).with(one("other")...), by(user(john)).changes(org("other", john), plus(org("other", john))),
			[]string{"E7"}, false, []string{"1 member", "CRMPlus", "L3", "choose another edition"},
		},
		"E7, L3: nor by one that comes before the membership": {
			world{}.with(mine...), by(user(john)).changes(org("other", john), plus(org("other", john))), []string{"E7"}, false, nil,
		},
		"L3: the first changes its edition and back": {
			world{}.with(mine[1], org("mine", john)), by(user(john)).changes(org("mine", john).on(v1alpha1.EditionStandard, 9), plus(org("mine", john))), nil, false, nil,
		},
		"L3: one that was handed over counts for its creator": {
			world{}.with(plus(org("sold", alice)), admin(john, "sold").origin(v1alpha1.OriginCreated)), by(platform).creates(plus(org("third", john))), []string{"L3"}, false, nil,
		},
		"L3: and not for the new super admin": {
			world{}.with(plus(org("bought", john)), admin(john, "bought").origin(v1alpha1.OriginInvited)), by(platform).creates(plus(org("third", john))), nil, false, nil,
		},
		"L3: its creator's membership takes no second place": {
			world{}.with(mine[0]), by(platform).creates(mine[1]), nil, false, nil,
		},
		"L9, L3: nor one that may take no second place": {
			world{}.with(mine...).with(plus(org("second", john))).perhaps(admin(john, "second").called("again").origin(v1alpha1.OriginInvited)),
			by(platform).creates(admin(john, "second").origin(v1alpha1.OriginCreated)), []string{"L3", "L6"}, true, nil,
		},
		"L4: nine are joined beside the created one": {
			world{}.with(mine...).with(crmPlus(8)...).with(plus(org("zylker", alice)), invite(john, "zylker")),
			by(platform).creates(member(john, "zylker").origin(v1alpha1.OriginInvited)), nil, false, nil,
		},
		"L4: a tenth is not": {
			world{}.with(crmPlus(9)...).with(plus(org("zylker", alice))),
			by(platform).creates(member(john, "zylker").origin(v1alpha1.OriginInvited)), []string{"L4"}, false, []string{"used 9 of 9", "leaving one makes room"},
		},
		"L4: nor is one that a platform actor provides": {
			world{}.with(crmPlus(9)...).with(plus(org("zylker", alice))), by(platform).creates(member(john, "zylker")), []string{"L4"}, false, nil,
		},
		"L4: to own one is not to join it": {
			world{}.with(crmPlus(9)...), by(platform).creates(plus(org("third", john))), nil, false, nil,
		},
		"L4: other editions are joined beside nine": {
			world{}.with(crmPlus(9)...).with(org("zylker", alice)), by(platform).creates(member(john, "zylker")), nil, false, nil,
		},
		"E7, L4: nor does one that they are in become a tenth": {
			world{}.with(crmPlus(9)...).with(org("zylker", alice), member(john, "zylker")),
			by(user(alice)).changes(org("zylker", alice), plus(org("zylker", alice))), []string{"E7"}, false, []string{"1 member", "L4"},
		},
		"L4: while the edition may be changing to CRM Plus it counts as one": {
			world{}.with(crmPlus(9)...).changing(org("zylker", alice), plus(org("zylker", alice))),
			by(platform).creates(member(john, "zylker")), []string{"L4"}, true, nil,
		},
	})
}

func TestZohoOnePerUser(t *testing.T) {
	here := world{}.with(org("zylker", alice).on(v1alpha1.EditionZohoOne, 100))
	run(t, map[string]testCase{
		"L5: one internal membership is given":        {here, by(platform).creates(member(john, "zylker")), nil, false, nil},
		"L5: a second must be external":               {here.with(zohoOne()...), by(platform).creates(member(john, "zylker")), []string{"L5"}, false, []string{"used 1 of 1", "userType External"}},
		"L5: which it may be":                         {here.with(zohoOne()...), by(platform).creates(member(john, "zylker").external()), nil, false, nil},
		"L5: an external user does not turn internal": {here.with(zohoOne()...), by(user(alice)).changes(member(john, "zylker").external(), member(john, "zylker")), []string{"L5"}, false, nil},
		"L5: an internal one turns external":          {here.with(zohoOne()...), by(user(alice)).changes(member(john, "zylker"), member(john, "zylker").external()), nil, false, nil},
		"L5: to be super admin is to be internal":     {world{}.with(zohoOne()...), by(platform).creates(org("third", john).on(v1alpha1.EditionZohoOne, 5)), []string{"L5"}, false, nil},
		"L5, I6: an acceptance there is not even listed": {
			here.with(zohoOne()...).with(invite(john, "zylker")), by(user(john)).creates(invite(john, "zylker").accepts()), []string{"I6", "L5"}, false, nil,
		},
		"E7, L5: one they are in does not become a second": {
			world{}.with(zohoOne()...).with(org("zylker", alice), member(john, "zylker")),
			by(user(alice)).changes(org("zylker", alice), org("zylker", alice).on(v1alpha1.EditionZohoOne, 9)), []string{"E7"}, false, []string{"L5"},
		},
		"E7, L5: it does where they are external": {
			world{}.with(zohoOne()...).with(org("zylker", alice), member(john, "zylker").external()),
			by(user(alice)).changes(org("zylker", alice), org("zylker", alice).on(v1alpha1.EditionZohoOne, 9)), nil, false, nil,
		},
	})
}

func TestOneMembershipAndInvitation(t *testing.T) {
	there := world{}.with(org("zylker", alice))
	run(t, map[string]testCase{
		"L6: nobody is a member twice": {
			there.with(member(bob, "zylker")), by(platform).creates(member(bob, "zylker").called("again")), []string{"L6"}, false, []string{bob, "zylker", "used 1 of 1"},
		},
		"L6: not even where the organization is still to come": {
			world{}.with(member(bob, "zylker")), by(platform).creates(member(bob, "zylker").called("again")), []string{"L6"}, false, nil,
		},
		"L6: nobody is invited twice": {
			there.with(invite(bob, "zylker")), by(user(alice)).creates(invite(bob, "zylker").called("again")), []string{"L6"}, false, []string{"revoke it first"},
		},
		"I2: a finished invitation blocks nothing": {
			there.with(invite(bob, "zylker").in(v1alpha1.InvitationDeclined), invite(bob, "zylker").called("two").revoked()),
			by(user(alice)).creates(invite(bob, "zylker").called("again")), nil, false, nil,
		},
		"L6: a member is not invited": {
			there.with(member(bob, "zylker")), by(user(alice)).creates(invite(bob, "zylker")), []string{"L6"}, false, []string{"is a member of zylker already"},
		},
		"L6: nor is the super admin": {there, by(user(alice)).creates(invite(alice, "zylker")), []string{"L6"}, false, nil},
		"L6: nor a member who may be leaving, before that is known": {
			there.perhaps(member(bob, "zylker")), by(user(alice)).creates(invite(bob, "zylker")), []string{"L6"}, true, nil,
		},
		"L6: a membership that is being made is waited for": {
			there.perhaps(member(bob, "zylker").called("other")), by(platform).creates(member(bob, "zylker")), []string{"L6"}, true, nil,
		},
	})
}

func TestPendingInvitations(t *testing.T) {
	from := func(n int, superAdmin func(i int) string) []object {
		var objects []object
		for i := range n {
			o := org("other"+strconv.Itoa(i+1), superAdmin(i))
			objects = append(objects, o, invite(bob, o.Name))
		}
		return objects
	}
	strangers := func(i int) string { return string(rune('a'+i)) + "@example.org" }
	sameOne := func(int) string { return alice }
	zylker := world{}.with(org("zylker", alice))
	invites := by(user(alice)).creates(invite(bob, "zylker"))
	run(t, map[string]testCase{
		"L7: the twentieth invitation is sent": {zylker.with(from(19, strangers)...), invites, nil, false, nil},
		"L7: the twenty-first is not":          {zylker.with(from(20, strangers)...), invites, []string{"L7"}, false, []string{"used 20 of 20", bob}},
		"L7: the third of one super admin is":  {zylker.with(from(2, sameOne)...), invites, nil, false, nil},
		"L7: the fourth is not":                {zylker.with(from(3, sameOne)...), invites, []string{"L7"}, false, []string{"used 3 of 3", "one super admin"}},
		"L7: an organization in deletion invites nobody": {
			zylker.with(from(2, sameOne)...).with(org("dead", alice).terminating(), invite(bob, "dead")), invites, nil, false, nil,
		},
		"L7: an answered one is not pending": {
			zylker.with(from(2, sameOne)...).with(org("dull", alice), invite(bob, "dull").in(v1alpha1.InvitationDeclined)), invites, nil, false, nil,
		},
		"I1: one past its deadline holds its place until it expires": {
			zylker.with(from(3, sameOne)...), invites.later(8), []string{"L7"}, false, nil,
		},
		"L7: an organization that may be becoming theirs counts as theirs": {
			zylker.with(from(2, sameOne)...).changing(org("bought", carol), org("bought", alice)).with(invite(bob, "bought")),
			invites, []string{"L7"}, true, nil,
		},
		"R8: invitations of an organization that is still to come are counted by themselves": {
			world{}.with(from(3, sameOne)...), by(platform).creates(invite(bob, "late")), nil, false, nil,
		},
		"L7: one invitation counts once, though two changes of it are in flight": {
			zylker.with(from(18, strangers)...).perhaps(invite(bob, "secret"), invite(bob, "secret")), invites, nil, false, nil,
		},
	})
}
