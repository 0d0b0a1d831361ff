// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// invites is a change of somebody in an organization.
func invites(actor, organization string) *Change {
	return &Change{Kind: "Invitation", Name: types.NamespacedName{Namespace: "org-" + organization, Name: "i"}, Actor: actor,
		Judge: func(rules.Outlook) rules.Violations { return nil }}
}

func TestThoseWhoWaitAreJudgedByTurns(t *testing.T) {
	tool := PlatformActor("tool")
	s := newStand()
	var waiting []*request
	add := func(n int, actor, organization string) {
		for range n {
			waiting = append(waiting, s.newRequest(context.Background(), invites(actor, organization)))
		}
	}
	add(3, "bob", "acme")
	add(2, "carol", "acme") // of the same organization
	add(1, "dora", "beta")
	add(2, tool, "acme")
	add(1, "", "acme") // the operator
	add(1, "bob", "gamma")
	var got []string
	for _, r := range byTurn(waiting) {
		got = append(got, r.Actor+"@"+facts.OrganizationOf(r.Name.Namespace))
	}
	want := []string{
		"bob@acme", "dora@beta", tool + "@acme", "@acme",
		"bob@acme", tool + "@acme",
		"bob@acme", "carol@acme", "bob@gamma", "carol@acme",
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheLobbyIsBounded(t *testing.T) {
	tool := PlatformActor("tool")
	many := func(n int, change func(i int) *Change) (crowds [][]share) {
		for i := range n {
			crowds = append(crowds, change(i).crowd())
		}
		return crowds
	}
	bobs := func(int) *Change { return invites("bob", "acme") }
	members := func(i int) *Change { return invites(fmt.Sprint("person ", i), "acme") }
	tools := func(int) *Change { return invites(tool, "acme") }
	operators := func(int) *Change { return invites("", "acme") }
	for sentence, tc := range map[string]struct {
		waiting [][]share
		next    *Change
		want    bool
	}{
		"31 of a person wait":                {many(31, bobs), bobs(0), true},
		"and a 32nd, but no more":            {many(32, bobs), bobs(0), false},
		"others may":                         {many(32, bobs), invites("carol", "acme"), true},
		"64 of an organization wait":         {many(63, members), members(63), true},
		"and no more, of however many":       {many(64, members), members(64), false},
		"another organization may":           {many(64, members), invites("carol", "beta"), true},
		"a platform actor may":               {many(64, members), tools(0), true},
		"256 of a platform actor wait":       {many(255, tools), tools(0), true},
		"and no more of those":               {many(256, tools), tools(0), false},
		"of the operator as many as it asks": {many(1000, operators), operators(0), true},
	} {
		l := lobby{in: map[share]int{}}
		for _, crowd := range tc.waiting {
			if !l.enter(crowd) {
				t.Errorf("%s: full too soon", sentence)
			}
		}
		if got := l.enter(tc.next.crowd()); got != tc.want {
			t.Errorf("%s: got %t", sentence, got)
		}
		if tc.want {
			l.leave(tc.next.crowd())
		}
		for _, crowd := range tc.waiting {
			l.leave(crowd)
		}
		if len(l.in) > 0 {
			t.Errorf("%s: left behind: %v", sentence, l.in)
		}
	}
}

// Anybody who is signed in may send these, with any name in them.
func TestStrangersTakeNoPlacesOfAnOrganization(t *testing.T) {
	founds := func(i int) *Change {
		return &Change{Kind: "Organization", Operation: facts.Create, Name: types.NamespacedName{Name: "victim"}, Actor: fmt.Sprint("stranger ", i/32),
			After: []rules.Fact{rules.Account{Organization: "victim"}, rules.Place{Organization: "victim", User: "eve@example.com", Seat: true}}}
	}
	answers := func(i int) *Change {
		return &Change{Kind: "InvitationResponse", Operation: facts.Create, Actor: fmt.Sprint("stranger ", i/32),
			After: []rules.Fact{rules.Acceptance{Place: rules.Place{Organization: "victim", Seat: true}}}} // the stamp names no invitee
	}
	for sentence, change := range map[string]func(int) *Change{"creations": founds, "answers to no invitation": answers} {
		l := lobby{in: map[share]int{}}
		for i := range 2 * waitersOfPerson {
			if !l.enter(change(i).crowd()) {
				t.Fatalf("%s: full too soon", sentence)
			}
			if shares := sharesOf(facts.NewEntry(facts.Entry{Operation: change(i).Operation, Kind: change(i).Kind, Name: change(i).Name.Name,
				UID: "u", Actor: change(i).Actor, Facts: change(i).After})); slices.Contains(shares, shareOfOrganization("victim")) {
				t.Fatalf("%s: an entry counts for the organization", sentence)
			}
		}
		if !l.enter(invites("victim's own", "victim").crowd()) {
			t.Errorf("%s of strangers keep an organization's people out", sentence)
		}
	}
	ends := &Change{Kind: "Organization", Operation: facts.Update, Name: types.NamespacedName{Name: "acme"}, Actor: "owner"}
	if !slices.Contains(ends.crowd(), shareOfOrganization("acme")) {
		t.Error("a change of an organization by its own people does not count for it")
	}
}

func TestACrowdIsAnsweredAtOnce(t *testing.T) {
	s := newStand()
	for range waitersOfPerson {
		s.lobby.enter(invites("bob", "acme").crowd())
	}
	_, err := s.Submit(context.Background(), invites("bob", "acme"))
	if again, is := errors.AsType[*Again](err); !is || again.Reason != Crowded || outcomeOf(nil, err) != outcomeContended {
		t.Errorf("got %v", err)
	}
}
