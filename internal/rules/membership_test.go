// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// staffed is an organization with one of each role, and a second Administrator.
func staffed() world {
	return world{}.with(org("zylker", john).on(v1alpha1.EditionStandard, 20),
		admin(john, "zylker"), admin(alice, "zylker"), admin(carol, "zylker"), member(bob, "zylker"))
}

func TestCreateMembership(t *testing.T) {
	zylker := staffed()
	const eve = "eve@example.org"
	run(t, map[string]testCase{
		"R5: an Administrator creates no membership":   {zylker, by(user(alice)).creates(member(eve, "zylker")), []string{"R5"}, false, []string{"create an Invitation instead"}},
		"R5: nor does the super admin":                 {zylker, by(user(john)).creates(member(eve, "zylker")), []string{"R5"}, false, nil},
		"R5: nor does who would like to join":          {zylker, by(user(eve)).creates(member(eve, "zylker")), []string{"R5"}, false, nil},
		"R5: a platform actor does":                    {zylker, by(platform).creates(member(eve, "zylker")), nil, false, nil},
		"R8: also before the organization is there":    {world{}, by(platform).creates(admin(eve, "zylker")), nil, false, nil},
		"R8: which gives no power to anybody else yet": {world{}.with(admin(eve, "zylker")), by(user(eve)).creates(invite(bob, "zylker")), []string{"R4"}, false, nil},
		"R3: the super admin's membership is an Administrator's": {
			world{}.with(org("zylker", john)), by(platform).creates(member(john, "zylker")), []string{"R3"}, false, []string{"Administrator", "transfer"},
		},
		"R3: nor external": {
			world{}.with(org("zylker", john)), by(platform).creates(admin(john, "zylker").external()), []string{"R3"}, false, []string{"internal user"},
		},
		"R3: and is not suspended": {world{}.with(org("zylker", john)), by(platform).creates(admin(john, "zylker").suspended()), []string{"R3"}, false, nil},
	})
}

func TestChangeMembership(t *testing.T) {
	zylker := staffed()
	lead := by(user(john))
	run(t, map[string]testCase{
		"R4: an Administrator changes a member's role":           {zylker, by(user(alice)).changes(member(bob, "zylker"), admin(bob, "zylker")), nil, false, nil},
		"R4: and suspends a Standard member":                     {zylker, by(user(alice)).changes(member(bob, "zylker"), member(bob, "zylker").suspended()), nil, false, nil},
		"R4: a Standard member changes nothing":                  {zylker, by(user(bob)).changes(member(bob, "zylker"), member(bob, "zylker").external()), []string{"R4"}, false, nil},
		"R4: nobody raises their own role":                       {zylker, by(user(bob)).changes(member(bob, "zylker"), admin(bob, "zylker")), []string{"R4"}, false, nil},
		"R4: nor does a suspended Administrator come back alone": {zylker, by(user("eve@example.org")).changes(admin("eve@example.org", "zylker").suspended(), admin("eve@example.org", "zylker")), []string{"R4"}, false, nil},
		"R4: an Administrator does not demote another":           {zylker, by(user(alice)).changes(admin(carol, "zylker"), member(carol, "zylker")), []string{"R4"}, false, []string{"only the super admin"}},
		"R4: nor suspend another":                                {zylker, by(user(alice)).changes(admin(carol, "zylker"), admin(carol, "zylker").suspended()), []string{"R4"}, false, nil},
		"R4: the super admin does both":                          {zylker, lead.changes(admin(carol, "zylker"), member(carol, "zylker").suspended()), nil, false, nil},
		"R4: nor reinstate another":                              {zylker, by(user(alice)).changes(admin(carol, "zylker").suspended(), admin(carol, "zylker")), []string{"R4"}, false, []string{"only the super admin"}},
		"R4: nor reinstate another as a Standard member":         {zylker, by(user(alice)).changes(admin(carol, "zylker").suspended(), member(carol, "zylker")), []string{"R4"}, false, nil},
		"R4: nor make another external":                          {zylker, by(user(alice)).changes(admin(carol, "zylker"), admin(carol, "zylker").external()), []string{"R4"}, false, nil},
		"R4: nor internal":                                       {zylker, by(user(alice)).changes(admin(carol, "zylker").external(), admin(carol, "zylker")), []string{"R4"}, false, nil},
		"R4: nor themselves, to become super admin some day":     {zylker.with(admin(bob, "zylker").external().called("b")), by(user(bob)).changes(admin(bob, "zylker").external().called("b"), admin(bob, "zylker").called("b")), []string{"R4"}, false, nil},
		"R4: nor themselves on the way down":                     {zylker, by(user(alice)).changes(admin(alice, "zylker"), member(alice, "zylker").external()), []string{"R4"}, false, nil},
		"R4: silence about the type is Internal, which is no change": {
			zylker, by(user(alice)).changes(admin(carol, "zylker"), admin(carol, "zylker").having(func(m *v1alpha1.MembershipSpec) { m.UserType = v1alpha1.UserTypeInternal })), nil, false, nil,
		},
		"R4: the super admin reinstates an Administrator":    {zylker, lead.changes(admin(carol, "zylker").suspended(), admin(carol, "zylker")), nil, false, nil},
		"R4: and changes their type":                         {zylker, lead.changes(admin(carol, "zylker"), admin(carol, "zylker").external()), nil, false, nil},
		"R4: an Administrator changes a Standard member's":   {zylker, by(user(alice)).changes(member(bob, "zylker"), member(bob, "zylker").external()), nil, false, nil},
		"R4: and reinstates a Standard member":               {zylker, by(user(alice)).changes(member(bob, "zylker").suspended(), member(bob, "zylker")), nil, false, nil},
		"R4: an Administrator may be suspended by their own": {zylker, by(user(alice)).changes(admin(alice, "zylker"), admin(alice, "zylker").suspended()), nil, false, nil},
		"R4: an Administrator may step down":                 {zylker, by(user(alice)).changes(admin(alice, "zylker"), member(alice, "zylker")), nil, false, nil},
		"R4: a platform actor demotes an Administrator":      {zylker, by(platform).changes(admin(carol, "zylker"), member(carol, "zylker")), nil, false, nil},
		"R4: a stranger changes nothing":                     {zylker, by(user("eve@example.org")).changes(member(bob, "zylker"), admin(bob, "zylker")), []string{"R4"}, false, nil},
		"R4: a write without a change is not judged":         {zylker, by(user(bob)).changes(member(bob, "zylker"), member(bob, "zylker")), nil, false, nil},
		"R3: the super admin's role is not changed":          {zylker, lead.changes(admin(john, "zylker"), member(john, "zylker")), []string{"R3"}, false, []string{"transfer the super-admin role first"}},
		"R3: nor by a platform actor":                        {zylker, by(platform).changes(admin(john, "zylker"), admin(john, "zylker").suspended()), []string{"R3"}, false, nil},
		"R3: nor are they made external":                     {zylker, by(platform).changes(admin(john, "zylker"), admin(john, "zylker").external()), []string{"R3"}, false, nil},
		"R3: a member who may just have become super admin is not suspended": {
			world{}.changing(org("zylker", john), org("zylker", alice)).with(admin(john, "zylker")),
			by(platform).changes(admin(alice, "zylker"), admin(alice, "zylker").suspended()), []string{"R3"}, true, nil,
		},
		"R4: an Administrator whose own role may be ending is asked to try again": {
			world{}.with(org("zylker", john).on(v1alpha1.EditionStandard, 20)).changing(admin(alice, "zylker"), member(alice, "zylker")),
			by(user(alice)).changes(member(bob, "zylker"), admin(bob, "zylker")), []string{"R4"}, true, nil,
		},
	})
}

