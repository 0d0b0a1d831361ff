// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestChooseDefault(t *testing.T) {
	there := world{}.with(org("zylker", alice), member(bob, "zylker"), org("hidden", carol))
	mine, carries := account(bob), rules.Actor{Email: bob, Request: "polyorg"}
	run(t, map[string]testCase{
		"F2: the user chooses one of their own":           {there, by(user(bob)).changes(mine, mine.prefers("zylker")), nil, false, nil},
		"F2: a platform actor does for them":              {there, by(platform).changes(mine, mine.prefers("zylker")), nil, false, nil},
		"F2: nobody else":                                 {there, by(user(alice)).changes(mine, mine.prefers("zylker")), []string{"F2"}, false, []string{"only the person"}},
		"F2: nor one they are not in":                     {there, by(user(bob)).changes(mine, mine.prefers("hidden")), []string{"F2"}, false, []string{"active member"}},
		"F2: not even by a platform actor":                {there, by(platform).changes(mine, mine.prefers("hidden")), []string{"F2"}, false, nil},
		"U3: one that does not exist is refused alike":    {there, by(user(bob)).changes(mine, mine.prefers("nowhere")), []string{"F2"}, false, []string{"active member"}},
		"F2: nor where they are suspended":                {there.with(org("other", carol), member(bob, "other").suspended()), by(user(bob)).changes(mine, mine.prefers("other")), []string{"F2"}, false, nil},
		"F2: nor what is being deleted":                   {there.with(org("dead", carol).terminating(), member(bob, "dead")), by(user(bob)).changes(mine, mine.prefers("dead")), []string{"F2"}, false, nil},
		"F2: nor where they are only invited":             {there.with(org("new", carol), invite(bob, "new")), by(user(bob)).changes(mine, mine.prefers("new")), []string{"F2"}, false, nil},
		"F2: the choice is taken back":                    {there, by(user(bob)).changes(mine.prefers("zylker"), mine), nil, false, nil},
		"F3: a choice that went stale stops nothing else": {there, by(user(alice)).changes(mine.prefers("nowhere"), mine.prefers("nowhere")), nil, false, nil},
		"F2: a membership that may be ending waits":       {world{}.with(org("zylker", alice)).perhaps(member(bob, "zylker")), by(user(bob)).changes(mine, mine.prefers("zylker")), []string{"F2"}, true, nil},
		"F2: nor do they label their own":                 {there, by(user(bob)).changes(mine, mine.labelled("note")), []string{"F2"}, false, []string{"spec.defaultOrganization"}},
		"F2: nor take the operator's label off":           {there, by(user(bob)).changes(mine.labelled(v1alpha1.ManagedByLabel), mine), []string{"F2"}, false, nil},
		"F2: not even while they choose":                  {there, by(user(bob)).changes(mine.labelled("note"), mine.prefers("zylker")), []string{"F2"}, false, nil},
		"F2: nor annotate it":                             {there, by(user(bob)).changes(mine, mine.annotated("note")), []string{"F2"}, false, []string{"annotate"}},
		"F2: but kubectl notes what they chose":           {there, by(user(bob)).changes(mine, mine.prefers("zylker").annotated(corev1.LastAppliedConfigAnnotation)), nil, false, nil},
		"F2: the operator notes their request":            {there, by(carries).changes(mine, mine.prefers("zylker").annotated(v1alpha1.LastRequestAnnotation)), nil, false, nil},
		"F2: they do not":                                 {there, by(user(bob)).changes(mine, mine.annotated(v1alpha1.LastRequestAnnotation)), []string{"F2"}, false, nil},
		"F2: in nobody else's":                            {there, by(user(alice)).changes(mine, mine.annotated(corev1.LastAppliedConfigAnnotation)), []string{"F2"}, false, nil},
		"F2: a platform actor labels it":                  {there, by(platform).changes(mine, mine.labelled(v1alpha1.ManagedByLabel)), nil, false, nil},
		"U1: nobody makes a User for themselves":          {there, by(user(bob)).creates(mine), []string{"U1"}, false, nil},
		"U1: nor deletes it":                              {there, by(user(bob)).deletes(mine), []string{"U1"}, false, nil},
		"U1: the operator does":                           {there, by(platform).creates(mine), nil, false, nil},
	})
}

