// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// Everything is a day old: the trial ends 14 days after now, and the warning comes from 11 days after now.
func TestWarnings(t *testing.T) {
	const days = 24 * time.Hour
	zylker := org("zylker", john)
	subscribed := zylker.on(v1alpha1.EditionStandard, 5)
	until := zylker.subscribedUntil(now.Add(14 * days))
	lapses, lapsed := "the subscription of zylker ends at 2026-03-16T12:00:00Z", "the subscription of zylker ended at 2026-03-16T12:00:00Z"
	const stopped = "the platform suspends zylker, and its condition Ready says why"
	ends, ended := "the trial of zylker ends at 2026-03-16T12:00:00Z", "the trial of zylker ended at 2026-03-16T12:00:00Z"
	for sentence, tc := range map[string]struct {
		world world
		actor rules.Actor
		after time.Duration
		now   object // what the change makes of the organization, if it is one of the organization
		want  string // how the warning begins; empty: none
	}{
		"E3: three days before the end its super admin is warned":   {world{}.with(zylker), user(john), 11 * days, nil, ends},
		"E3: and not a second earlier":                              {world{}.with(zylker), user(john), 11*days - time.Second, nil, ""},
		"E3: until the last second":                                 {world{}.with(zylker), user(john), 14*days - time.Second, nil, ends},
		"E3: at the end is said how to resume":                      {world{}.with(zylker), user(john), 14 * days, nil, ended},
		"E3: an Administrator is warned too":                        {world{}.with(zylker, admin(bob, "zylker")), user(bob), 12 * days, nil, ends},
		"E3: and platform actors":                                   {world{}.with(zylker), platform, 12 * days, nil, ends},
		"U3: a Standard member is not":                              {world{}.with(zylker, member(bob, "zylker")), user(bob), 12 * days, nil, ""},
		"U3: nor an Administrator of another organization":          {world{}.with(zylker, org("other", alice)), user(alice), 12 * days, nil, ""},
		"U3: nor a suspended Administrator":                         {world{}.with(zylker, admin(bob, "zylker").suspended()), user(bob), 12 * days, nil, ""},
		"U2: nor an actor without an address":                       {world{}.with(zylker), anonymous, 12 * days, nil, ""},
		"E3: an organization with a subscription brings no warning": {world{}.with(subscribed), user(john), 12 * days, nil, ""},
		"E3: nor does the request that subscribes":                  {world{}.with(zylker), user(john), 12 * days, subscribed, ""},
		"E3: the end of a subscription brings a warning":            {world{}.with(subscribed), platform, 12 * days, zylker, ends},
		"E2: a trial that was extended is not at its end":           {world{}.with(zylker.trialUntil(now.Add(20 * days))), user(john), 12 * days, nil, ""},
		"E2: an extension brings no warning":                        {world{}.with(zylker), platform, 14 * days, zylker.trialUntil(now.Add(20 * days)), ""},
		"E3: the policy says when":                                  {world{}.with(zylker, policyWith(trial(15, 5))), user(john), 9 * days, nil, ends},
		"E3: or that nobody is warned":                              {world{}.with(zylker, policyWith(trial(15, 0))), user(john), 14*days - time.Second, nil, ""},
		"E2: an end that has passed brings one":                     {world{}.with(zylker), platform, 0, zylker.trialUntil(now.Add(-time.Hour)), "the trial of zylker ended at"},
		"E8: three days before the end of a subscription":           {world{}.with(until), user(john), 11 * days, nil, lapses},
		"E8: and not a second earlier":                              {world{}.with(until), user(john), 11*days - time.Second, nil, ""},
		"E8: at its end is said who resumes it":                     {world{}.with(until), user(john), 14 * days, nil, lapsed},
		"E8: nor does its renewal":                                  {world{}.with(until), platform, 14 * days, zylker.subscribedUntil(now.Add(30 * days)), ""},
		"E8: the end of a trial is none under a subscription":       {world{}.with(until.trialUntil(now)), user(john), 0, nil, ""},
		"E8: one that the platform suspends says who resumes it":    {world{}.with(zylker.stopped("Unpaid")), user(john), 0, nil, stopped},
		"E8: whatever else has ended":                               {world{}.with(zylker.stopped("Unpaid")), user(john), 20 * days, nil, stopped},
		"E8: the request that suspends, too":                        {world{}.with(zylker), platform, 0, zylker.stopped("Unpaid"), stopped},
		"E8: the request that resumes is told nothing":              {world{}.with(zylker.stopped("Unpaid")), platform, 0, zylker, ""},
		"E8, U3: a Standard member is not warned":                   {world{}.with(zylker.stopped("Unpaid"), member(bob, "zylker")), user(bob), 0, nil, ""},
		"O7: an organization in deletion brings no warning":         {world{}.with(zylker.terminating()), platform, 12 * days, nil, ""},
		"R8: nor does a missing one":                                {world{}, platform, 12 * days, nil, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			act := rules.Act{Actor: tc.actor, Now: now.Add(tc.after), BaseDomain: baseDomain}
			got := strings.Join(rules.Warnings(rules.Best(tc.world), act, "zylker", said(tc.now)), "\n")
			if (tc.want == "") != (got == "") || !strings.HasPrefix(got, tc.want) {
				t.Errorf("got %q, want %q …", got, tc.want)
			}
			does := strings.Contains(got, "spec.subscription") || strings.Contains(got, "spec.suspended")
			if got != "" && (!does || !strings.HasSuffix(got, rule(tc.want)) || len(got) > 256) {
				t.Errorf("says not what to do, not the rule, or more than an API server passes on: %q", got)
			}
		})
	}
}

// rule is the one of which a warning tells.
func rule(warning string) string {
	if strings.HasPrefix(warning, "the trial") {
		return "[E3]"
	}
	return "[E8]"
}

func TestWarningsOfNoOrganization(t *testing.T) {
	act := rules.Act{Actor: platform, Now: now}
	if got := rules.Warnings(rules.Best(world{}.with(org("zylker", john))), act, "", nil); got != nil {
		t.Errorf("got %q", got)
	}
}