func TestDeleteMembership(t *testing.T) {
	zylker := staffed()
	run(t, map[string]testCase{
		"R6: a Standard member leaves":                             {zylker, by(user(bob)).deletes(member(bob, "zylker")), nil, false, nil},
		"R6: an Administrator leaves":                              {zylker, by(user(alice)).deletes(admin(alice, "zylker")), nil, false, nil},
		"R6: a suspended member leaves":                            {zylker, by(user(bob)).deletes(member(bob, "zylker").suspended()), nil, false, nil},
		"R3: the super admin does not":                             {zylker, by(user(john)).deletes(admin(john, "zylker")), []string{"R3"}, false, []string{"transfer the super-admin role first"}},
		"R3: nor is removed by a platform actor":                   {zylker, by(platform).deletes(admin(john, "zylker")), []string{"R3"}, false, nil},
		"R4: a Standard member removes nobody":                     {zylker, by(user(bob)).deletes(admin(alice, "zylker")), []string{"R4"}, false, nil},
		"R4: an Administrator removes a Standard member":           {zylker, by(user(alice)).deletes(member(bob, "zylker")), nil, false, nil},
		"R4: an Administrator removes no other":                    {zylker, by(user(alice)).deletes(admin(carol, "zylker")), []string{"R4"}, false, []string{"only the super admin"}},
		"R4: the super admin removes an Administrator":             {zylker, by(user(john)).deletes(admin(alice, "zylker")), nil, false, nil},
		"R4: a platform actor removes an Administrator":            {zylker, by(platform).deletes(admin(alice, "zylker")), nil, false, nil},
		"R4: a stranger removes nobody":                            {zylker, by(user("eve@example.org")).deletes(member(bob, "zylker")), []string{"R4"}, false, nil},
		"R4: an actor without an address removes nobody":           {zylker, by(anonymous).deletes(member(bob, "zylker")), []string{"R4"}, false, nil},
		"R4: deleting twice is no new question":                    {zylker, by(user(bob)).deletes(admin(alice, "zylker").going()), nil, false, nil},
		"O7: with the organization everybody goes":                 {world{}.with(org("zylker", john).terminating()), by(anonymous).deletes(admin(john, "zylker")), nil, false, nil},
		"R8: a membership without its organization can be removed": {world{}, by(platform).deletes(admin(john, "zylker")), nil, false, nil},
		"I2: an invitee who just accepted can leave once they are a member": {
			zylker.with(invite(bob, "zylker"), invite(bob, "zylker").accepts()), by(user(bob)).deletes(member(bob, "zylker")), []string{"I2"}, true, []string{"in a moment"},
		},
		"I2: and no actor removes it sooner": {
			zylker.with(invite(bob, "zylker").accepts()), by(platform).deletes(member(bob, "zylker")), []string{"I2"}, true, nil,
		},
		"I2: another acceptance does not prevent that": {
			zylker.with(invite(bob, "hidden").accepts()), by(user(bob)).deletes(member(bob, "zylker")), nil, false, nil,
		},
		"R3: a super admin who may have handed the role over waits": {
			world{}.changing(org("zylker", john), org("zylker", alice)).with(admin(alice, "zylker"), admin(john, "zylker")),
			by(user(john)).deletes(admin(john, "zylker")), []string{"R3"}, true, nil,
		},
	})
}
