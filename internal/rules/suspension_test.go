// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// Only the platform suspends, resumes, and sets the end of a subscription, in whatever way it is written (E8).
func TestE8WhoSuspends(t *testing.T) {
	end := now.AddDate(1, 0, 0)
	zylker := org("zylker", john).on(v1alpha1.EditionStandard, 5)
	limited, stopped := zylker.subscribedUntil(end), zylker.stopped("Unpaid invoices")
	more := limited.having(func(o *v1alpha1.Organization) { o.Spec.Subscription.Licenses = 9 })
	there := func(o organization) world {
		return world{}.with(o, admin(john, "zylker"), admin(alice, "zylker"), member(bob, "zylker"))
	}
	own := world{}.with(org("own", john))
	run(t, map[string]testCase{
		"E8: the platform suspends":                                  {there(zylker), by(platform).changes(zylker, stopped), nil, false, nil},
		"E8: and resumes":                                            {there(stopped), by(platform).changes(stopped, zylker), nil, false, nil},
		"E8: the super admin does not suspend":                       {there(zylker), by(user(john)).changes(zylker, stopped), []string{"E8"}, false, []string{"leave spec.suspended as it is"}},
		"E8: nor resume":                                             {there(stopped), by(user(john)).changes(stopped, zylker), []string{"E8"}, false, []string{"only a platform actor"}},
		"E8: nor give another reason":                                {there(stopped), by(user(john)).changes(stopped, zylker.stopped("All is well")), []string{"E8"}, false, nil},
		"E8: an Administrator does not resume":                       {there(stopped), by(user(alice)).changes(stopped, zylker), []string{"E8"}, false, nil},
		"E8: a Standard member changes nothing":                      {there(stopped), by(user(bob)).changes(stopped, zylker), []string{"R4"}, false, nil},
		"E8: a suspended organization is renamed by its own":         {there(stopped), by(user(alice)).changes(stopped, renamed(stopped)), nil, false, nil},
		"E8: the platform sets an end":                               {there(zylker), by(platform).changes(zylker, limited), nil, false, nil},
		"E8: moves it":                                               {there(limited), by(platform).changes(limited, zylker.subscribedUntil(now)), nil, false, nil},
		"E8: and removes it":                                         {there(limited), by(platform).changes(limited, zylker), nil, false, nil},
		"E8: the super admin sets none":                              {there(zylker), by(user(john)).changes(zylker, limited), []string{"E8"}, false, []string{"spec.subscription.endsAt"}},
		"E8: nor moves it":                                           {there(limited), by(user(john)).changes(limited, zylker.subscribedUntil(end.AddDate(1, 0, 0))), []string{"E8"}, false, nil},
		"E8: nor brings it closer":                                   {there(limited), by(user(john)).changes(limited, zylker.subscribedUntil(now)), []string{"E8"}, false, nil},
		"E8: nor removes it":                                         {there(limited), by(user(john)).changes(limited, zylker), []string{"E8"}, false, nil},
		"E8: nor gives the subscription back with it":                {there(limited), by(user(john)).changes(limited, org("zylker", john)), []string{"E8"}, false, nil},
		"E8: the super admin buys more and keeps the end":            {there(limited), by(user(john)).changes(limited, more), nil, false, nil},
		"E8: the same instant in another time zone is no change":     {there(limited), by(user(john)).changes(limited, zylker.subscribedUntil(end.In(time.FixedZone("", 3600)))), nil, false, nil},
		"E8: a first subscription brings no end of its own":          {there(org("zylker", john)), by(user(john)).changes(org("zylker", john), zylker.subscribedUntil(end)), []string{"E8"}, false, nil},
		"E8: both mistakes are told at once":                         {there(zylker), by(user(john)).changes(zylker, limited.stopped("Why not")), []string{"E8"}, false, []string{"suspend an organization", "the end of a subscription"}},
		"E8: nobody else creates a suspended one":                    {own, by(user(john)).creates(org("third", john).stopped("Later")), []string{"E8"}, false, []string{"leave it out"}},
		"E8: nobody else creates one whose subscription ends":        {own, by(user(john)).creates(org("third", john).subscribedUntil(end)), []string{"O4"}, false, nil},
		"E8: the platform restores one that is suspended":            {own, by(platform).creates(org("third", john).subscribedUntil(now).stopped("Unpaid")), nil, false, nil},
		"E8: a suspension is no restoration, so O1 applies":          {world{}.with(zylker, member(bob, "zylker")), by(platform).creates(org("third", bob).stopped("Unpaid")), []string{"O1"}, false, nil},
		"E8, O7: what is being deleted is not resumed any more":      {there(stopped), by(platform).changes(stopped.terminating(), zylker.terminating()), []string{"O7"}, false, nil},
		"E8, E6: what has ended keeps its seats, which can be fewer": {there(limited), by(user(john)).later(400).changes(limited, limited.having(func(o *v1alpha1.Organization) { o.Spec.Subscription.Licenses = 2 })), []string{"E6"}, false, nil},
	})
}

