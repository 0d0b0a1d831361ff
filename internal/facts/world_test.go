// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"cmp"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// seat is a place of bob's as a case expects it.
type seat struct {
	Organization  string
	Seat, Certain bool
}

func seats(known []rules.Known) []seat {
	var all []seat
	for _, k := range known {
		if p, ok := k.Fact.(rules.Place); ok {
			all = append(all, seat{p.Organization, p.Seat, k.Certain})
		}
	}
	slices.SortFunc(all, func(a, b seat) int {
		return cmp.Or(cmp.Compare(a.Organization, b.Organization), cmp.Compare(count(b.Seat), count(a.Seat)), cmp.Compare(count(b.Certain), count(a.Certain)))
	})
	return all
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestWorld(t *testing.T) {
	m := at(membership("m", bob), "20")
	suspended := with(m, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })
	promoted := with(m, func(m *v1alpha1.Membership) { m.Labels = map[string]string{"a": "b"} }) // says what it said
	standing := func(v watched) { v.see(m) }
	nothing := func(watched) {}

	for sentence, tc := range map[string]struct {
		happens func(v watched)
		entries []*Entry
		self    *Entry
		want    []seat
		// wantRoles, where the object under judgement counts too.
		wantRoles []seat
	}{
		"an object without a change in flight is certain": {
			standing, nil, nil, []seat{{"zylker", true, true}}, []seat{{"zylker", true, true}},
		},
		"an object in creation is possible": {
			nothing, []*Entry{creating(m)}, nil, []seat{{"zylker", true, false}}, []seat{{"zylker", true, false}},
		},
		"a created object is certain, though its entry still exists": {
			standing, []*Entry{creating(m)}, nil, []seat{{"zylker", true, true}}, []seat{{"zylker", true, true}},
		},
		"an object in deletion is possible": {
			standing, []*Entry{deleting(m)}, nil, []seat{{"zylker", true, false}}, []seat{{"zylker", true, false}},
		},
		"a deleted object is gone, though its entries still exist": {
			func(v watched) { v.see(m); v.lose(at(m, "30")) }, []*Entry{creating(m), deleting(m)}, nil, nil, nil,
		},
		"of a change both old and new are possible": {
			standing, []*Entry{updating(m, suspended)}, nil,
			[]seat{{"zylker", true, false}, {"zylker", false, false}}, []seat{{"zylker", true, false}, {"zylker", false, false}},
		},
		"once the change is seen the new is certain": {
			func(v watched) { v.see(m, at(suspended, "30")) }, []*Entry{updating(m, suspended)}, nil,
			[]seat{{"zylker", false, true}}, []seat{{"zylker", false, true}},
		},
		"once another change is seen, this one will not be stored": {
			func(v watched) { v.see(m, at(m, "30")) }, []*Entry{updating(m, suspended)}, nil,
			[]seat{{"zylker", true, true}}, []seat{{"zylker", true, true}},
		},
		"a fact that stays in every outcome is certain": {
			standing, []*Entry{updating(m, promoted)}, nil, []seat{{"zylker", true, true}}, []seat{{"zylker", true, true}},
		},
		"of several changes each may be the one": {
			standing, []*Entry{updating(m, promoted), updating(m, suspended), deleting(m)}, nil,
			[]seat{{"zylker", true, false}, {"zylker", false, false}}, []seat{{"zylker", true, false}, {"zylker", false, false}},
		},
		"the object under judgement is left out, but for its powers": {
			standing, nil, deleting(m), nil, []seat{{"zylker", true, true}},
		},
		"so are its other changes in flight": {
			standing, []*Entry{updating(m, suspended)}, deleting(m), nil, []seat{{"zylker", true, false}, {"zylker", false, false}},
		},
		"the same request judged before does not stand in its own way": {
			standing, []*Entry{deleting(m)}, deleting(m), nil, []seat{{"zylker", true, true}},
		},
		"a creation judged before neither": {
			nothing, []*Entry{creating(m)}, creating(m), nil, nil,
		},
		"another object of the same name does": {
			nothing, []*Entry{creating(m)}, creating(renewed(m)), []seat{{"zylker", true, false}}, []seat{{"zylker", true, false}},
		},
		"an entry of what this version does not know changes nothing": {
			standing, []*Entry{future("x")}, nil, []seat{{"zylker", true, true}}, []seat{{"zylker", true, true}},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			v := synced(t)
			tc.happens(v)
			v.Judge(NewOverlay(tc.entries), tc.self, func(w World) {
				if diff := gocmp.Diff(tc.want, seats(w.Facts(rules.UserKey(bob))), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("facts (-want +got):\n%s", diff)
				}
				if diff := gocmp.Diff(tc.wantRoles, seats(w.Roles(rules.UserKey(bob))), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("roles (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// The view and the rules together: the limit holds for two replicas, although one has not seen the changes that the other admitted.
func TestAChangeInFlightCountsBeforeItIsSeen(t *testing.T) {
	v := synced(t)
	two := with(organization("zylker"), func(o *v1alpha1.Organization) {
		o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionStandard, Licenses: 2}
	})
	v.see(two)
	next := membership("next", "alice@zylker.com")
	overlay := NewOverlay([]*Entry{creating(membership("m", bob))})
	v.Judge(overlay, creating(next), func(w World) {
		act := rules.Act{Actor: rules.Actor{Platform: true}, Now: born, BaseDomain: baseDomain}
		worst, best := rules.Limits(rules.Worst(w), act, nil, Of(next, baseDomain)), rules.Limits(rules.Best(w), act, nil, Of(next, baseDomain))
		if len(worst) != 1 || worst[0].Rule != "E5" || len(best) != 0 {
			t.Errorf("E5: want try again, got worst %q, best %q", worst, best)
		}
	})
}
