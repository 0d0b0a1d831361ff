// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// restrictedTo is an organization that only some networks may reach.
func restrictedTo(o organization, networks ...string) organization {
	return o.having(func(o *v1alpha1.Organization) { o.Spec.IPRestriction = &v1alpha1.IPRestriction{AllowedCIDRs: networks} })
}

func TestAdvice(t *testing.T) {
	const year = 365 * 24 * time.Hour
	zylker := org("zylker", john)
	paid := zylker.on(v1alpha1.EditionEnterprise, 9)
	staff := world{}.with(paid, admin(john, "zylker"), member(bob, "zylker"))
	inviting := staff.with(invite(carol, "zylker"), invite(alice, "zylker"))
	cliq := bound("zylker", rules.Cliq, "network")
	for sentence, tc := range map[string]struct {
		world         world
		actor         rules.Actor
		before, after object
		want          string // a part of the advice; empty: none
	}{
		"I6: an invitation that can be answered":           {staff, user(john), nil, invite(carol, "zylker"), ""},
		"I6: one that nobody can accept":                   {staff.with(cliq), user(john), nil, invite(carol, "zylker"), "because it has a Cliq binding, and the operator has no mail server [I6]"},
		"I6: the edition is named":                         {world{}.with(zylker.on(v1alpha1.EditionCRMPlus, 9)), user(john), nil, invite(carol, "zylker"), "it is on CRMPlus"},
		"I6: and the restriction":                          {world{}.with(paid.restricted()), user(john), nil, invite(carol, "zylker"), "it has spec.ipRestriction"},
		"I6: a revocation brings no advice":                {staff.with(cliq), user(john), invite(carol, "zylker"), invite(carol, "zylker").revoked(), ""},
		"I10: an invitation that is revoked when it comes": {staff, user(john), nil, invite(carol, "zylker").revoked(), "leave out spec.revoked [I10]"},

		"I6: an edition that leaves invitations without an answer": {
			inviting, user(john), paid, zylker.on(v1alpha1.EditionZohoOne, 9), "the pending invitations of zylker any more (2)",
		},
		"I6: a restriction that does":                             {inviting, user(john), paid, paid.restricted(), "because it has spec.ipRestriction"},
		"G5: a Cliq binding that does":                            {inviting, user(john), nil, cliq, "because it has a Cliq binding"},
		"G5: another binding does not":                            {inviting, user(john), nil, bound("zylker", "ZohoDesk", "desk"), ""},
		"I6: without pending invitations there is nothing to say": {staff, user(john), paid, paid.restricted(), ""},
		"I6: nor of a second reason": {
			inviting.with(cliq), user(john), paid, paid.restricted(), "",
		},

		"I3: an acceptance says what was accepted": {
			inviting, user(carol), nil, invite(carol, "zylker").accepts(), "you join zylker as Standard; 5 of its 9 seats are left [I3]",
		},
		"I3: a refusal accepts nothing": {inviting, user(carol), nil, invite(carol, "zylker").declines(), ""},

		"A2: a later organization of a name asks for no host of the former one": {
			world{}.with(reserve("zylker.crm.example.com").heldFor(zylker), reserve("old.crm.example.com").heldFor(zylker)), platform, nil,
			zylker.named("later").at("shop", ""), "2 hosts are reserved to a former organization zylker, and this one gets none of them",
		},
		"U3: a person learns of no former organization": {
			world{}.with(reserve("zylker.crm.example.com").heldFor(zylker)), user(john), nil, zylker.named("later").at("shop", ""), "",
		},
		"A6: one that is put back has its hosts": {
			world{}.with(reserve("zylker.crm.example.com").heldFor(zylker), reserve("old.crm.example.com").heldFor(zylker)), platform, nil,
			zylker.named("later"), "",
		},

		"E2: a far end of a trial":            {staff, platform, zylker, zylker.trialUntil(now.Add(2 * year)), "more than a year from now; check spec.trialEndsAt [E2]"},
		"E2: at creation too":                 {world{}, platform, nil, zylker.trialUntil(now.Add(2 * year)), "more than a year"},
		"E2: a year is not far":               {staff, platform, zylker, zylker.trialUntil(now.Add(year)), ""},
		"E2: an end that stays is no news":    {staff, platform, zylker.trialUntil(now.Add(2 * year)), zylker.trialUntil(now.Add(2 * year)), ""},
		"E2: a subscriber's does not matter":  {staff, platform, paid, paid.trialUntil(now.Add(2 * year)), ""},
		"I6: a list of everything":            {staff, user(john), paid, restrictedTo(paid, "203.0.113.0/24", "0.0.0.0/0"), "every address of 0.0.0.0/0"},
		"I6: a list of everything in parts":   {staff, user(john), paid, restrictedTo(paid, "128.0.0.0/1", "0.0.0.0/2", "64.0.0.0/2"), "every address of 0.0.0.0/0"},
		"I6: of IPv6":                         {staff, user(john), paid, restrictedTo(paid, "::/1", "8000::/1"), "every address of ::/0"},
		"I6: a list with a hole":              {staff, user(john), paid, restrictedTo(paid, "128.0.0.0/1", "0.0.0.0/2"), ""},
		"I6: a list that stays is no news":    {staff, user(john), restrictedTo(paid, "0.0.0.0/0"), restrictedTo(paid, "0.0.0.0/0").at("crm", ""), ""},
		"R5: the last member is removed":      {staff, user(john), member(bob, "zylker"), nil, "nobody but the super admin is left in zylker"},
		"R5: the last but one":                {staff.with(member(alice, "zylker")), user(john), member(bob, "zylker"), nil, ""},
		"R5: an invitation is no member":      {inviting, user(john), member(bob, "zylker"), nil, "nobody but the super admin"},
		"R5: in a large organization":         {staff.with(crowd(70, "zylker")...), user(john), member(bob, "zylker"), nil, ""},
		"R6: one who leaves need not know":    {staff, user(bob), member(bob, "zylker"), nil, ""},
		"O7: nor who removes an organization": {world{}.with(paid.terminating(), member(bob, "zylker")), platform, member(bob, "zylker"), nil, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			act := rules.Act{Actor: tc.actor, Now: now, BaseDomain: baseDomain}
			texts := rules.Advice(rules.Best(tc.world), act, "zylker", bareOf(tc.before), bareOf(tc.after))
			got := strings.Join(texts, "\n")
			if (tc.want == "") != (got == "") || !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want … %q …", got, tc.want)
			}
			if slices.ContainsFunc(texts, func(text string) bool { return len(text) > 256 || !strings.HasSuffix(text, "]") }) {
				t.Errorf("says no rule, or more than an API server passes on: %q", got)
			}
		})
	}
}

