// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestEditionInForce(t *testing.T) {
	for sentence, tc := range map[string]struct {
		organization organization
		want         v1alpha1.Edition
	}{
		"O4: a new organization is on the Enterprise trial":     {org("zylker", john), v1alpha1.EditionEnterprise},
		"E1: a subscription says which edition it is for":       {org("zylker", john).on(v1alpha1.EditionZohoOne, 1), v1alpha1.EditionZohoOne},
		"E1: it may be for a smaller one than the trial was of": {org("zylker", john).on(v1alpha1.EditionStandard, 1), v1alpha1.EditionStandard},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := rules.EditionInForce(tc.organization.Spec); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestEditionChange(t *testing.T) {
	zylker := org("zylker", alice).on(v1alpha1.EditionEnterprise, 50)
	one := zylker.on(v1alpha1.EditionZohoOne, 50)
	conflicting := world{}.with(zylker, member(bob, "zylker"), member(john, "zylker")).
		with(org("hidden", carol).on(v1alpha1.EditionZohoOne, 9), member(bob, "hidden"), member(john, "hidden"))
	changing := by(user(alice)).changes(zylker, one)
	run(t, map[string]testCase{
		"E7: a change that breaks no limit is made": {world{}.with(zylker, member(bob, "zylker")), changing, nil, false, nil},
		"E7: one that breaks a member's is refused, with how many conflict": {
			conflicting, changing, []string{"E7"}, false, []string{"2 members", "ZohoOne", "(L5)", "or let them leave first"},
		},
		"E7: platform actors read who conflicts": {
			conflicting, by(platform).changes(zylker, one), []string{"E7"}, false, []string{bob + ", " + john},
		},
		"E7: of many they read the first ten, and how many more": {
			crowded(12), by(platform).changes(zylker, one), []string{"E7"}, false,
			[]string{"12 members", "(L5): member10@example.org, member11@example.org", "member7@example.org and 2 more; choose"},
		},
		"E7: a policy that allows nobody any is in everybody's way": {
			world{}.with(zylker, member(bob, "zylker")).with(policyWith(limits(func(l *v1alpha1.LimitsPolicy) { l.InternalZohoOnePerUser = new(int32(0)) }))),
			changing, []string{"E7"}, false, []string{"2 members"},
		},
		"E7: two organizations on it already do not hinder one of other people": {
			conflicting.with(org("red", bob).on(v1alpha1.EditionZohoOne, 9)),
			by(platform).changes(org("far", carol+".uk").on(v1alpha1.EditionEnterprise, 9), org("far", carol+".uk").on(v1alpha1.EditionZohoOne, 9)),
			nil, false, nil,
		},
		"E7: more licences of the same edition are no change of it": {
			conflicting, by(user(alice)).changes(zylker, zylker.on(v1alpha1.EditionEnterprise, 99)), nil, false, nil,
		},
		"L9: a member over the limit prevents no other edition": {
			conflicting.with(one), by(user(alice)).changes(one, zylker), nil, false, nil,
		},
		"E7: an external member does not conflict": {
			world{}.with(zylker, member(bob, "zylker").external(), org("hidden", carol).on(v1alpha1.EditionZohoOne, 9), member(bob, "hidden")),
			changing, nil, false, nil,
		},
		"E7: the super admin conflicts like any member": {
			world{}.with(zylker, admin(alice, "zylker"), org("hidden", carol).on(v1alpha1.EditionZohoOne, 9), member(alice, "hidden")),
			changing, []string{"E7"}, false, []string{"1 member"},
		},
		"E7: of two organizations that share a member and change at once, the second waits": {
			world{}.with(zylker, member(bob, "zylker"), member(bob, "hidden")).
				changing(org("hidden", carol).on(v1alpha1.EditionUltimate, 9), org("hidden", carol).on(v1alpha1.EditionZohoOne, 9)),
			changing, []string{"E7"}, true, nil,
		},
		"E7: a member who may be leaving is waited for": {
			world{}.with(zylker, org("hidden", carol).on(v1alpha1.EditionZohoOne, 9), member(bob, "hidden")).perhaps(member(bob, "zylker")),
			changing, []string{"E7"}, true, nil,
		},
		"O7: an organization in deletion takes no other edition": {
			conflicting, by(platform).changes(zylker.terminating(), one.terminating()), []string{"O7"}, false, []string{"is being deleted"},
		},
	})

	t.Run("U3: nobody else reads who conflicts", func(t *testing.T) {
		worst, _ := changing.in(conflicting)
		for _, v := range worst {
			if text := v.String(); strings.Contains(text, bob) || strings.Contains(text, john) {
				t.Errorf("%q says who", text)
			}
		}
	})
}

// crowded is an organization of so many members who are all in one on Zoho One too.
func crowded(n int) world {
	return world{}.with(org("zylker", alice), org("hidden", carol).on(v1alpha1.EditionZohoOne, 99)).
		with(crowd(n, "zylker")...).with(crowd(n, "hidden")...)
}

func TestEnded(t *testing.T) {
	zylker := org("zylker", alice)
	for sentence, tc := range map[string]struct {
		world world
		want  bool
	}{
		"O7: an organization that lives has not ended":               {world{}.with(zylker), false},
		"R8: nor has one that is still to come":                      {world{}, false},
		"O7: one whose deletion is certain has":                      {world{}.with(zylker.terminating()), true},
		"O7: one whose deletion may yet fail is not taken for ended": {world{}.perhaps(zylker), false},
		"O7: nor one that may be terminating":                        {world{}.changing(zylker, zylker.terminating()), false},
	} {
		t.Run(sentence, func(t *testing.T) {
			for who, o := range map[string]rules.Outlook{"worst": rules.Worst(tc.world), "best": rules.Best(tc.world)} {
				if got := o.Ended("zylker"); got != tc.want {
					t.Errorf("%s: %t, want %t", who, got, tc.want)
				}
			}
		})
	}
}
