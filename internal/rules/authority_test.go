// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestRole(t *testing.T) {
	const none = v1alpha1.Role("")
	zylker := org("zylker", john)
	for sentence, tc := range map[string]struct {
		world               world
		user                string
		wantWorst, wantBest v1alpha1.Role
	}{
		"R1: the organization alone names its super admin, not the membership": {
			world{}.with(zylker, admin(john, "zylker")), john, v1alpha1.RoleSuperAdmin, v1alpha1.RoleSuperAdmin,
		},
		"R1: the super admin has the role before there is a membership": {
			world{}.with(zylker), john, v1alpha1.RoleSuperAdmin, v1alpha1.RoleSuperAdmin,
		},
		"R7: a membership gives its role": {
			world{}.with(zylker, admin(alice, "zylker")), alice, v1alpha1.RoleAdministrator, v1alpha1.RoleAdministrator,
		},
		"R7: a suspended membership gives none": {
			world{}.with(zylker, admin(alice, "zylker").suspended()), alice, none, none,
		},
		"R7: an invitation gives none": {
			world{}.with(zylker, invite(bob, "zylker")), bob, none, none,
		},
		"R7: an acceptance gives none before it is a membership": {
			world{}.with(zylker, invite(bob, "zylker").accepts()), bob, none, none,
		},
		"R8: a membership has no power until its organization comes": {
			world{}.with(admin(alice, "zylker")), alice, none, none,
		},
		"O7: nobody has power in an organization that is being deleted": {
			world{}.with(zylker.terminating(), admin(alice, "zylker")), alice, none, none,
		},
		"R7: a role in another organization is none here": {
			world{}.with(zylker, org("other", alice)), alice, none, none,
		},
		"U2: an actor without an address has no role": {
			world{}.with(zylker), "", none, none,
		},
		"R7: a role that may be ending is not relied on": {
			world{}.with(zylker).perhaps(admin(alice, "zylker")), alice, none, v1alpha1.RoleAdministrator,
		},
		"R7: a role that may be lowered counts as the lower one": {
			world{}.with(zylker, member(alice, "zylker")).perhaps(admin(alice, "zylker").called("second")), alice,
			v1alpha1.RoleStandard, v1alpha1.RoleAdministrator,
		},
		"R2: while the role is being transferred, nobody but both may be super admin": {
			world{}.changing(zylker, zylker.of(alice)).with(admin(alice, "zylker"), admin(john, "zylker")), john,
			v1alpha1.RoleAdministrator, v1alpha1.RoleSuperAdmin,
		},
		"O7: an organization that may be going gives no power to rely on": {
			world{}.perhaps(zylker).with(admin(alice, "zylker")), alice, none, v1alpha1.RoleAdministrator,
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := rules.Worst(tc.world).Role(tc.user, "zylker"); got != tc.wantWorst {
				t.Errorf("worst: %q, want %q", got, tc.wantWorst)
			}
			if got := rules.Best(tc.world).Role(tc.user, "zylker"); got != tc.wantBest {
				t.Errorf("best: %q, want %q", got, tc.wantBest)
			}
		})
	}
}
