// SPDX-License-Identifier: Apache-2.0

package main

import (
	"maps"
	"testing"
)

func TestNobodyIsTwiceInAnOrganization(t *testing.T) {
	for _, l := range []large{{10, 100, 1, 0}, {200, 2000, 1, 0}, {10000, 100000, 1, 0}, {50, 5000, 1, 0}} {
		if err := l.check(); err != nil {
			t.Fatal(err)
		}
		seen, own := map[[2]int]bool{}, 0
		for i := range l.memberships {
			organization, user := l.place(i)
			if organization == user {
				own++
			}
			seen[[2]int{organization, user}] = true
		}
		if len(seen) != l.memberships || own < min(l.organizations, l.people()) {
			t.Errorf("%+v: %d places for %d memberships, %d of them of super admins", l, len(seen), l.memberships, own)
		}
	}
}

func TestLargeRefusesWhatCannotBe(t *testing.T) {
	for _, l := range []large{{5, 100, 1, 0}, {997, 100, 1, 0}, {10, 5, 1, 0}, {10, 100, 0, 0}} {
		if l.check() == nil {
			t.Errorf("%+v is taken", l)
		}
	}
}

func TestWritesSince(t *testing.T) {
	before := requests{"PATCH users/status 200": 3, "PUT leases 200": 7, "GET users 200": 1}
	after := requests{
		"PATCH users/status 200": 5, "PUT leases 200": 9, "GET users 200": 4, "POST users 409": 1,
		"POST subjectaccessreviews 201": 2, "APPLY roles 200": 1, "DELETE events 200": 1,
	}
	want := map[string]int{"PATCH users/status 200": 2, "POST users 409": 1, "APPLY roles 200": 1, "DELETE events 200": 1}
	if got := after.writesSince(before); !maps.Equal(got, want) {
		t.Errorf("writes %v, want %v", got, want)
	}
}