func renamed(o organization) organization {
	return o.having(func(o *v1alpha1.Organization) { o.Spec.DisplayName = "Other" })
}

// A suspended organization gets nothing new, keeps what it has, and can lose it (E8).
func TestE8WhatIsSuspended(t *testing.T) {
	zylker := org("zylker", john).on(v1alpha1.EditionStandard, 5)
	stopped, until := zylker.stopped("Unpaid invoices"), zylker.subscribedUntil(now.AddDate(0, 0, 14))
	invited := invite(bob, "zylker")
	in := func(o organization, more ...object) world { return world{}.with(o).with(more...) }
	run(t, map[string]testCase{
		"E8: nobody is invited":                                      {in(stopped), by(user(john)).creates(invited), []string{"E8"}, false, []string{"platform suspends zylker", "(spec.suspended)"}},
		"E8: nobody is made a member":                                {in(stopped), by(platform).creates(member(bob, "zylker")), []string{"E8"}, false, nil},
		"E8: nothing is bound":                                       {in(stopped), by(user(john)).creates(bound("zylker", "ZohoDesk", "help")), []string{"E8"}, false, nil},
		"E8: no suspended member comes back":                         {in(stopped), by(user(john)).changes(member(bob, "zylker").suspended(), member(bob, "zylker")), []string{"E8"}, false, nil},
		"E8, U3: an invitee cannot accept, and is not told why":      {in(stopped, invited), by(user(bob)).creates(invited.accepts()), []string{"I8"}, false, []string{"ask the person who invited you"}},
		"E8: and can decline":                                        {in(stopped, invited), by(user(bob)).creates(invited.declines()), nil, false, nil},
		"E8: an invitation is revoked":                               {in(stopped, invited), by(user(john)).changes(invited, invited.revoked()), nil, false, nil},
		"E8, R6: a member leaves":                                    {in(stopped, member(bob, "zylker")), by(user(bob)).deletes(member(bob, "zylker")), nil, false, nil},
		"E8: a member is suspended":                                  {in(stopped, member(bob, "zylker")), by(user(john)).changes(member(bob, "zylker"), member(bob, "zylker").suspended()), nil, false, nil},
		"E8: subscribing does not resume":                            {in(stopped), by(user(john)).changes(stopped, stopped.on(v1alpha1.EditionStandard, 9)), nil, false, nil},
		"E8: the last second of a subscription is one":               {in(until), by(user(john)).later(14).changesClock(-time.Second).creates(invited), nil, false, nil},
		"E8: at its end nothing more is added":                       {in(until), by(user(john)).later(14).creates(invited), []string{"E8"}, false, []string{"subscription of zylker has ended", "renew it"}},
		"E8: not by platform actors either":                          {in(until), by(platform).later(14).creates(member(bob, "zylker")), []string{"E8"}, false, nil},
		"E8: before it invitations are accepted":                     {in(until, invited), by(user(bob)).later(5).creates(invited.accepts()), nil, false, nil},
		"E8, I8: an end that has passed, and an answer":              {in(zylker.subscribedUntil(now), invited), by(user(bob)).creates(invited.accepts()), []string{"I8"}, false, nil},
		"E8: an end at the first second of 1970 has passed":          {in(zylker.subscribedUntil(time.Unix(0, 0))), by(user(john)).creates(invited), []string{"E8"}, false, nil},
		"E8: a trial that is longer is none under a subscription":    {in(until.trialUntil(now.AddDate(1, 0, 0))), by(user(john)).later(14).creates(invited), []string{"E8"}, false, nil},
		"E8: a trial that is over is none before that end":           {in(until.trialUntil(now)), by(user(john)).creates(invited), nil, false, nil},
		"E8, O1: its Administrator may create another organization":  {in(stopped), by(user(john)).creates(org("third", john)), nil, false, nil},
		"E8, L1: a place in it counts":                               {in(stopped, member(bob, "zylker"), org("third", alice), policyWith(limits(oneOrganization))), by(platform).creates(member(bob, "third")), []string{"L1"}, false, nil},
		"E8: another organization is free":                           {in(stopped, org("third", john)), by(user(john)).creates(invite(bob, "third")), nil, false, nil},
		"E8: who invites while it may be suspended tries again":      {world{}.changing(zylker, stopped), by(user(john)).creates(invited), []string{"E8"}, true, nil},
		"E8: who invites while it may be resumed tries again, too":   {world{}.changing(stopped, zylker), by(user(john)).creates(invited), []string{"E8"}, true, nil},
		"E8: who invites while an end comes closer tries again":      {world{}.changing(until, zylker.subscribedUntil(now)), by(user(john)).creates(invited), []string{"E8"}, true, nil},
		"E8: who invites while it is renewed, and the end came":      {world{}.changing(until, zylker), by(user(john)).later(14).creates(invited), []string{"E8"}, true, nil},
		"E8: who invites while one reason takes another's place":     {world{}.changing(until, stopped), by(user(john)).later(14).creates(invited), []string{"E8"}, true, nil},
		"E8: a reason in other words changes nothing that is judged": {in(stopped), by(platform).changes(stopped, zylker.stopped("Fraud")), nil, false, nil},
	})
}

