// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestDomainsAreClaimedOnce(t *testing.T) {
	mine := world{}.with(org("own", john))
	third, hidden := org("third", john).at("", crm), org("hidden", carol).at("", crm)
	lead, operator := by(user(john)), by(platform)
	served := hidden.having(func(o *v1alpha1.Organization) { o.Status.Hosts = []string{crm} })
	run(t, map[string]testCase{
		"A8: a domain that another only asks for is asked for":          {mine.with(hidden), lead.creates(third), nil, false, nil},
		"A8: so is one that another has proved: it may be stale":        {mine.with(hidden.claiming(crm)), lead.creates(third), nil, false, nil},
		"A8: so is one that is reserved":                                {mine.with(reserve(crm)), lead.creates(third), nil, false, nil},
		"A8: a proved domain is claimed, also if others ask for it":     {mine.with(hidden), operator.changes(third, third.claiming(crm)), nil, false, nil},
		"A2: one that another claims is not":                            {mine.with(hidden.claiming(crm)), operator.changes(third, third.claiming(crm)), []string{"A2"}, false, []string{"spec.accessURL: the host crm.zylker.com is not free"}},
		"A2: nor one that another still serves":                         {mine.with(served), operator.changes(third, third.claiming(crm)), []string{"A2"}, false, nil},
		"A2: nor one that another claims and asks no more":              {mine.with(org("hidden", carol).claiming(crm)), operator.changes(third, third.claiming(crm)), []string{"A2"}, false, nil},
		"A6: nor one that is reserved":                                  {mine.with(reserve(crm)), operator.changes(third, third.claiming(crm)), []string{"A2"}, false, nil},
		"A6: one that is reserved to it is":                             {mine.with(reserve(crm).heldFor(third)), operator.changes(third, third.claiming(crm)), nil, false, nil},
		"A2: two that claim it at once do not both get it":              {mine.changing(hidden, hidden.claiming(crm)), operator.changes(third, third.claiming(crm)), []string{"A2"}, true, nil},
		"A2: one that is being given up is waited for":                  {mine.changing(hidden.claiming(crm), hidden), operator.changes(third, third.claiming(crm)), []string{"A2"}, true, nil},
		"A2: a claim with the UID of a former organization is no claim": {mine.with(hidden.claiming(crm).named("later")), operator.changes(third, third.claiming(crm)), nil, false, nil},
		"A2: the claim is given up":                                     {mine.with(hidden), operator.changes(third.claiming(crm), third), nil, false, nil},
		"A8: no person claims":                                          {mine, lead.changes(third, third.claiming(crm)), []string{"R4"}, false, []string{"only a platform actor may set or remove the annotation polyorg.io/domain-claim"}},
		"A8: or gives a claim up, except by the spec":                   {mine, lead.changes(third.claiming(crm), third), []string{"R4"}, false, nil},
		"A2: a claimed domain is reserved to nobody":                    {mine.with(hidden.claiming(crm)), operator.creates(reserve(crm)), []string{"A2"}, false, nil},
		"A8: a domain that only somebody asks for can be":               {mine.with(hidden), operator.creates(reserve(crm)), nil, false, nil},
	})
}

func TestA8WhoOutranksAtADomain(t *testing.T) {
	first, later := org("first", john).at("", crm), org("later", carol).at("", crm).having(func(o *v1alpha1.Organization) {
		o.CreationTimestamp = metav1.NewTime(now)
	})
	if !rules.Outranks(first.claiming(crm).Organization, later.claiming(crm).Organization, crm) {
		t.Error("of two that claim it, past admission, the older does not get it")
	}
	if rules.Outranks(first.Organization, later.claiming(crm).Organization, crm) {
		t.Error("an older organization without proof keeps the one with a proof out")
	}
	if !rules.Outranks(later.claiming(crm).Organization, first.Organization, crm) {
		t.Error("a claim does not go before a mere wish")
	}
}

