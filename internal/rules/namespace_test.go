// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polyorg/polyorg/internal/rules"
)

func TestNamespace(t *testing.T) {
	refusal := func(namespace string) rules.Violations {
		return rules.Violations{{Rule: "O6", Kind: rules.KindInvalid, Field: "metadata.namespace",
			Message: `the namespace of an organization starts with org-, and "` + namespace + `" is none; ` +
				`write org- and the organization's name, for example org-zylker-products`}}
	}
	for sentence, tc := range map[string]struct {
		namespace, organization string
	}{
		"O6: an organization has its own namespace":               {"org-zylker", "zylker"},
		"O6: the prefix of a name may be the prefix itself":       {"org-org-zylker", "org-zylker"},
		"O6: no other namespace is an organization's":             {"zylker", ""},
		"O6: neither is the prefix alone":                         {"org-", ""},
		"O6: the prefix stands in front":                          {"my-org-zylker", ""},
		"O6: an object without a namespace is in no organization": {"", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			var want rules.Violations
			if tc.organization == "" {
				want = refusal(tc.namespace)
			}
			if diff := cmp.Diff(want, rules.Namespace(tc.namespace)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if got := rules.OrganizationOf(tc.namespace); got != tc.organization {
				t.Errorf("got organization %q, want %q", got, tc.organization)
			}
		})
	}
}

func TestUserName(t *testing.T) {
	mine := account(bob)
	stray := mine.called("bob")
	run(t, map[string]testCase{
		"U1: a User bears the name that its e-mail address gives it": {world{}, by(platform).creates(mine), nil, false, nil},
		"U1: no other name is right": {world{}, by(platform).creates(stray), []string{"U1"}, false,
			[]string{"metadata.name", "write " + rules.ObjectName(bob) + " for " + bob}},
		"U1: a person who creates one is told that they may not, and nothing of its name": {world{}, by(user(bob)).creates(stray), []string{"U1"}, false,
			[]string{"only a platform actor may create a User"}},
		"U1: a User of another name goes although its person has memberships": {
			world{}.with(org("zylker", alice), member(bob, "zylker")), by(platform).deletes(stray), nil, false, nil},
		"U1: only a platform actor deletes it": {world{}, by(user(bob)).deletes(stray), []string{"U1"}, false, []string{"only a platform actor may delete a User"}},
		"U1: one that was made past admission can be changed": {
			world{}.with(org("zylker", alice), member(bob, "zylker")), by(user(bob)).changes(stray, stray.prefers("zylker")), nil, false, nil},
	})
	for _, v := range rules.User(rules.Best(world{}), rules.Act{Actor: platform}, nil, stray.User) {
		if v.Kind != rules.KindInvalid || strings.Contains(v.Message, "only") {
			t.Errorf("U1: a wrong name is answered as %s: %s", v.Kind, v)
		}
	}
}
