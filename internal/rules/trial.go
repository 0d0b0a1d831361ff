// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
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

// End is the instant at which the organization's time is over: the end of its subscription (E8), or without one the end of its trial (E3).
// A subscription may have no end.
func (a Account) End(p Policy) (end time.Time, ends bool) {
	switch {
	case !a.Subscribed():
		return a.TrialEnd(p), true
	case a.SubscriptionEndsAt != 0:
		return time.Unix(a.SubscriptionEndsAt, 0), true
	}
	return time.Time{}, false
}

// Over reports whether the organization's time is over (E3, E8).
func (a Account) Over(p Policy, now time.Time) bool {
	end, ends := a.End(p)
	return ends && !now.Before(end)
}

// Ending reports whether the organization's time is over within the policy's days of warning (E3, E8).
func (a Account) Ending(p Policy, now time.Time) bool {
	end, ends := a.End(p)
	return ends && now.Before(end) && !now.Before(warning(p, end))
}

// UntilNews is the time until the warning of the end, or after that until the end itself; 0 if there is none to come.
func (a Account) UntilNews(p Policy, now time.Time) time.Duration {
	switch end, ends := a.End(p); {
	case !ends, !now.Before(end):
		return 0
	case now.Before(warning(p, end)):
		return warning(p, end).Sub(now)
	default:
		return end.Sub(now)
	}
}

// warning is the instant from which those who administer an organization are warned of an end.
func warning(p Policy, end time.Time) time.Time { return end.Add(-days(p.TrialWarningDays)) }