func TestA8AStatusKeepsTheWholeClaim(t *testing.T) {
	whole := rules.DomainClaim{
		Domain: crm, Holder: "organization/zylker", ProvedAt: now.Add(-time.Hour), Until: now.Add(time.Hour), Misses: 3, Fruitless: 4,
		LookedAt: now.Add(-time.Minute), Last: rules.DomainLook{Answer: rules.DomainNotFound, Reason: "it did not exist", Repeats: 5 * time.Minute},
		Answered: now.Add(-2 * time.Minute), Waived: true,
	}
	for sentence, c := range map[string]rules.DomainClaim{
		"all of it": whole,
		"a new one": rules.ClaimDomain(rules.DefaultPolicy, rules.DomainClaim{}, "organization/zylker", crm, false, now),
		"without a time for which the resolver repeats": {Domain: crm, Holder: "u", LookedAt: now, Last: rules.DomainLook{Answer: rules.DomainFound}},
	} {
		t.Run(sentence, func(t *testing.T) {
			o := org("zylker", john)
			o.Status.CustomDomain = c.Status("polyorg-value", nil, now)
			if diff := cmp.Diff(c, rules.DomainClaimOf(o.Organization)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if c := rules.DomainClaimOf(org("zylker", john).Organization); c != (rules.DomainClaim{}) {
		t.Errorf("a claim out of nothing: %+v", c)
	}
}

func TestA8AStatusSaysSinceWhen(t *testing.T) {
	c := rules.ClaimDomain(rules.DefaultPolicy, rules.DomainClaim{}, "uid", crm, false, now)
	began := c.Status("v", nil, now)
	later := c.Status("v", began, now.Add(time.Hour))
	if !later.Since.Time.Equal(now) || later.State != v1alpha1.CustomDomainProvisional {
		t.Errorf("%s since %s", later.State, later.Since)
	}
	proved := c.Looked(rules.DefaultPolicy, rules.DomainLook{Answer: rules.DomainFound}, time.Time{}, now.Add(2*time.Hour)).Status("v", later, now.Add(2*time.Hour))
	if !proved.Since.Time.Equal(now.Add(2*time.Hour)) || proved.State != v1alpha1.CustomDomainProved || proved.EndsAt != nil {
		t.Errorf("%+v", proved)
	}
	other := rules.ClaimDomain(rules.DefaultPolicy, c, "uid", "crm.zylker.net", false, now.Add(time.Hour)).Status("v", began, now.Add(time.Hour))
	if other.Since.Time.Equal(now) {
		t.Error("another domain has waited since before it was asked for")
	}
}

func TestA8WhatAnOrganizationWasTold(t *testing.T) {
	o := org("zylker", john).at("", crm)
	o.Status.CustomDomain = &v1alpha1.CustomDomainStatus{Host: crm, OrganizationUID: o.UID, Record: v1alpha1.DNSRecord{Value: "v"}}
	if got := rules.ToldDomainValue(o.Organization, crm); got != "v" {
		t.Errorf("got %q", got)
	}
	for sentence, got := range map[string]string{
		"for another domain":         rules.ToldDomainValue(o.Organization, "crm.zylker.net"),
		"to a former organization":   rules.ToldDomainValue(o.named("later").Organization, crm),
		"to one that was never told": rules.ToldDomainValue(org("zylker", john).Organization, crm),
	} {
		if got != "" {
			t.Errorf("A8: %s: %q proves", sentence, got)
		}
	}
}

func TestA8WhatDNSSaysOfARivalAsksForALook(t *testing.T) {
	at := now.Add(-time.Hour)
	claim := func(proved, until time.Time, answer rules.DomainAnswer) rules.DomainClaim {
		return rules.DomainClaim{Domain: crm, ProvedAt: proved, Until: until, LookedAt: at, Last: rules.DomainLook{Answer: answer}}
	}
	never := time.Time{}
	holder, lost := claim(at, never, rules.DomainFound), claim(never, at, rules.DomainFound)
	missing, waiting := claim(at, now.Add(time.Hour), rules.DomainNotFound), claim(never, now.Add(time.Hour), rules.DomainNotFound)
	elsewhere, waived, since := lost, holder, holder
	elsewhere.Domain, waived.Waived, since.LookedAt = "crm.zylker.net", true, at.Add(time.Second)
	for sentence, tc := range map[string]struct {
		claim, rival rules.DomainClaim
		want         bool
	}{
		"the holder looks when a rival has published the record":   {holder, lost, true},
		"so does one whose record is missing":                      {missing, lost, true},
		"not when a rival only asks":                               {holder, waiting, false},
		"nor if it has looked since":                               {since, lost, false},
		"nor if it needs no proof":                                 {waived, lost, false},
		"the one that lost looks when the holder's record is gone": {lost, missing, true},
		"not while it is there":                                    {lost, holder, false},
		"nor one that has published nothing":                       {waiting, missing, false},
		"nor for another domain":                                   {holder, elsewhere, false},
		"two that are proved leave it to their times":              {holder, holder, false},
	} {
		got, needed := tc.claim.ContestedLook(tc.rival, now)
		if needed != tc.want || needed && !got.Equal(at.Add(10*time.Second)) {
			t.Errorf("A8: %s: got %t at %s", sentence, needed, got)
		}
	}
}

func TestA8AClaimThatEndsSoon(t *testing.T) {
	for sentence, tc := range map[string]struct {
		claim rules.DomainClaim
		want  bool
	}{
		"one that has just begun":            {rules.DomainClaim{Until: now.Add(7 * 24 * time.Hour)}, false},
		"one in its last days":               {rules.DomainClaim{Until: now.Add(24 * time.Hour)}, true},
		"one whose record is missing":        {rules.DomainClaim{ProvedAt: now, Until: now.Add(7 * 24 * time.Hour)}, true},
		"one that is proved":                 {rules.DomainClaim{ProvedAt: now}, false},
		"one that is over says so by itself": {rules.DomainClaim{Until: now}, false},
	} {
		if got := tc.claim.Ending(now); got != tc.want {
			t.Errorf("A8: %s: got %t", sentence, got)
		}
	}
}

func TestA8PeopleAskForALook(t *testing.T) {
	mine := world{}
	before := org("zylker", john).at("", crm)
	asks := func(at string) organization {
		return before.having(func(o *v1alpha1.Organization) {
			o.Annotations = map[string]string{v1alpha1.VerifyDomainRequestedAtAnnotation: at}
		})
	}
	run(t, map[string]testCase{
		"A8: its super admin asks for a look": {mine, by(user(john)).changes(before, asks("2026-03-02T12:00:00Z")), nil, false, nil},
		"A8: with a time":                     {mine, by(user(john)).changes(before, asks("soon")), []string{"A8"}, false, []string{"is no RFC 3339 time"}},
		"R4: nobody else does":                {mine, by(user(carol)).changes(before, asks("2026-03-02T12:00:00Z")), []string{"R4"}, false, nil},
	})
	o := asks("2026-03-02T12:00:00.75Z").Organization
	if at, err := rules.RequestedDomainLook(o); err != nil || !at.Equal(now) {
		t.Errorf("got %s, %v; a status keeps no part of a second, so the request would stay new", at, err)
	}
}
