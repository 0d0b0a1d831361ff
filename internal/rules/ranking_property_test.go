// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// population is objects that got past admission, and which of them were given their places.
type population struct {
	objects []object
	granted map[types.UID]bool
}

var tight = policyWith(limits(func(l *v1alpha1.LimitsPolicy) {
	one, two := int32(1), int32(2)
	l.OrganizationsPerUser, l.CreatedOrganizationsPerUser = &two, &one
	l.PendingInvitationsPerUser, l.PendingInvitationsPerSuperAdmin = &two, &one
}))

var somebody = rapid.SampledFrom([]string{john, alice, bob})

// aged sets when an object was made, in seconds: many in one.
func aged[O object](t *rapid.T, o O) O {
	o.bare().SetCreationTimestamp(metav1.Unix(rapid.Int64Range(1, 4).Draw(t, "made"), 0))
	return o
}

var anyPopulation = rapid.Custom(func(t *rapid.T) population {
	p := population{granted: map[types.UID]bool{}}
	superAdmin := map[string]string{}
	for i := range rapid.IntRange(1, 5).Draw(t, "organizations") {
		name := fmt.Sprintf("org%d", i)
		o := org(name, somebody.Draw(t, "super admin"))
		if edition := rapid.SampledFrom([]v1alpha1.Edition{"", v1alpha1.EditionCRMPlus, v1alpha1.EditionZohoOne}).Draw(t, "edition"); edition != "" {
			o = o.on(edition, 2)
		}
		superAdmin[name] = o.Spec.SuperAdmin
		p.objects = append(p.objects, aged(t, o))
	}
	names := slices.Sorted(maps.Keys(superAdmin))
	for i := range rapid.IntRange(0, 10).Draw(t, "people") {
		name, user := rapid.SampledFrom(names).Draw(t, "organization"), somebody.Draw(t, "user")
		if user == superAdmin[name] {
			continue // the Organization speaks for them
		}
		if rapid.Bool().Draw(t, "is invited") {
			p.objects = append(p.objects, aged(t, invite(user, name).called(fmt.Sprintf("invitation%d", i))))
			continue
		}
		m := member(user, name).called(fmt.Sprintf("member%d", i)).origin(rapid.SampledFrom([]v1alpha1.Origin{
			v1alpha1.OriginCreated, v1alpha1.OriginInvited, v1alpha1.OriginProvisioned}).Draw(t, "origin"))
		if rapid.Bool().Draw(t, "is external") {
			m = m.external()
		}
		if rapid.Bool().Draw(t, "is suspended") {
			m = m.suspended()
		}
		p.objects = append(p.objects, aged(t, m))
	}
	return p
})

func (p population) rank(o object) rules.Rank {
	r := rules.RankOf(o.bare())
	r.Granted = p.granted[r.UID]
	return r
}

// ask gives one object its place if those that outrank it leave one, as a controller does.
func (p population) ask(asks object) {
	w := world{}.with(tight)
	for _, o := range p.objects {
		_, isOrganization := o.(organization)
		switch {
		case isOrganization && o.bare().GetName() == organizationOf(asks):
			w = w.with(o)
		case p.rank(o).Before(p.rank(asks)):
			for _, f := range rules.Ahead(p.rank(o), said(o), said(asks)) {
				w.stated = append(slices.Clip(w.stated), stated{f, true, o.bare().GetUID()})
			}
		case isOrganization:
			w = w.with(o.(organization).of("nobody@example.org")) // what it is counts, whose it is does not
		}
	}
	question := said(asks)
	if o, ok := asks.(organization); ok {
		w = w.with(o.of("nobody@example.org"))
		question = []rules.Fact{rules.OwnerPlace(o.Organization, nil)}
	} else if !p.granted[types.UID("organization/"+organizationOf(asks))] {
		return // nothing in it has power
	}
	if len(rules.Surplus(rules.Best(w), question)) == 0 {
		p.granted[asks.bare().GetUID()] = true
	}
}

