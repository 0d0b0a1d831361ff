// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	testingclock "k8s.io/utils/clock/testing"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// stand is a replica's journal by a clock of the test's own, on a record that the test writes.
type stand struct {
	*Journal
	clock *testingclock.FakeClock
}

func newStand() stand {
	s := stand{New(nil, facts.NewView("crm.example.com"), "polyorg-system"), testingclock.NewFakeClock(time.Unix(0, 0))}
	s.Clock = s.clock
	s.state = emptyState()
	s.state.object.ResourceVersion = "1"
	s.know("1")
	return s
}

func host(name, uid string) rules.Claim {
	return rules.Claim{Kind: rules.ClaimHost, Name: name, Holder: "uid-" + uid}
}

// asks is a request of an actor for a host.
func (s stand) asks(actor, name string) *request {
	return s.newRequest(context.Background(), &Change{Kind: "Organization", Name: types.NamespacedName{Name: "zylker"}, UID: "uid-next",
		Operation: facts.Create, After: []rules.Fact{host(name, "next")}, Actor: actor,
		Judge: func(rules.Outlook) rules.Violations { return nil }})
}

// wrote takes a version of the journal in, as from another replica.
func (s stand) wrote(version string) {
	s.state.object.ResourceVersion = version
	s.know(version)
}

func TestWhoHeldANameInVainLeavesItToOthers(t *testing.T) {
	const bob, alice = "bob", "alice"
	tool := PlatformActor("tool")
	for sentence, tc := range map[string]struct {
		blamed func(s stand)
		later  time.Duration
		asked  func(s stand) *request
		yields bool
	}{
		"for a sixth of the drop time":   {func(s stand) { s.blame(entryOf("a", bob, host("shop", "a"))) }, 14 * time.Second, func(s stand) *request { return s.asks(bob, "shop") }, true},
		"and no longer":                  {func(s stand) { s.blame(entryOf("a", bob, host("shop", "a"))) }, 15 * time.Second, func(s stand) *request { return s.asks(bob, "shop") }, false},
		"others may have it":             {func(s stand) { s.blame(entryOf("a", bob, host("shop", "a"))) }, 0, func(s stand) *request { return s.asks(alice, "shop") }, false},
		"and they another":               {func(s stand) { s.blame(entryOf("a", bob, host("shop", "a"))) }, 0, func(s stand) *request { return s.asks(bob, "other") }, false},
		"platform actors are no better":  {func(s stand) { s.blame(entryOf("a", tool, host("shop", "a"))) }, 0, func(s stand) *request { return s.asks(tool, "shop") }, true},
		"but the operator is not blamed": {func(s stand) { s.blame(entryOf("a", "", host("shop", "a"))) }, 0, func(s stand) *request { return s.asks("", "shop") }, false},
		"whoever does it again waits twice as long": {func(s stand) {
			s.blame(entryOf("a", bob, host("shop", "a")))
			s.clock.Step(90 * time.Second)
			s.wrote("2")
			s.blame(entryOf("b", bob, host("shop", "b")))
		}, 29 * time.Second, func(s stand) *request { return s.asks(bob, "shop") }, true},
		"many at one time are one time": {func(s stand) {
			for i := range 6 {
				s.blame(entryOf("a", bob, host("shop", strconv.Itoa(i))))
			}
		}, 15 * time.Second, func(s stand) *request { return s.asks(bob, "shop") }, false},
		"whoever held many names leaves every name to others": {func(s stand) {
			for i := range maxNames + 1 {
				s.blame(entryOf("a", bob, host(fmt.Sprint("shop-", i), "a")))
			}
		}, 0, func(s stand) *request { return s.asks(bob, "never held") }, true},
	} {
		s := newStand()
		tc.blamed(s)
		s.clock.Step(tc.later)
		if got := s.yields(tc.asked(s)); got != tc.yields {
			t.Errorf("%s: yields %t", sentence, got)
		}
	}
}

func TestEveryReplicaKnowsWhoseChangesComeToNothing(t *testing.T) {
	one, other := newStand(), newStand()
	one.blame(entryOf("a", "bob", host("shop", "a")))
	read := parseFruitless(one.state.fruitless.text())
	if diff := cmp.Diff(one.state.fruitless, read); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	other.state.fruitless = read
	other.wrote("2")
	other.clock.Step(14 * time.Second)
	if !other.yields(other.asks("bob", "shop")) {
		t.Error("another replica does not know")
	}
	other.clock.Step(time.Second)
	if other.yields(other.asks("bob", "shop")) {
		t.Error("another replica does not end it by its own clock")
	}
	one.clock.Step(90 * time.Second)
	one.state.object.ResourceVersion = "3"
	one.blame(entryOf("a", "bob", host("shop", "a")))
	other.state.fruitless = parseFruitless(one.state.fruitless.text())
	other.wrote("3")
	if !other.yields(other.asks("bob", "shop")) {
		t.Error("another replica does not see that it happened again")
	}
}

func TestWhatAFruitlessActorMayHaveOpen(t *testing.T) {
	s := newStand()
	for _, want := range []allowance{{16, 4 << 10}, {8, 2 << 10}, {4, leastBytes}, {2, leastBytes}, {1, leastBytes}, {1, leastBytes}} {
		s.blame(entryOf("a", "bob"))
		if got := s.state.limit(shareOfActor("bob")); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
		s.clock.Step(90 * time.Second)
	}
	for _, want := range []int{2, 4, 8, 16, 32, 32} {
		s.state.fruitless.arrived("bob")
		if got := s.state.limit(shareOfActor("bob")).entries; got != want {
			t.Errorf("after a change that came: %d, want %d", got, want)
		}
	}
	if got := s.state.limit(shareOfActor("alice")); got != ofPerson {
		t.Errorf("somebody else: %v", got)
	}
}

func TestFruitlessChangesAreForgotten(t *testing.T) {
	s := newStand()
	s.blame(entryOf("a", "bob"))
	s.clock.Step(dropsRemembered*s.DropTime - 1)
	s.forgive()
	if len(s.state.fruitless) != 1 {
		t.Error("forgotten too soon")
	}
	s.clock.Step(1)
	s.forgive()
	if len(s.state.fruitless) != 0 || len(s.blamed) != 0 || !s.state.tidied {
		t.Errorf("not forgotten: %v", s.state.fruitless)
	}
}

func TestFruitlessActorsAreBounded(t *testing.T) {
	s := newStand()
	s.blame(entryOf("a", "worst"))
	s.clock.Step(90 * time.Second)
	s.blame(entryOf("a", "worst"))
	for i := range 2 * maxFruitless {
		s.blame(entryOf("a", fmt.Sprint("person ", i)))
	}
	if n := len(s.state.fruitless); n != maxFruitless {
		t.Errorf("%d actors", n)
	}
	if _, known := s.state.fruitless.of("worst"); !known {
		t.Error("the worst is not among them")
	}
}

// A request that is sent over and over keeps its entry from the drop for as long as its own time, and then no longer.
func TestARequestIsNotRenewedForEver(t *testing.T) {
	s := newStand()
	r := s.asks("bob", "shop")
	s.state.append(r.entry)
	s.wrote("2")
	for range 3 {
		s.clock.Step(s.DropTime/3 - 1)
		if !s.admits(r) {
			t.Fatal("not renewed in its time")
		}
		s.state.append(r.entry)
		s.wrote(s.latest + "0")
	}
	s.clock.Step(3)
	if s.admits(r) {
		t.Error("renewed after its time")
	}
	operators := s.asks("", "shop")
	if !s.admits(operators) {
		t.Error("the operator's is not renewed")
	}
}