// bareOf is the object in a wrapper, or nothing.
func bareOf(o object) metav1.Object {
	if o == nil {
		return nil
	}
	return o.bare()
}

func TestPolicyAdvice(t *testing.T) {
	w := world{}.with(
		org("zylker", john), admin(john, "zylker"), member(bob, "zylker"), invite(carol, "zylker"),
		org("labs", john).on(v1alpha1.EditionEnterprise, 9), admin(john, "labs"), member(bob, "labs"),
		org("ended", alice).terminating(), admin(alice, "ended"),
	)
	one, two := int32(1), int32(2)
	people, organizations := []string{john, alice, bob, carol}, []string{"zylker", "labs", "ended", "gone"}
	for sentence, tc := range map[string]struct {
		policy policy
		want   string
	}{
		"L9: the rulebook's own numbers leave nobody over": {policyWith(), ""},
		"L9: a limit of people":                            {policyWith(limits(func(l *v1alpha1.LimitsPolicy) { l.OrganizationsPerUser = &one })), "2 people and 0 organizations have more"},
		"L9: seats on trial":                               {policyWith(func(s *v1alpha1.PlatformPolicySpec) { s.Trial = &v1alpha1.TrialPolicy{Licenses: &two} }), "0 people and 1 organization have more"},
		"L9: a number that is just enough":                 {policyWith(limits(func(l *v1alpha1.LimitsPolicy) { l.CreatedOrganizationsPerUser = &two })), ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			o, spec := rules.Best(w), tc.policy.Spec
			got := strings.Join(rules.PolicyAdvice(rules.PeopleOver(o, spec, people), rules.OrganizationsOver(o, spec, organizations)), "\n")
			if (tc.want == "") != (got == "") || !strings.HasPrefix(got, tc.want) {
				t.Errorf("got %q, want %q …", got, tc.want)
			}
		})
	}
}
