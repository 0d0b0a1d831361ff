// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"fmt"
	"strings"
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// invited makes n organizations of a super admin; each has invited somebody.
func invited(n int, superAdmin, email string) (objects []object) {
	for i := range n {
		name := fmt.Sprintf("hidden%d", i+1)
		objects = append(objects, org(name, superAdmin).on(v1alpha1.EditionEnterprise, 20), admin(superAdmin, name), invite(email, name))
	}
	return objects
}

// L7: the pending invitations of an organization go with it to a new super admin.
func TestTransferOfInvitations(t *testing.T) {
	zylker := org("zylker", john).on(v1alpha1.EditionEnterprise, 20)
	staffed := world{}.with(zylker, admin(john, "zylker"), admin(alice, "zylker"))
	inviting := staffed.with(invite(bob, "zylker"))
	hands := by(user(john)).changes(zylker, zylker.of(alice))
	run(t, map[string]testCase{
		"L7: a third invitation of one super admin to one person comes with an organization": {inviting.with(invited(2, alice, bob)...), hands, nil, false, nil},
		"L7: a fourth does not": {inviting.with(invited(3, alice, bob)...), hands, []string{"L7"}, false, []string{"1 of the people whom zylker has invited", "used 4 of 3"}},
		"L7: nor by a platform actor": {
			inviting.with(invited(3, alice, bob)...), by(platform).changes(zylker, zylker.of(alice)), []string{"L7"}, false, []string{"(" + bob + ")"},
		},
		"L7: an organization without invitations brings none": {staffed.with(invited(3, alice, bob)...), hands, nil, false, nil},
		"L7: each person is counted by themselves":            {inviting.with(invited(3, alice, carol)...), hands, nil, false, nil},
		"L7: those of other super admins do not count":        {inviting.with(invited(4, carol, bob)...), hands, nil, false, nil},
		"L7: an answered one does not count":                  {staffed.with(invite(bob, "zylker").in(v1alpha1.InvitationDeclined)).with(invited(3, alice, bob)...), hands, nil, false, nil},
		"L7: one that may be answered is waited for":          {staffed.perhaps(invite(bob, "zylker")).with(invited(3, alice, bob)...), hands, []string{"L7"}, true, nil},
		"L7: so is one that may be coming from another":       {inviting.with(invited(2, alice, bob)...).with(org("second", alice)).perhaps(invite(bob, "second")), hands, []string{"L7"}, true, nil},
		"L7: and another organization that may become hers":   {inviting.with(invited(2, alice, bob)...).with(invite(bob, "second")).changing(org("second", carol), org("second", alice)), hands, []string{"L7"}, true, nil},
		"L7: an organization in deletion invites nobody":      {inviting.with(invited(2, alice, bob)...).with(org("second", alice).terminating(), invite(bob, "second")), hands, nil, false, nil},
		"L7: any other change is no transfer":                 {inviting.with(invited(4, john, bob)...), by(user(john)).changes(zylker, zylker.at("shop", "")), nil, false, nil},
		"L7, R8: an organization that comes after its invitations is judged with them": {
			world{}.with(invite(bob, "zylker")).with(invited(3, john, bob)...), by(platform).creates(zylker), []string{"L7"}, false, nil,
		},
	})

	t.Run("U3: nobody else reads who is invited elsewhere", func(t *testing.T) {
		worst, _ := hands.in(inviting.with(invited(3, alice, bob)...))
		if said := worst.String(); strings.Contains(said, bob) || strings.Contains(said, "hidden") {
			t.Errorf("tells of others: %s", said)
		}
	})
}
