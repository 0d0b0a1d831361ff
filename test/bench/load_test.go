// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"
	"testing"
)

// No creation of a load may be refused: a load that breaks a limit would measure refusals.
func TestLoadsKeepTheLimits(t *testing.T) {
	orgs := make([]string, comparedOrganizations)
	for i := range orgs {
		orgs[i] = strconv.Itoa(i)
	}
	for _, l := range loads {
		t.Run(l.name, func(t *testing.T) {
			places, organizations := map[string]bool{}, map[int]int{}
			for n := range 25 * users {
				organization, user := l.place(orgs, n)
				place := fmt.Sprint(organization, "/", user)
				if places[place] {
					t.Fatalf("creation %d is a second membership of user %d in organization %s (L6)", n, user, organization)
				}
				places[place] = true
				organizations[user]++
				if organizations[user] > 10 {
					t.Fatalf("creation %d is the eleventh organization of user %d (L1)", n, user)
				}
			}
		})
	}
}

func TestLoadOnManyMeetsNoOrganizationTwiceAtOnce(t *testing.T) {
	orgs := make([]string, comparedOrganizations)
	for i := range orgs {
		orgs[i] = strconv.Itoa(i)
	}
	last := map[string]int{}
	for n := range users { // among the creations of one turn
		organization, _ := loads[0].place(orgs, n)
		if before, ok := last[organization]; ok && n-before < 64 {
			t.Fatalf("creations %d and %d are both in organization %s", before, n, organization)
		}
		last[organization] = n
	}
}
