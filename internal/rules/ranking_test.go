// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// granted is a membership that was given its place.
func (m membership) granted() membership {
	m.Membership = m.DeepCopy()
	m.Status.Conditions = judged(metav1.ConditionTrue)
	return m
}

// waiting is an object about which the operator has not decided yet.
func (m membership) waiting() membership {
	m.Membership = m.DeepCopy()
	m.Status.Conditions = nil
	return m
}

// refused is a membership that found no place.
func (m membership) refused() membership {
	m = m.waiting()
	m.Status.Conditions = judged(metav1.ConditionFalse)
	return m
}

func TestBefore(t *testing.T) {
	at := func(uid string, second int64, granted bool) rules.Rank {
		r := rules.RankOf(member(john, uid))
		r.Since, r.Granted = time.Unix(second, 0), granted
		return r
	}
	for sentence, tc := range map[string]struct {
		first, second rules.Rank
	}{
		"the older goes first":                             {at("b", 1, false), at("a", 2, false)},
		"of two made in one second the smaller UID wins":   {at("a", 2, false), at("b", 2, false)},
		"a place once given goes before age (L9)":          {at("b", 2, true), at("a", 1, false)},
		"of two that have their places the older is first": {at("b", 1, true), at("a", 2, true)},
	} {
		t.Run(sentence, func(t *testing.T) {
			if !tc.first.Before(tc.second) || tc.second.Before(tc.first) {
				t.Errorf("want %v before %v, and not the other way", tc.first, tc.second)
			}
			if tc.first.Before(tc.first) {
				t.Error("nobody goes before themselves")
			}
		})
	}
}

func TestActive(t *testing.T) {
	for sentence, tc := range map[string]struct {
		m    membership
		want bool
	}{
		"a membership with a place gives power": {member(john, "zylker").granted(), true},
		"not while it is suspended":             {member(john, "zylker").granted().suspended(), false},
		"not on its way out":                    {member(john, "zylker").granted().going(), false},
		"not without a place":                   {member(john, "zylker").waiting(), false},
		"not where there was none":              {member(john, "zylker").refused(), false},
	} {
		if got := rules.Active(tc.m.Membership); got != tc.want {
			t.Errorf("%s: got %v", sentence, got)
		}
	}
	if rules.Judged(member(john, "zylker").waiting().Membership) || !rules.Judged(member(john, "zylker").refused().Membership) {
		t.Error("who was refused a place was judged, and nobody else")
	}
}

