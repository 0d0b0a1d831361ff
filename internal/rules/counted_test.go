// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// The organizations that are named are those that are counted.
func TestCounted(t *testing.T) {
	const john = "john@zylker.com"
	w := said{
		Account{Organization: "own", Edition: v1alpha1.EditionCRMPlus},
		Place{Organization: "own", User: john, Role: v1alpha1.RoleSuperAdmin, UserType: v1alpha1.UserTypeInternal},
		Place{Organization: "own", User: john, Origin: v1alpha1.OriginCreated, UserType: v1alpha1.UserTypeInternal},
		Account{Organization: "joined", Edition: v1alpha1.EditionCRMPlus},
		Place{Organization: "joined", User: john, Origin: v1alpha1.OriginInvited, UserType: v1alpha1.UserTypeInternal},
		Account{Organization: "one", Edition: v1alpha1.EditionZohoOne},
		Place{Organization: "one", User: john, Origin: v1alpha1.OriginInvited, UserType: v1alpha1.UserTypeInternal},
		Account{Organization: "ended", Edition: v1alpha1.EditionZohoOne, Terminating: true},
		Place{Organization: "ended", User: john, Origin: v1alpha1.OriginCreated, UserType: v1alpha1.UserTypeInternal},
	}
	got, usage := Counted(Best(w), john), UsageOf(Best(w), john)
	want := map[string][]string{"L1": {"joined", "one", "own"}, "L2": {"own"}, "L3": {"own"}, "L4": {"joined"}, "L5": {"one"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for rule, used := range map[string]Used{
		"L1": usage.Organizations, "L2": usage.Created, "L3": usage.CRMPlusCreated, "L4": usage.CRMPlusInvited, "L5": usage.ZohoOneInternal,
	} {
		if int(used.Used) != len(got[rule]) {
			t.Errorf("%s: %d are used, and %d are named", rule, used.Used, len(got[rule]))
		}
	}
}
