// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// presence is whether a thing is there: in no outcome of what is in flight, in some, or in all.
type presence int

const (
	absent presence = iota
	perhaps
	present
)

// belonging is a place of john's as the property's world has it.
type belonging struct {
	place        presence
	organization presence // absent: still to come (R8)
	ended        presence // perhaps: its deletion is in flight
}

var anyBelonging = rapid.Custom(func(t *rapid.T) belonging {
	b := belonging{
		place:        presence(rapid.IntRange(0, 2).Draw(t, "place")),
		organization: rapid.SampledFrom([]presence{absent, present}).Draw(t, "organization"),
	}
	if b.organization == present {
		b.ended = presence(rapid.IntRange(0, 2).Draw(t, "ended"))
	}
	return b
})

// The oracle counts every outcome by itself and knows no outlook: the Worst must refuse if any of them is wrong, the Best only if
// all are.
func TestOrganizationsPerUserInEveryOutcome(t *testing.T) {
	const limit = 3
	rapid.Check(t, func(t *rapid.T) {
		others := rapid.SliceOfN(anyBelonging, 0, 6).Draw(t, "others")
		already := presence(rapid.IntRange(0, 2).Draw(t, "already"))
		anyWrong, allWrong := false, true
		outcomes(append(placesOf(others), already), endings(others), func(places []bool, ended []bool) {
			last := len(places) - 1
			wrong := !places[last] && count(places[:last], ended) >= limit
			anyWrong, allWrong = anyWrong || wrong, allWrong && wrong
		})
		w := worldOf(others, already, limit)
		worst, best := by(platform).creates(member(john, "zylker")).in(w)
		if got := broken(worst, "L1"); got != anyWrong {
			t.Errorf("the worst outlook refuses: %t, want %t", got, anyWrong)
		}
		if got := broken(best, "L1"); got != allWrong {
			t.Errorf("the best outlook refuses: %t, want %t", got, allWrong)
		}
	})
}

func placesOf(others []belonging) []presence {
	var all []presence
	for _, b := range others {
		all = append(all, b.place)
	}
	return all
}

func endings(others []belonging) []presence {
	var all []presence
	for _, b := range others {
		all = append(all, b.ended)
	}
	return all
}

// outcomes calls f with every way in which what may or may not be there is or is not.
func outcomes(places, endings []presence, f func(places, ended []bool)) {
	all := slices.Concat(places, endings)
	for bits := range 1 << len(all) {
		fits := true
		is := make([]bool, len(all))
		for i, p := range all {
			is[i] = bits>>i&1 == 1
			fits = fits && (p == perhaps || is[i] == (p == present))
		}
		if fits {
			f(is[:len(places)], is[len(places):])
		}
	}
}

func count(places, ended []bool) int {
	n := 0
	for i := range places {
		if places[i] && !ended[i] {
			n++
		}
	}
	return n
}

// worldOf says the same to the rules.
func worldOf(others []belonging, already presence, limit int32) world {
	w := world{}.with(org("zylker", alice).on(v1alpha1.EditionStandard, 9), policyWith(limits(func(l *v1alpha1.LimitsPolicy) { l.OrganizationsPerUser = &limit })))
	w = w.being(already, invite(john, "zylker").accepts())
	for i, b := range others {
		o := org(fmt.Sprintf("other%d", i), alice).on(v1alpha1.EditionStandard, 9)
		switch b.ended {
		case present:
			w = w.with(o.terminating())
		case perhaps:
			w = w.perhaps(o) // a deletion in flight says nothing of what comes after it
		default:
			w = w.being(b.organization, o)
		}
		w = w.being(b.place, member(john, o.Name))
	}
	return w
}

// being adds an object as far as it is there.
func (w world) being(p presence, o object) world {
	switch p {
	case present:
		return w.with(o)
	case perhaps:
		return w.perhaps(o)
	default:
		return w
	}
}

func broken(vs rules.Violations, rule string) bool {
	return slices.ContainsFunc(vs, func(v rules.Violation) bool { return v.Rule == rule })
}
