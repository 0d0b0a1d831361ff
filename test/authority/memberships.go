// SPDX-License-Identifier: Apache-2.0

package authority

import (
	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
)

// Anonymous Stranger Foreign Suspended Standard Administrator Super-admin | Platform Operator Namespaces Garbage
var memberships = Part{"Membership", []Act{
	{Text: "create one", By: creates(joining(home)),
		Cells: "(R5) (R5) (R5) (R5) (R5) (R5) (R5)  yes  yes   (R5) (R5)"},
	{Text: "… before its organization is there", By: creates(joining(later)),
		Cells: "(R5) (R5) (R5) (R5) (R5) (R5) (R5)  yes  yes   (R5) (R5)"},
	{Text: "… in an organization whose trial has ended", By: creates(joining(lapsed)),
		Cells: "(R5) (R5) (R5) (R5) (R5) (R5) (R5)  E3   E3    (R5) (R5)"},
	{Text: "… in an organization that the platform suspends", By: creates(joining(stopped)),
		Cells: "(R5) (R5) (R5) (R5) (R5) (R5) (R5)  E8   E8    (R5) (R5)"},
	{Text: "make a Standard member an Administrator", By: changes(of(sam), raise),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) R4"},
	{Text: "raise the own role", By: changes(lowly, raise),
		Cells: "-    -    -    (R4) (R4) -    -     -    -     -    -"},
	{Text: "suspend a Standard member", By: changes(of(sam), suspend),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) R4"},
	{Text: "take a suspended member back", By: changes(of(email("suspended")), reinstate),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) R4"},
	{Text: "make another Administrator a Standard member", By: changes(of(ada), lower),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   yes   yes  (yes) (R4) R4"},
	{Text: "suspend another Administrator", By: changes(of(ada), suspend),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   yes   yes  (yes) (R4) R4"},
	{Text: "take a suspended Administrator back", By: changes(of(alma), reinstate),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   yes   yes  (yes) (R4) R4"},
	{Text: "make another Administrator an external user", By: changes(of(ada), outside),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   yes   yes  (yes) (R4) R4"},
	{Text: "make a Standard member an external user", By: changes(of(sam), outside),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) R4"},
	{Text: "change the own user type", By: changes(mine, outside),
		Cells: "-    -    -    (R4) (R4) R4   R3    -    -     -    -"},
	{Text: "suspend the super admin", By: changes(of(owner), suspend),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   R3    R3   (R3)  (R4) R4"},
	{Text: "step down, from Administrator to Standard", By: changes(powerful, lower),
		Cells: "-    -    -    -    -    yes  R3    -    -     -    -"},
	{Text: "suspend oneself", By: changes(active, suspend),
		Cells: "-    -    -    -    (R4) yes  R3    -    -     -    -"},
	{Text: "label one", By: changes(of(sam), label),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) R4"},
	{Text: "annotate one for a tool", By: changes(of(sam), steer),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   R4    yes  (yes) (R4) R4"},
	{Text: "add a finalizer", By: changes(of(sam), keep),
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   O7    yes  (yes) (O7) O7"},
	{Text: "add an owner", By: changes(of(sam), own),
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   O7    yes  (yes) (O7) O7"},
	{Text: "take somebody's finalizer away", By: changes(of(kept), free),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   R4    yes  (yes) (R4) R4"},
	{Text: "take away the finalizer of a deletion in the foreground", By: changes(of(kept), held),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   R4    yes  (yes) (R4) yes"},
	{Text: "remove a Standard member", By: does(Delete, of(sam)),
		Cells: "(R4) (R4) (R4) (R4) R4   yes  yes   yes  yes   R4   R4"},
	{Text: "remove another Administrator", By: does(Delete, of(ada)),
		Cells: "(R4) (R4) (R4) (R4) R4   R4   yes   yes  yes   R4   R4"},
	{Text: "remove the super admin", By: does(Delete, of(owner)),
		Cells: "(R4) (R4) (R4) (R4) R4   R3   R3    R3   R3    R4   R4"},
	{Text: "leave", By: does(Delete, mine),
		Cells: "-    -    -    (yes) yes yes  R3    -    -     -    -"},
	{Text: "remove several at once", By: does(DeleteCollection, of(sam)),
		Cells: "(R4) (R4) (R4) (R4) (R4) (yes)(yes) yes  (yes) R4   (R4)"},
	{Text: "delete one in an organization that is being deleted", By: does(Delete, func(Class) *v1alpha1.Membership { return membership(ending, sam) }),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "delete one whose organization is not there", By: does(Delete, func(Class) *v1alpha1.Membership { return membership(later, sam) }),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "read one", By: does(Get, of(sam)),
		Cells: "(yes)(yes)(yes)(yes)yes  yes  yes   yes  yes   yes  yes"},
	{Text: "list those of the organization", By: does(List, of(sam)),
		Cells: "(yes)(yes)(yes)(yes)yes  yes  yes   yes  yes   yes  yes"},
	{Text: "write its status", By: does(Status, of(sam)),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) (yes) yes  (yes) yes"},
}}

// of is somebody's membership in home.
func of(user string) func(Class) *v1alpha1.Membership {
	return func(Class) *v1alpha1.Membership { return membership(home, user) }
}

// mine is the actor's own membership in home, if they have one.
func mine(c Class) *v1alpha1.Membership { return membership(home, c.Email()) }

func lowly(c Class) *v1alpha1.Membership {
	return where(mine(c), func(m v1alpha1.MembershipSpec) bool { return m.Role == v1alpha1.RoleStandard })
}

func powerful(c Class) *v1alpha1.Membership {
	return where(mine(c), func(m v1alpha1.MembershipSpec) bool { return m.Role == v1alpha1.RoleAdministrator })
}

func active(c Class) *v1alpha1.Membership {
	return where(mine(c), func(m v1alpha1.MembershipSpec) bool { return !m.Suspended })
}

func where(m *v1alpha1.Membership, is func(v1alpha1.MembershipSpec) bool) *v1alpha1.Membership {
	if m == nil || !is(m.Spec) {
		return nil
	}
	return m
}

// joining is a newcomer's membership that does not exist yet.
func joining(organization string) func(Class) *v1alpha1.Membership {
	return func(Class) *v1alpha1.Membership {
		return &v1alpha1.Membership{ObjectMeta: within(organization, identity.ObjectName(newcomer)),
			Spec: v1alpha1.MembershipSpec{User: newcomer, Role: v1alpha1.RoleStandard}}
	}
}

func raise(m *v1alpha1.Membership)     { m.Spec.Role = v1alpha1.RoleAdministrator }
func lower(m *v1alpha1.Membership)     { m.Spec.Role = v1alpha1.RoleStandard }
func suspend(m *v1alpha1.Membership)   { m.Spec.Suspended = true }
func outside(m *v1alpha1.Membership)   { m.Spec.UserType = v1alpha1.UserTypeExternal }
func reinstate(m *v1alpha1.Membership) { m.Spec.Suspended = false }
