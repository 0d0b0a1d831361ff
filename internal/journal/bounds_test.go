// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// holding is a state in which so many entries are open.
func holding(n int, entry func(i int) *facts.Entry) *state {
	return emptyState().holds(n, entry)
}

func (s *state) holds(n int, entry func(i int) *facts.Entry) *state {
	for i := range n {
		s.append(entry(i))
	}
	return s
}

// sized is an entry of so many bytes.
func sized(uid, actor, namespace string, bytes int) *facts.Entry {
	of := func(length int) *facts.Entry {
		return facts.NewEntry(facts.Entry{Operation: facts.Create, Kind: "Invitation", Namespace: namespace, Name: "i", UID: types.UID(uid), Actor: actor,
			Facts: []rules.Fact{rules.Claim{Kind: rules.ClaimHost, Name: strings.Repeat("x", length), Holder: uid}}})
	}
	return of(1 + bytes - size(of(1)))
}

func TestBounds(t *testing.T) {
	onOne := func(actor string) func(int) *facts.Entry {
		return func(i int) *facts.Entry {
			return entryOf("one", actor, rules.Claim{Kind: rules.ClaimHost, Name: strconv.Itoa(i), Holder: "one"})
		}
	}
	ofOne, peoplesOne, toolsOne := onOne(""), onOne("bob"), onOne(PlatformActor("tool"))
	by := func(actor string) func(int) *facts.Entry {
		return func(i int) *facts.Entry { return entryIn("", actor, i) }
	}
	operators, bobs, tools := by(""), by("bob"), by(PlatformActor("tool"))
	anybodys := func(i int) *facts.Entry { return entryIn("", fmt.Sprint("person ", i), i) }
	members := func(i int) *facts.Entry { return entryIn("org-zylker", fmt.Sprint("person ", i), i) }
	large := func(actor, namespace string) func(int) *facts.Entry {
		return func(i int) *facts.Entry {
			return sized(actor+namespace+strconv.Itoa(i), strings.ReplaceAll(actor, "#", strconv.Itoa(i)), namespace, 1<<10)
		}
	}
	for sentence, tc := range map[string]struct {
		state *state
		next  *facts.Entry
		want  bool
	}{
		"511 entries leave room for one": {holding(511, operators), operators(511), true},
		"512 are enough":                 {holding(512, operators), operators(512), false},
		"63 KiB leave room":              {holding(63, large("", "")), large("", "")(63), true},
		"64 KiB are enough":              {holding(64, large("", "")), operators(0), false},

		"an object has 4":              {holding(3, ofOne), ofOne(3), true},
		"and no more":                  {holding(4, ofOne), ofOne(4), false},
		"people take 3 of the 4":       {holding(2, peoplesOne), onOne("carol")(2), true},
		"not all, however many people": {holding(3, peoplesOne), onOne("carol")(3), false},
		"the operator has the rest":    {holding(3, peoplesOne), ofOne(3), true},
		"or a platform actor has":      {holding(3, peoplesOne), toolsOne(3), true},
		"people have 3 beside it, too": {holding(2, peoplesOne).holds(1, func(int) *facts.Entry { return ofOne(9) }), peoplesOne(3), true},
		"another object has room then": {holding(4, ofOne), operators(0), true},

		"a person has 32 entries":               {holding(31, bobs), bobs(31), true},
		"and no more, for however many objects": {holding(32, bobs), bobs(32), false},
		"a person has 8 KiB":                    {holding(7, large("bob", "")), large("bob", "")(7), true},
		"and no more, however few entries":      {holding(8, large("bob", "")), bobs(0), false},
		"another person has room then":          {holding(8, large("bob", "")), entryOf("a", "alice"), true},

		"an organization has 64 entries, of however many people": {holding(64, members), members(64), false},
		"another organization has room then":                     {holding(64, members), entryIn("org-other", "person 64", 64), true},
		"a platform actor has room in it then":                   {holding(64, members), entryIn("org-zylker", PlatformActor("tool"), 64), true},
		"an organization has 12 KiB":                             {holding(11, large("person #", "org-a")), large("person #", "org-a")(11), true},
		"and no more bytes, of however many people":              {holding(12, large("person #", "org-a")), entryIn("org-a", "carol", 0), false},

		"people have 384 entries":               {holding(383, anybodys), anybodys(383), true},
		"and no more of people's":               {holding(384, anybodys), anybodys(384), false},
		"people leave the rest to platforms":    {holding(384, anybodys), tools(384), true},
		"a person takes half of what is left":   {holding(40, large("person #", "")), sized("a", "alice", "", 4<<10), true},
		"and no more than half":                 {holding(40, large("person #", "")), sized("a", "alice", "", 4<<10+1), false},
		"so does an organization":               {holding(40, large("person #", "")).holds(1, large("bob", "org-a")), sized("a", "alice", "org-a", 3<<10), false},
		"a platform actor has 256 entries":      {holding(255, tools), tools(255), true},
		"and no more of them":                   {holding(256, tools), tools(256), false},
		"a platform actor has 40 KiB":           {holding(39, large(PlatformActor("tool"), "")), large(PlatformActor("tool"), "")(39), true},
		"and no more of those":                  {holding(40, large(PlatformActor("tool"), "")), tools(0), false},
		"another platform actor has room then":  {holding(256, tools), entryOf("a", PlatformActor("other")), true},
		"a person has room then":                {holding(256, tools), entryOf("a", "alice"), true},
		"all of them leave 4 KiB":               {holding(60, large(PlatformActor("#"), "")), entryOf("a", PlatformActor("other")), false},
		"to the operator":                       {holding(60, large(PlatformActor("#"), "")), large("", "")(0), true},
		"a request that is written takes none":  {holding(512, operators), operators(7).At("9"), true},
		"also of a person who has no more room": {holding(32, bobs), bobs(7).At("9"), true},
	} {
		if got := tc.state.hasRoomFor(tc.next); got != tc.want {
			t.Errorf("%s: got %t", sentence, got)
		}
	}
}