func TestSurplus(t *testing.T) {
	one, two := int32(1), int32(2)
	tight := policyWith(limits(func(l *v1alpha1.LimitsPolicy) {
		l.OrganizationsPerUser, l.CreatedOrganizationsPerUser = &two, &one
		l.PendingInvitationsPerUser, l.PendingInvitationsPerSuperAdmin = &two, &one
	}))
	here := org("zylker", alice).on(v1alpha1.EditionStandard, 3)
	owned := func(o organization, own *membership) []rules.Fact {
		if own == nil {
			return []rules.Fact{rules.OwnerPlace(o.Organization, nil)}
		}
		return []rules.Fact{rules.OwnerPlace(o.Organization, own.Membership)}
	}
	created, invited := admin(john, "own").origin(v1alpha1.OriginCreated), admin(john, "own").origin(v1alpha1.OriginInvited)
	plus := func(name string) organization { return org(name, john).on(v1alpha1.EditionCRMPlus, 5) }
	for sentence, tc := range map[string]struct {
		ahead world
		said  []rules.Fact
		want  []string
	}{
		"a first membership has a place": {world{}.with(tight, here), said(member(john, "zylker")), nil},
		"one beyond the limit has none (L1)": {
			world{}.with(tight, here).with(elsewhere(2, nil, john)...), said(member(john, "zylker")), []string{"L1"}},
		"organizations on their way out take no place": {
			world{}.with(tight, here, org("gone", bob).terminating(), member(john, "gone")).with(elsewhere(1, nil, john)...), said(member(john, "zylker")), nil},
		"those that are not there yet do (R8)": {
			world{}.with(tight, here, member(john, "coming")).with(elsewhere(1, nil, john)...), said(member(john, "zylker")), []string{"L1"}},
		"the super admin's membership is the organization's place": {
			world{}.with(tight, org("own", john)).with(elsewhere(2, nil, john)...), said(created), nil},
		"a second membership in one organization has none (L6)": {
			world{}.with(tight, here, member(john, "zylker").called("first")), said(member(john, "zylker")), []string{"L6"}},
		"a member beyond the seats has none (E5)": {
			world{}.with(here).with(crowd(2, "zylker")...), said(member(john, "zylker")), []string{"E5"}},
		"the seat of an accepted invitation is carried over": {
			world{}.with(here, invite(john, "zylker")).with(crowd(1, "zylker")...), said(member(john, "zylker")), nil},
		"a suspended member needs no seat": {
			world{}.with(here).with(crowd(2, "zylker")...), said(member(john, "zylker").suspended()), nil},

		"a first organization has a place":       {world{}.with(tight, org("own", john)), owned(org("own", john), nil), nil},
		"a second is one more than allowed (L2)": {world{}.with(tight, org("first", john)), owned(org("own", john), &created), []string{"L2"}},
		"a transferred one is as well (L2)":      {world{}.with(tight, org("first", john)), owned(org("own", john), &invited), []string{"L2"}},
		"a second CRM Plus one, by its founder (L3)": {
			world{}.with(plus("first"), plus("own").of(bob)), owned(plus("own"), &created), []string{"L3"}},
		"a second CRM Plus one, by a later super admin": {
			world{}.with(plus("first"), plus("own").of(bob)), owned(plus("own"), &invited), nil},
		"full of members, it has its super admin's seat all the same (R3)": {
			world{}.with(org("own", bob)).with(crowd(3, "own")...), owned(org("own", john), nil), nil},

		"an invitation has a place": {world{}.with(tight, here), said(invite(john, "zylker")), nil},
		"one beyond the list has none (L7)": {
			world{}.with(tight, here, org("secret1", bob), org("secret2", carol), invite(john, "secret1"), invite(john, "secret2")), said(invite(john, "zylker")), []string{"L7"}},
		"nor a second of one super admin (L7)": {
			world{}.with(tight, here, org("secret1", alice), invite(john, "secret1")), said(invite(john, "zylker")), []string{"L7"}},
		"nor a second of one organization (L6, L7)": {
			world{}.with(tight, here, invite(john, "zylker").called("first")), said(invite(john, "zylker")), []string{"L7", "L6"}},
		"nor one without a seat (E5)": {
			world{}.with(here).with(crowd(2, "zylker")...), said(invite(john, "zylker")), []string{"E5"}},

		"a binding has a place":                    {world{}.with(here), said(bound("zylker", "ZohoDesk", "desk")), nil},
		"not where another has the account (G1)":   {world{}.with(here, org("secret1", bob), bound("secret1", "ZohoDesk", "desk")), said(bound("zylker", "ZohoDesk", "desk")), []string{"G1"}},
		"not where it has another account (G1)":    {world{}.with(here, bound("zylker", "ZohoDesk", "other")), said(bound("zylker", "ZohoDesk", "desk")), []string{"G1"}},
		"but after an organization on its way out": {world{}.with(here, org("secret1", bob).terminating(), bound("secret1", "ZohoDesk", "desk")), said(bound("zylker", "ZohoDesk", "desk")), nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := rules.Surplus(rules.Best(tc.ahead), tc.said)
			expect(t, "the ranking", got, tc.want)
			if strings.Contains(got.String(), "secret") {
				t.Errorf("U3: %q names an organization elsewhere", got)
			}
		})
	}
}

func TestOutranks(t *testing.T) {
	asking := func(uid string, second int64, hosts ...string) *v1alpha1.Organization {
		o := org(uid, john)
		o.CreationTimestamp, o.Status.Hosts = metav1.Unix(second, 0), hosts
		return o.Organization
	}
	for sentence, tc := range map[string]struct {
		a, b *v1alpha1.Organization
		want bool
	}{
		"the older goes first":                  {asking("b", 1), asking("a", 2), true},
		"the one that serves the host keeps it": {asking("a", 1), asking("b", 2, "h"), false},
		"the older of two that serve":           {asking("a", 1, "h"), asking("b", 2, "h"), true},
		"of two made in one second one wins":    {asking("a", 1), asking("b", 1), true},
		"and the other loses":                   {asking("b", 1), asking("a", 1), false},
		"serving another host gives no claim":   {asking("b", 2, "other"), asking("a", 1), false},
	} {
		if got := rules.Outranks(tc.a, tc.b, "h"); got != tc.want {
			t.Errorf("%s: got %v", sentence, got)
		}
	}
}

func TestSeatsForAll(t *testing.T) {
	three := org("zylker", alice).on(v1alpha1.EditionStandard, 3)
	for sentence, tc := range map[string]struct {
		w             world
		forAll, known bool
	}{
		"as many as there are seats": {world{}.with(three).with(crowd(2, "zylker")...), true, true},
		"one more":                   {world{}.with(three).with(crowd(3, "zylker")...), false, true},
		"of an organization that was not seen, nothing follows from that": {world{}.with(crowd(9, "zylker")...), false, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			if forAll, known := rules.SeatsForAll(rules.Best(tc.w), "zylker"); forAll != tc.forAll || known != tc.known {
				t.Errorf("seats for all: %v, known: %v, want %v, %v", forAll, known, tc.forAll, tc.known)
			}
		})
	}
}
