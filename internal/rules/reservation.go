// SPDX-License-Identifier: Apache-2.0

package rules

import "time"

// ReservationEnd is the instant until which a host that is given up now stays reserved to its former holder (A6, A7). Days are counted in
// UTC, where each has 24 hours, so the operator's own time zone changes nothing.
func (p Policy) ReservationEnd(now time.Time) time.Time {
	return now.UTC().Add(days(p.ReservationDays)).Truncate(time.Second)
}