// Any number of actors storm with the smallest entries until none of them has room. A newcomer still has room.
func TestAStormOfSmallEntriesLeavesRoom(t *testing.T) {
	small := func(of, i int) *facts.Entry {
		id := fmt.Sprint(of, "-", i)
		return facts.NewEntry(facts.Entry{Operation: facts.Delete, Kind: "Invitation", Namespace: fmt.Sprint("org-", of),
			Name: id, UID: types.UID(id), Actor: fmt.Sprint("person ", of)})
	}
	for _, stormers := range []int{1, 12, 50, 100} {
		s := emptyState()
		for i := range ofPerson.entries {
			for of := range stormers {
				if e := small(of, i); s.hasRoomFor(e) {
					s.append(e)
				}
			}
		}
		taken := s.use[shareOfPeople].entries
		if !s.hasRoomFor(small(stormers, 0)) {
			t.Errorf("%d people take all: %d entries", stormers, taken)
		}
		if fair := ofPeople.entries / (stormers + 2); taken < stormers*min(fair, ofPerson.entries) {
			t.Errorf("%d people have less than theirs: %d entries", stormers, taken)
		}
	}
}

// The bound holds for an entry as it is stored, with its stamp.
func TestAnEntryIsJudgedWithItsStamp(t *testing.T) {
	for stamp, want := range map[string]bool{"": true, "7": false} {
		s := emptyState()
		s.object.ResourceVersion = stamp
		if got := s.hasRoomFor(sized("i", "bob", "", ofPerson.bytes)); got != want {
			t.Errorf("with stamp %q: room %v, want %v", stamp, got, want)
		}
	}
}

// The running count, as entries come and go, equals a count of all entries.
func TestSharesAreCountedAsEntriesComeAndGo(t *testing.T) {
	s := emptyState()
	s.object.ResourceVersion = "1"
	for i := range 40 {
		s.append(entryIn([]string{"", "org-a", "org-b"}[i%3], []string{"", "bob", "carol", PlatformActor("tool")}[i%4], i%30))
	}
	for _, e := range []int{3, 4, 5, 7, 20} {
		s.remove(s.overlay.Entries()[e])
	}
	want := use{}
	for _, e := range s.overlay.Entries() {
		want.count(e, 1)
	}
	if got := fmt.Sprint(s.use); got != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for len(s.overlay.Entries()) > 0 {
		s.remove(s.overlay.Entries()[0])
	}
	if len(s.use) > 0 {
		t.Errorf("left behind: %v", s.use)
	}
}

func entryIn(namespace, actor string, i int) *facts.Entry {
	return facts.NewEntry(facts.Entry{Operation: facts.Create, Kind: "Invitation", Namespace: namespace,
		Name: strconv.Itoa(i), UID: types.UID(strconv.Itoa(i)), Actor: actor})
}