func oneOrganization(l *v1alpha1.LimitsPolicy) { l.OrganizationsPerUser = new(int32(1)) }

// The reason follows from the organization's own spec and the clock. The platform's decision comes first.
func TestE8WhySuspended(t *testing.T) {
	zylker := org("zylker", john)
	for sentence, tc := range map[string]struct {
		org   organization
		after time.Duration
		want  string
	}{
		"on trial":                              {zylker, 0, ""},
		"E3: at its end":                        {zylker, 14 * 24 * time.Hour, v1alpha1.ReasonTrialEnded},
		"subscribed for good":                   {zylker.on(v1alpha1.EditionStandard, 5), 4000 * 24 * time.Hour, ""},
		"E8: subscribed until later":            {zylker.subscribedUntil(now), -time.Second, ""},
		"E8: the end of that":                   {zylker.subscribedUntil(now), 0, v1alpha1.ReasonSubscriptionEnded},
		"E8: by the platform":                   {zylker.stopped("Unpaid"), 0, v1alpha1.ReasonSuspendedByPlatform},
		"E8: by the platform, whatever is over": {zylker.subscribedUntil(now).stopped("Unpaid"), 0, v1alpha1.ReasonSuspendedByPlatform},
	} {
		t.Run(sentence, func(t *testing.T) {
			account := said(tc.org)[0].(rules.Account)
			got := account.WhySuspended(rules.DefaultPolicy, now.Add(tc.after))
			if got != tc.want || account.Suspended(rules.DefaultPolicy, now.Add(tc.after)) != (got != "") {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// UntilNews leads to each instant at which a controller has something to say: the warning, and the end.
func TestE8TheNextNews(t *testing.T) {
	const day = 24 * time.Hour
	p := rules.DefaultPolicy
	until := said(org("zylker", john).subscribedUntil(now.Add(10 * day)))[0].(rules.Account)
	for after, want := range map[time.Duration]time.Duration{0: 7 * day, 7*day - 1: 1, 7 * day: 3 * day, 10*day - 1: 1, 10 * day: 0, 11 * day: 0} {
		at := now.Add(after)
		if got := until.UntilNews(p, at); got != want {
			t.Errorf("after %s: %s, want %s", after, got, want)
		}
		if ending, over := until.Ending(p, at), until.Over(p, at); ending != (after >= 7*day && after < 10*day) || over != (after >= 10*day) {
			t.Errorf("after %s: ending %t, over %t", after, ending, over)
		}
	}
	if forever := said(org("zylker", john).on(v1alpha1.EditionStandard, 5))[0].(rules.Account); forever.UntilNews(p, now) != 0 {
		t.Error("nothing ends, and there is news to come")
	}
}

// With changes in flight: what the Worst outlook admits, no outcome suspends. What the Best refuses, all of them do (E3, E8).
func TestSuspensionInEveryOutcome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := anOrganization("zylker")
		s := scene{{states: []object{draw(t), draw(t)}, another: draw}, {states: []object{policyWith(trial(rapid.Int32Range(1, 20).Draw(t, "days"), 0))}}}
		c := by(platform).later(rapid.IntRange(0, 30).Draw(t, "later")).creates(bound("zylker", "ZohoDesk", "help"))
		refused := func(outlook func(rules.World) rules.Outlook) bool { return len(c.judge(outlook, s.world())) > 0 }
		suspended, all := false, true
		s.outcomes(func(facts []rules.Fact) {
			closed := isClosed(facts, c.act.Now)
			suspended, all = suspended || closed, all && closed
		})
		if worst := refused(confirmed); worst != suspended {
			t.Errorf("the worst outlook refuses: %t, suspended in an outcome: %t", worst, suspended)
		}
		certain := slices.Equal(said(s[0].states[0]), said(s[0].states[1]))
		if best := refused(rules.Best); best && !all || certain && best != all {
			t.Errorf("the best outlook refuses: %t, suspended in all outcomes: %t", best, all)
		}
	})
}

// isClosed is an oracle: by the spec's own words, nothing can be added.
func isClosed(facts []rules.Fact, at time.Time) bool {
	a, days := rules.Account{}, int32(15)
	for _, f := range facts {
		switch f := f.(type) {
		case rules.Account:
			a = f
		case rules.Policy:
			days = f.TrialDays
		}
	}
	end := a.CreatedAt + int64(days)*86400
	if a.Licenses > 0 {
		end = a.SubscriptionEndsAt
	}
	return a.Terminating || a.Stopped || end != 0 && at.Unix() >= end
}
