// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	testingclock "k8s.io/utils/clock/testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
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

// wrote brings a version of the journal, as from another replica.
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
		"for a sixth of the drop time":    {func(s stand) { s.blame(entryOf("a", bob, host("shop", "a"))) }, 14 * time.Second, func(s stand) *request { return s.asks(bob, "shop") }, true},
		"and no longer":                   {func(s stand) { s.blame(entryOf("a", bob, host("shop", "a"))) }, 15 * time.Second, func(s stand) *request { return s.asks(bob, "shop") }, false},
		"others may have it":              {func(s stand) { s.blame(entryOf("a", bob, host("shop", "a"))) }, 0, func(s stand) *request { return s.asks(alice, "shop") }, false},
		"and they another":                {func(s stand) { s.blame(entryOf("a", bob, host("shop", "a"))) }, 0, func(s stand) *request { return s.asks(bob, "other") }, false},
		"platform actors leave that, too": {func(s stand) { s.blame(entryOf("a", tool, host("shop", "a"))) }, 0, func(s stand) *request { return s.asks(tool, "shop") }, true},
		"but the operator is not blamed":  {func(s stand) { s.blame(entryOf("a", "", host("shop", "a"))) }, 0, func(s stand) *request { return s.asks("", "shop") }, false},
		"an actor who does it again waits twice as long": {func(s stand) {
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
		"an actor who held many names leaves every name to others": {func(s stand) {
			for i := range maxNames + 1 {
				s.blame(entryOf("a", bob, host(fmt.Sprint("shop-", i), "a")))
			}
		}, 0, func(s stand) *request { return s.asks(bob, "never held") }, true},
		"not a platform actor, which asks for all tenants": {func(s stand) {
			for i := range maxNames + 1 {
				s.blame(entryOf("a", tool, host(fmt.Sprint("shop-", i), "a")))
			}
		}, 0, func(s stand) *request { return s.asks(tool, "never held") }, false},
		"but the latest that it held": {func(s stand) {
			for i := range maxNames + 1 {
				s.blame(entryOf("a", tool, host(fmt.Sprint("shop-", i), "a")))
			}
		}, 0, func(s stand) *request { return s.asks(tool, fmt.Sprint("shop-", maxNames)) }, true},
		"nor does it where an older version wrote down that it is every name": {func(s stand) {
			s.state.fruitless = parseFruitless(tool + " 1 1 *\n")
			s.wrote("2")
		}, 0, func(s stand) *request { return s.asks(tool, "never held") }, false},
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

func TestTheLargestEntryFitsIntoWhatIsLeftToAnybody(t *testing.T) {
	long := strings.Repeat("n", 63)
	largest := facts.NewEntry(facts.Entry{Stamp: strings.Repeat("9", 20), Operation: facts.Update, Kind: "IntegrationBinding", Namespace: "org-" + long[4:],
		Name: long, UID: types.UID(strings.Repeat("u", 36)), ResourceVersion: strings.Repeat("9", 20), Actor: strings.Repeat("f", 16),
		Facts: []rules.Fact{rules.Binding{Organization: long[4:], Application: long, Component: long, Account: strings.Repeat("🏢", 253)}}})
	if n := size(largest); n <= leastBytes/2 || n > leastBytes {
		t.Errorf("%d bytes", n)
	}
	s := newStand()
	for range maxTimes {
		s.blame(entryOf("a", "bob"))
		s.clock.Step(90 * time.Second)
	}
	largest.Actor = "bob"
	if !s.state.hasRoomFor(largest) {
		t.Error("no room for it")
	}
}

func TestAPlatformActorKeepsWhatAPersonMayHave(t *testing.T) {
	s := newStand()
	tool := PlatformActor("tool")
	for _, want := range []allowance{{128, 20 << 10}, {64, 10 << 10}, {32, 8 << 10}, {32, 8 << 10}, {32, 8 << 10}} {
		s.blame(entryOf("a", tool))
		if got := s.state.limit(shareOfActor(tool)); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
		s.clock.Step(90 * time.Second)
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

// Names that were held in vain long ago do not add up. Eight names of eight different times must not make an actor leave every name to
// others.
func TestNamesThatWereHeldInVainAreForgottenAfterOthersTurn(t *testing.T) {
	s := newStand()
	for i := range maxNames + 1 {
		s.blame(entryOf("a", "bob", host(fmt.Sprint("shop-", i), "a")))
		s.clock.Step(s.turnAfter(s.state.fruitless[0].Times) - 1)
		s.forgive()
		if want := contested([]rules.Fact{host(fmt.Sprint("shop-", i), "a")}); !cmp.Equal(want, s.state.fruitless[0].Names) {
			t.Fatalf("got %v, want only the last", s.state.fruitless[0].Names)
		}
		s.clock.Step(1)
		s.state.tidied = false
		s.forgive()
		if len(s.state.fruitless) != 1 || len(s.state.fruitless[0].Names) > 0 || !s.state.tidied {
			t.Fatalf("not forgotten: %v", s.state.fruitless)
		}
		s.wrote(strconv.Itoa(i + 2))
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

// own is an object of bob's, as the watch brings a version of it.
func (s stand) own(t *testing.T, version int, name string) *v1alpha1.Organization {
	t.Helper()
	o := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker", UID: "uid-own", ResourceVersion: strconv.Itoa(version)}}
	if name != "" {
		o.Spec.AccessURL = &v1alpha1.AccessURL{Name: name}
	}
	if err := s.View.Store("Organization").Update(o); err != nil {
		t.Fatal(err)
	}
	return o
}

// wants is a request of bob's that gives the object another host.
func (s stand) wants(o *v1alpha1.Organization, name string) *request {
	after := o.DeepCopy()
	after.Spec.AccessURL = &v1alpha1.AccessURL{Name: name}
	return s.newRequest(context.Background(), &Change{Kind: "Organization", Name: types.NamespacedName{Name: o.Name}, UID: o.UID,
		Operation: facts.Update, ResourceVersion: o.ResourceVersion, Actor: "bob",
		Before: facts.Of(o, s.View.BaseDomain()), After: facts.Of(after, s.View.BaseDomain())})
}

// A client that gives up at once, and then changes a label, has its entry overtaken: it neither comes nor is dropped.
func TestAnObjectDoesNotHoldANameByEntriesThatAreOvertaken(t *testing.T) {
	s := newStand()
	version := 100
	s.blame(entryOf("other", "bob"))
	admitted := func() bool {
		r := s.wants(s.own(t, version, ""), "shop")
		if !s.admits(r) {
			return false
		}
		s.state.append(r.entry)
		s.wrote(strconv.Itoa(version))
		version++
		s.own(t, version, "") // a label
		s.tidy(t.Context())
		s.wrote(strconv.Itoa(version))
		return true
	}
	for range 9 {
		if !admitted() {
			t.Fatal("not admitted in the drop time")
		}
		s.clock.Step(10 * time.Second)
	}
	if admitted() {
		t.Error("held for longer than the drop time")
	}
	if s.state.fruitless[0].Times != 1 {
		t.Error("what was overtaken counts as arrived")
	}
	if !s.admits(s.wants(s.own(t, version, ""), "other")) {
		t.Error("another name is not to be had")
	}
	s.clock.Step(s.turn())
	s.wrote("200")
	if len(s.firstHeld) > 0 || !admitted() {
		t.Error("not to be had after others' turn")
	}
}

func TestAChangeThatComesEndsAHoldAndTakesOneTimeOff(t *testing.T) {
	s := newStand()
	s.blame(entryOf("other", "bob"))
	s.clock.Step(90 * time.Second)
	s.blame(entryOf("other", "bob"))
	for i, want := range []int{1, 1} { // twice in a turn, which counts once
		name := fmt.Sprint("shop-", i)
		version := 100 + 10*i
		r := s.wants(s.own(t, version, ""), name)
		s.state.append(r.entry)
		s.wrote(strconv.Itoa(version))
		if len(s.firstHeld) == 0 {
			t.Error("nothing is held")
		}
		s.own(t, version+1, name)
		s.tidy(t.Context())
		s.wrote(strconv.Itoa(version + 1))
		if len(s.firstHeld) > 0 {
			t.Errorf("still held: %v", s.firstHeld)
		}
		if got := s.state.fruitless[0].Times; got != want {
			t.Errorf("blamed %d times, want %d", got, want)
		}
	}
}

// A request that is sent over and over keeps its entry from the drop for one drop time, and then no longer.
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
	for _, actor := range []string{"", PlatformActor("tool")} {
		if !s.admits(s.asks(actor, "shop")) {
			t.Errorf("that of %q is not renewed", actor)
		}
	}
}