// TestDeleteUser: a person's chosen default is in their User, and is lost with it.
func TestDeleteUser(t *testing.T) {
	mine := account(bob).prefers("zylker")
	zylker := org("zylker", alice)
	ending := mine.ending()
	run(t, map[string]testCase{
		"U1: the User of a member stays, for every actor": {
			world{}.with(zylker, member(bob, "zylker")), by(platform).deletes(mine), []string{"U1"}, false, []string{"(organizations: 1)", "deletes the User after the last"}},
		"U1: so does that of a super admin": {
			world{}.with(org("own", bob)), by(platform).deletes(mine), []string{"U1"}, false, nil},
		"U1: of a suspended member": {
			world{}.with(zylker, member(bob, "zylker").suspended()), by(platform).deletes(mine), []string{"U1"}, false, nil},
		"U1: of a member of an organization that does not exist yet": {
			world{}.with(member(bob, "zylker")), by(platform).deletes(mine), []string{"U1"}, false, nil},
		"U1: of a member of an organization in deletion, until the membership is gone": {
			world{}.with(zylker.terminating(), member(bob, "zylker")), by(platform).deletes(mine), []string{"U1"}, false, nil},
		"U1: and of an invitee": {
			world{}.with(zylker, invite(bob, "zylker")), by(platform).deletes(mine), []string{"U1"}, false, nil},
		"U1: the User of a person without organizations can be deleted": {
			world{}.with(zylker), by(platform).deletes(mine), nil, false, nil},
		"U1: a membership that may be going is waited for": {
			world{}.with(zylker).perhaps(member(bob, "zylker")), by(platform).deletes(mine), []string{"U1"}, true, nil},
		"U1: a User in deletion may be deleted again": {
			world{}.with(zylker, member(bob, "zylker")), by(platform).deletes(ending), nil, false, nil},
		"U1: nobody else deletes one, and the refusal does not tell what it has": {
			world{}.with(zylker), by(user(alice)).deletes(mine), []string{"U1"}, false, []string{"only a platform actor"}},
	})
}

func TestDefault(t *testing.T) {
	for sentence, tc := range map[string]struct {
		chosen, current string
		hadOne          bool
		active          []string
		want            string
		wantDue         bool
	}{
		"F1: the first organization is the default":                      {"", "", false, []string{"first"}, "first", false},
		"F1: it stays so when others follow":                             {"", "first", true, []string{"first", "second"}, "first", false},
		"F1: even when an older membership comes to light":               {"", "first", true, []string{"older", "first"}, "first", false},
		"F2: the chosen one is":                                          {"second", "first", true, []string{"first", "second"}, "second", false},
		"F3: when the first is lost, no other is chosen":                 {"", "first", true, []string{"second"}, "", true},
		"F3: nor when the chosen one is":                                 {"second", "second", true, []string{"first"}, "", true},
		"F3: it stays due":                                               {"", "", true, []string{"first", "second"}, "", true},
		"F3: until they choose":                                          {"second", "", true, []string{"first", "second"}, "second", false},
		"F3: a choice is due while there is none to choose":              {"", "first", true, nil, "", true},
		"F3: and stays due as long as that lasts":                        {"second", "", true, nil, "", true},
		"F1: a person who was never in any has none":                     {"", "", false, nil, "", false},
		"F3: a person who lost all of them chooses when one comes again": {"", "", true, []string{"new"}, "", true},
		"F3: a chosen one that comes back is the default again":          {"second", "", true, []string{"second"}, "second", false},
	} {
		t.Run(sentence, func(t *testing.T) {
			got, due := rules.Default(tc.chosen, tc.current, tc.hadOne, tc.active)
			if got != tc.want || due != tc.wantDue {
				t.Errorf("got %q, due %t; want %q, %t", got, due, tc.want, tc.wantDue)
			}
		})
	}
}
