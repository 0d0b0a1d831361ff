// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"maps"
	"slices"
)

// Counted names the organizations that count under each limit of one user's organizations (L1–L5), by rule. It counts as UsageOf does.
func Counted(o Outlook, user string) map[string][]string {
	j := newJudgement(o, Act{}, nil, nil)
	names := map[string][]string{}
	for _, l := range perUser {
		counted := j.counted(l, j.placesCountedAgainst(UserKey(user)), "")
		delete(counted, "") // the exception: none
		names[l.rule] = slices.Sorted(maps.Keys(counted))
	}
	return names
}