func organizationOf(o object) string { return facts.OrganizationOf(o.bare().GetNamespace()) }

// settle asks for all objects, in one order, until none gets a place any more.
func (p population) settle(order []object) {
	for before := -1; before < len(p.granted); {
		before = len(p.granted)
		for _, o := range order {
			p.ask(o)
		}
	}
}

// powerful is the world of the objects that have power.
func (p population) powerful() world {
	w := world{}.with(tight)
	for _, o := range p.objects {
		if p.granted[o.bare().GetUID()] {
			w = w.with(o)
		}
	}
	return w
}

// Objects that got past admission have power only within the limits, in whatever order they are looked at. It is always the same objects.
func TestSurplusIsTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPopulation.Draw(t, "population")
		q := population{p.objects, map[types.UID]bool{}}
		p.settle(rapid.Permutation(p.objects).Draw(t, "one order"))
		q.settle(rapid.Permutation(p.objects).Draw(t, "another order"))
		if !maps.Equal(p.granted, q.granted) {
			t.Errorf("in one order power goes to %v, in another to %v", p.granted, q.granted)
		}
		withinLimits(t, p)
	})
}

// When something goes, those who waited get its place, as many as there is room for.
func TestRoomGoesToWhoWaits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPopulation.Draw(t, "population")
		order := rapid.Permutation(p.objects).Draw(t, "order")
		p.settle(order)
		goes := rapid.SampledFrom(p.objects).Draw(t, "goes")
		had := maps.Clone(p.granted)
		p.objects = slices.DeleteFunc(slices.Clone(p.objects), func(o object) bool {
			return o == goes || organizationOf(o) == goes.bare().GetName()
		})
		delete(p.granted, goes.bare().GetUID())
		p.settle(slices.DeleteFunc(order, func(o object) bool { return !slices.Contains(p.objects, o) }))
		for _, o := range p.objects {
			if uid := o.bare().GetUID(); had[uid] && !p.granted[uid] {
				t.Errorf("%s lost what it had (L9)", uid)
			}
		}
		withinLimits(t, p)
	})
}

// withinLimits counts by itself the objects that have power.
func withinLimits(t *rapid.T, p population) {
	organizations, created, offers := map[string]map[string]bool{}, map[string]int{}, map[string]int{}
	seats := map[string]map[string]bool{}
	add := func(m map[string]map[string]bool, key, value string) {
		if m[key] == nil {
			m[key] = map[string]bool{}
		}
		m[key][value] = true
	}
	for _, o := range p.objects {
		if !p.granted[o.bare().GetUID()] {
			continue
		}
		switch o := o.(type) {
		case organization:
			add(organizations, o.Spec.SuperAdmin, o.Name)
			created[o.Spec.SuperAdmin]++
			add(seats, o.Name, o.Spec.SuperAdmin)
		case membership:
			add(organizations, o.Spec.User, organizationOf(o))
			if o.Spec.Origin == v1alpha1.OriginCreated {
				created[o.Spec.User]++
			}
			if !o.Spec.Suspended {
				add(seats, organizationOf(o), o.Spec.User)
			}
		case invitation:
			offers[o.Spec.Email]++
			add(seats, organizationOf(o), o.Spec.Email)
		}
	}
	for _, user := range []string{john, alice, bob} {
		if n := len(organizations[user]); n > 2 {
			t.Errorf("%s has power in %d organizations (L1)", user, n)
		}
		if created[user] > 1 {
			t.Errorf("%s has power in %d organizations of their own (L2)", user, created[user])
		}
		if offers[user] > 2 {
			t.Errorf("%s can accept %d invitations (L7)", user, offers[user])
		}
		if rules.UsageOf(rules.Best(p.powerful()), user).Over() {
			t.Errorf("%s has more power than a limit allows", user)
		}
	}
	for name, users := range seats {
		if forAll, known := rules.SeatsForAll(rules.Best(p.powerful()), name); len(users) > 3 || !forAll || !known {
			t.Errorf("%s has %d seats in use (E5)", name, len(users))
		}
	}
}
