// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"fmt"
	"time"
)

// TrialEnd is the instant at which the trial ends (E2). A platform actor may set it. Otherwise it comes the promised number of days after
// creation. Trials without a promise follow the policy in force (L9).
func (a Account) TrialEnd(p Policy) time.Time {
	if a.TrialEndsAt != 0 {
		return time.Unix(a.TrialEndsAt, 0)
	}
	return time.Unix(a.CreatedAt, 0).Add(days(cmp.Or(a.TrialDays, p.TrialDays)))
}

// Suspended reports whether the trial has ended without a subscription (E3).
func (a Account) Suspended(p Policy, now time.Time) bool {
	return !a.Subscribed() && !now.Before(a.TrialEnd(p))
}

// TrialWarning is the instant from which those who administer the organization are warned of the end of its trial (E3).
func (a Account) TrialWarning(p Policy) time.Time {
	return a.TrialEnd(p).Add(-days(p.TrialWarningDays))
}

// TrialEnding reports whether the trial is in its last days, without a subscription (E3).
func (a Account) TrialEnding(p Policy, now time.Time) bool {
	return !a.Subscribed() && !now.Before(a.TrialWarning(p)) && now.Before(a.TrialEnd(p))
}

// Warnings tell the sender of a change, beside the answer, that the organization's trial is about to end, or has ended (E3). Only its
// administrators and platform actors get them (U3). The facts of the change take precedence over the world's: a change that subscribes gets
// no warning.
func Warnings(o Outlook, act Act, organization string, after []Fact) []string {
	if organization == "" || !o.administers(act, organization) {
		return nil
	}
	accounts := reliedOn[Account](o, OrganizationKey(organization))
	if a, ok := find(after, func(a Account) bool { return a.Organization == organization }); ok {
		accounts = []Account{a}
	}
	for _, a := range accounts {
		if text := a.trialText(o.Policy(), act.Now); text != "" && !a.Terminating {
			return []string{text}
		}
	}
	return nil
}

// trialText describes the end of a trial, and what can be done about it.
func (a Account) trialText(p Policy, now time.Time) string {
	end := a.TrialEnd(p).UTC().Format(time.RFC3339)
	switch {
	case a.Suspended(p, now):
		return fmt.Sprintf("the trial of %s ended at %s and it is suspended; an Administrator resumes it by subscribing (spec.subscription) [E3]",
			a.Organization, end)
	case a.TrialEnding(p, now):
		return fmt.Sprintf("the trial of %s ends at %s; unless an Administrator subscribes before (spec.subscription), it is suspended then [E3]",
			a.Organization, end)
	}
	return ""
}
