// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"slices"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Membership judges who creates (before is nil), changes, or deletes (after is nil) a membership of an organization.
func Membership(o Outlook, act Act, organization string, before, after *v1alpha1.Membership) Violations {
	switch {
	case before == nil:
		return createMembership(o, act, organization, after)
	case after == nil:
		return deleteMembership(o, act, organization, before)
	}
	return changeMembership(o, act, organization, before, after)
}

func createMembership(o Outlook, act Act, organization string, m *v1alpha1.Membership) Violations {
	if !act.Actor.Platform {
		return forbidden("R5", "people join an organization by accepting an invitation; create an Invitation instead")
	}
	if vs := o.whyClosed(organization, act.Now); vs != nil && !o.hasPlace(m.Spec.User, in(organization)) {
		return vs // nothing can be added, and this would be an addition
	}
	return superAdminsOwn(o, organization, m)
}

// superAdminsOwn keeps the super admin's own membership whole (R3).
func superAdminsOwn(o Outlook, organization string, m *v1alpha1.Membership) Violations {
	if !o.isSuperAdmin(m.Spec.User, organization) {
		return nil
	}
	if m.Spec.Role != v1alpha1.RoleAdministrator {
		return forbidden("R3", "%s is the super admin of %s: their membership's role is Administrator; transfer the super-admin role first", m.Spec.User, organization)
	}
	if m.Spec.Suspended {
		return forbidden("R3", "%s is the super admin of %s and cannot be suspended; transfer the super-admin role first", m.Spec.User, organization)
	}
	if m.Spec.UserType == v1alpha1.UserTypeExternal {
		return forbidden("R3", "%s is the super admin of %s and so an internal user of it; transfer the super-admin role first", m.Spec.User, organization)
	}
	return nil
}

// isSuperAdmin reports whether the user counts as super admin of a living organization (R1).
func (o Outlook) isSuperAdmin(user, organization string) bool {
	if o.countsAsEnded(organization) {
		return false
	}
	for _, p := range countedAgainst[Place](o, OrganizationKey(organization)) {
		if p.User == user && p.Role == v1alpha1.RoleSuperAdmin {
			return true
		}
	}
	return false
}

func changeMembership(o Outlook, act Act, organization string, before, after *v1alpha1.Membership) Violations {
	if untouched(before, after, before.Spec, after.Spec) {
		return nil
	}
	if !o.administers(act, organization) {
		return forbidden("R4", "only Administrators and the super admin of %s change its memberships; ask one of them", organization)
	}
	if before.Spec.Role == v1alpha1.RoleAdministrator && !o.owns(act, organization) {
		if vs := changeAdministrator(act, organization, before, after); vs != nil {
			return vs
		}
	}
	if vs := superAdminsOwn(o, organization, after); vs != nil {
		return vs
	}
	if before.Spec.Suspended && !after.Spec.Suspended {
		return o.whyClosed(organization, act.Now)
	}
	return nil
}

// changeAdministrator judges the changes of an Administrator's membership by an Administrator (R4). They may change only the labels of
// another's, and reduce the power of their own.
func changeAdministrator(act Act, organization string, before, after *v1alpha1.Membership) Violations {
	was, is := before.Spec, after.Spec
	if was.User == act.Actor.Email && userType(was) == userType(is) && (is.Suspended || !was.Suspended) {
		return nil // steps down, or is suspended; an Administrator has no other role to go to
	}
	if was.Role != is.Role || was.Suspended != is.Suspended || userType(was) != userType(is) {
		return forbidden("R4", "only the super admin of %s changes the role or user type of an Administrator, suspends or reinstates them; ask the super admin", organization)
	}
	return nil
}

// userType is the type in force: Internal where none is given.
func userType(m v1alpha1.MembershipSpec) v1alpha1.UserType {
	return cmp.Or(m.UserType, v1alpha1.UserTypeInternal)
}

func deleteMembership(o Outlook, act Act, organization string, m *v1alpha1.Membership) Violations {
	user := m.Spec.User
	switch {
	case m.DeletionTimestamp != nil || !o.mayLive(organization):
		return nil // it ends with its organization (O7), or never had one
	case act.Actor.Email == user && user != "" && !o.isSuperAdmin(user, organization):
		return o.arriving(user, organization) // R6
	case !o.administers(act, organization):
		return forbidden("R4", "only Administrators and the super admin of %s remove a member; ask one of them", organization)
	case o.isSuperAdmin(user, organization):
		return forbidden("R3", "%s is the super admin of %s and cannot leave or be removed; transfer the super-admin role first", user, organization)
	case m.Spec.Role == v1alpha1.RoleAdministrator && !o.owns(act, organization):
		return forbidden("R4", "only the super admin of %s removes an Administrator; ask the super admin", organization)
	}
	return o.arriving(user, organization)
}

// arriving keeps a member until the answer that made them one is carried out. An answer that is half done would be done again, and bring
// them back. It takes a moment, so the Best outlook treats it as done.
func (o Outlook) arriving(user, organization string) Violations {
	answered := func(a Acceptance) bool { return a.Organization == organization }
	if o.worst && slices.ContainsFunc(countedAgainst[Acceptance](o, UserKey(user)), answered) {
		return again("I2", "%s is only just becoming a member of %s, and can go in a moment", user, organization)
	}
	return nil
}
