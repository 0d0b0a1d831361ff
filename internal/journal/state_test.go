// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

func emptyState() *state {
	return newState(&corev1.ConfigMap{Data: (&Record{Format: Format}).data()}, facts.ParseEntry)
}

func TestBounds(t *testing.T) {
	several := func(n int, entry func(i int) *facts.Entry) *state {
		s := emptyState()
		for i := range n {
			s.append(entry(i))
		}
		return s
	}
	long := func(i int) *facts.Entry {
		return entryOf(strconv.Itoa(i), "", rules.Claim{Kind: rules.ClaimHost, Name: strings.Repeat("x", 4<<10), Holder: strconv.Itoa(i)})
	}
	ofOne := func(i int) *facts.Entry {
		return entryOf("one", "", rules.Claim{Kind: rules.ClaimHost, Name: strconv.Itoa(i), Holder: "one"})
	}
	anybodys := func(i int) *facts.Entry { return entryOf(strconv.Itoa(i), "") }
	bobs := func(i int) *facts.Entry { return entryOf(strconv.Itoa(i), "bob") }
	inOrganization := func(namespace string, i int) *facts.Entry {
		return facts.NewEntry(facts.Entry{Operation: facts.Create, Kind: "Invitation", Namespace: namespace,
			Name: strconv.Itoa(i), UID: types.UID(strconv.Itoa(i)), Actor: fmt.Sprint("person ", i)})
	}
	members := func(i int) *facts.Entry { return inOrganization("org-zylker", i) }
	longOfPeople := func(i int) *facts.Entry {
		e := *long(i)
		e.Actor = fmt.Sprint("person ", i)
		return facts.NewEntry(e)
	}
	for sentence, tc := range map[string]struct {
		state *state
		next  *facts.Entry
		want  bool
	}{
		"511 entries leave room for one":        {several(511, anybodys), anybodys(511), true},
		"512 are enough":                        {several(512, anybodys), anybodys(512), false},
		"60 KiB leave room":                     {several(14, long), long(14), true},
		"64 KiB are enough":                     {several(15, long), long(15), false},
		"an object has 4":                       {several(3, ofOne), ofOne(3), true},
		"and no more":                           {several(4, ofOne), ofOne(4), false},
		"another object has room then":          {several(4, ofOne), anybodys(0), true},
		"a person has 32":                       {several(31, bobs), bobs(31), true},
		"and no more, for however many objects": {several(32, bobs), bobs(32), false},
		"another person has room then":          {several(32, bobs), entryOf("a", "alice"), true},
		"a platform actor has no bound but that of the journal": {several(500, anybodys), anybodys(500), true},
		"an organization has 64, of however many people":        {several(64, members), members(64), false},
		"a platform actor has room then":                        {several(64, members), anybodys(0), true},
		"another organization too":                              {several(64, members), inOrganization("org-other", 64), true},
		"people fill three quarters of the journal":             {several(12, longOfPeople), longOfPeople(12), false},
		"and leave the rest to platform actors":                 {several(12, longOfPeople), long(12), true},
		"a request that is written down takes no more room":     {several(512, anybodys), anybodys(7).At("9"), true},
	} {
		if got := tc.state.room(tc.next); got != tc.want {
			t.Errorf("%s: got %t", sentence, got)
		}
	}
}

func TestAnIdenticalEntryIsKeptOnce(t *testing.T) {
	s := emptyState()
	s.object.ResourceVersion = "7"
	s.append(entryOf("a", ""))
	bytes := s.bytes
	s.append(entryOf("a", "somebody"))
	if len(s.overlay.Entries()) != 1 || s.bytes != bytes {
		t.Errorf("%d entries of %d bytes", len(s.overlay.Entries()), s.bytes)
	}
	// Once it is stored, the same request sent again is young again: else it would be dropped for the first one's age.
	s.wrote(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{ResourceVersion: "8"}})
	s.append(entryOf("a", ""))
	if len(s.overlay.Entries()) != 1 || s.bytes != bytes || !s.grown || s.overlay.Entries()[0].Stamp != "8" {
		t.Errorf("%d entries of %d bytes, to be written: %t", len(s.overlay.Entries()), s.bytes, s.grown)
	}
	s.remove(s.overlay.Entries()[0])
	if len(s.overlay.Entries()) != 0 || s.bytes != 0 {
		t.Errorf("left behind: %d entries of %d bytes", len(s.overlay.Entries()), s.bytes)
	}
}

func TestFencesOnlyRise(t *testing.T) {
	s := emptyState()
	for _, version := range []string{"9", "10", "8"} {
		s.raise("Organization", version)
	}
	if got := s.fences["Organization"]; got != "10" {
		t.Errorf("got %s", got)
	}
}
