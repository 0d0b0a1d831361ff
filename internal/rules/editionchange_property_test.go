// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// uncertain is a world with uncertain facts.
type uncertain []Known

func (u uncertain) Facts(k Key) []Known {
	return slices.DeleteFunc(slices.Clone(u), func(known Known) bool { return !slices.Contains(known.Fact.Keys(), k) })
}

func (u uncertain) Size(k Key) int                                    { return len(u.Facts(k)) }
func (u uncertain) Roles(k Key) []Known                               { return u.Facts(k) }
func (u uncertain) Seats(string, ...string) (certain, possible int32) { panic("no seat is at stake") }

var (
	anEdition = rapid.SampledFrom([]v1alpha1.Edition{v1alpha1.EditionStandard, v1alpha1.EditionCRMPlus, v1alpha1.EditionZohoOne})
	anOrigin  = rapid.SampledFrom([]v1alpha1.Origin{v1alpha1.OriginCreated, v1alpha1.OriginInvited, v1alpha1.OriginProvisioned})
	aUserType = rapid.SampledFrom([]v1alpha1.UserType{v1alpha1.UserTypeInternal, v1alpha1.UserTypeExternal})
	aUser     = rapid.SampledFrom([]string{"a@zylker.com", "b@zylker.com", "c@zylker.com", "d@zylker.com", "e@zylker.com"})
)

func accountOf(t *rapid.T, organization string) Account {
	return Account{Organization: organization, Edition: anEdition.Draw(t, "edition"), Terminating: rapid.IntRange(0, 7).Draw(t, "ends") == 0}
}

func superAdminOf(t *rapid.T, organization string) Place {
	return Place{Organization: organization, User: aUser.Draw(t, "super admin"), Role: v1alpha1.RoleSuperAdmin, UserType: v1alpha1.UserTypeInternal}
}

func memberOf(t *rapid.T, organization string) Place {
	return Place{Organization: organization, User: aUser.Draw(t, "member"), Role: v1alpha1.RoleStandard,
		Origin: anOrigin.Draw(t, "origin"), UserType: aUserType.Draw(t, "type")}
}

func (u uncertain) and(t *rapid.T, f Fact) uncertain {
	return append(u, Known{f, rapid.Bool().Draw(t, "certain")})
}

// around draws the members of the organization whose edition changes, and others with theirs, of whom any may be changing too.
func around(t *rapid.T) (w uncertain) {
	for _, organization := range []string{"own", "red", "blue", "green"} {
		for range rapid.IntRange(0, 5).Draw(t, "members of "+organization) {
			w = w.and(t, memberOf(t, organization))
		}
		if organization == "own" {
			continue // what it says itself is under judgement
		}
		for range rapid.IntRange(0, 2).Draw(t, "states of "+organization) {
			w = w.and(t, accountOf(t, organization)).and(t, superAdminOf(t, organization))
		}
	}
	return w
}

func anyEditionChange(t *rapid.T) judgement {
	before, after := superAdminOf(t, "own"), superAdminOf(t, "own")
	if rapid.Bool().Draw(t, "super admin stays") {
		after = before
	}
	outlook := rapid.SampledFrom([]func(World) Outlook{Worst, Best}).Draw(t, "outlook")
	j := newJudgement(outlook(around(t)), Act{}, []Fact{accountOf(t, "own"), before}, []Fact{accountOf(t, "own"), after})
	few := rapid.Int32Range(0, 2)
	j.policy = Policy{CreatedCRMPlusPerUser: few.Draw(t, "L3"), InvitedCRMPlusPerUser: few.Draw(t, "L4"), InternalZohoOnePerUser: few.Draw(t, "L5")}
	return j
}

func TestConflictsAreWhatAWalkFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := anyEditionChange(t)
		after, _ := find(j.after, func(Account) bool { return true })
		if !limitedEdition(after.Edition) {
			return
		}
		users, rules := j.conflicts("own", j.suspects(after))
		wantUsers, wantRules := conflictsByWalk(j, "own")
		if diff := cmp.Diff(wantUsers, users) + cmp.Diff(wantRules, rules); diff != "" {
			t.Errorf("(-walk +found):\n%s", diff)
		}
	})
}
