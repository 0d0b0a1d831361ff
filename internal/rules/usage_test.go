// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// said is a world in which everything is certain.
type said []Fact

func (s said) Facts(k Key) []Known {
	var known []Known
	for _, f := range s {
		if slices.Contains(f.Keys(), k) {
			known = append(known, Known{f, true})
		}
	}
	return known
}

func (s said) Size(k Key) int      { return len(s.Facts(k)) }
func (s said) Roles(k Key) []Known { return s.Facts(k) }
func (s said) Seats(organization string, but ...string) (certain, possible int32) {
	return CountSeats(s.Facts(MembersKey(organization)), but...)
}

func TestUsageOf(t *testing.T) {
	const john = "john@zylker.com"
	w := said{
		Account{Organization: "own", Edition: v1alpha1.EditionCRMPlus},
		Place{Organization: "own", User: john, Role: v1alpha1.RoleSuperAdmin, UserType: v1alpha1.UserTypeInternal},
		Place{Organization: "own", User: john, Origin: v1alpha1.OriginCreated, UserType: v1alpha1.UserTypeInternal},
		Account{Organization: "joined", Edition: v1alpha1.EditionCRMPlus},
		Place{Organization: "joined", User: john, Origin: v1alpha1.OriginInvited, UserType: v1alpha1.UserTypeInternal},
		Account{Organization: "one", Edition: v1alpha1.EditionZohoOne},
		Place{Organization: "one", User: john, Origin: v1alpha1.OriginInvited, UserType: v1alpha1.UserTypeInternal},
		Account{Organization: "guest", Edition: v1alpha1.EditionZohoOne},
		Place{Organization: "guest", User: john, Origin: v1alpha1.OriginInvited, UserType: v1alpha1.UserTypeExternal},
		Account{Organization: "ended", Edition: v1alpha1.EditionZohoOne, Terminating: true},
		Place{Organization: "ended", User: john, Origin: v1alpha1.OriginCreated, UserType: v1alpha1.UserTypeInternal},
		Place{Organization: "own", User: "alice@zylker.com"},
		Offer{Organization: "far", User: john, Invitation: "1"},
		Offer{Organization: "ended", User: john, Invitation: "2"},
	}
	want := Usage{
		Organizations:      Used{4, 10},
		Created:            Used{1, 5},
		CRMPlusCreated:     Used{1, 1},
		CRMPlusInvited:     Used{1, 9},
		ZohoOneInternal:    Used{1, 1},
		PendingInvitations: Used{1, 20},
	}
	if diff := cmp.Diff(want, UsageOf(Best(w), john)); diff != "" {
		t.Error(diff)
	}
}

func TestUsageOver(t *testing.T) {
	if (Usage{Created: Used{5, 5}}).Over() {
		t.Error("what is used up is not exceeded")
	}
	if !(Usage{Created: Used{6, 5}}).Over() {
		t.Error("a lowered limit is exceeded (L9)")
	}
}
