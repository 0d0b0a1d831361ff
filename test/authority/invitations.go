// SPDX-License-Identifier: Apache-2.0

package authority

import (
	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
)

// Anonymous Stranger Foreign Suspended Standard Administrator Super-admin | Platform Operator Namespaces Garbage
var invitations = Part{"Invitation", []Act{
	{Text: "invite somebody", By: creates(offer(home, newcomer)),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) (R4)"},
	{Text: "… in another Administrator's name", By: creates(changed(offer(home, newcomer), func(i *v1alpha1.Invitation) { i.Spec.InvitedBy = ada })),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   R4    yes  (yes) (R4) (R4)"},
	{Text: "… who is a member already", By: creates(offer(home, sam)),
		Cells: "(R4) (R4) (R4) (R4) (R4) L6   L6    L6   (L6)  (R4) (R4)"},
	{Text: "… before the organization is there", By: creates(offer(later, newcomer)),
		Cells: "(R4) (R4) (R4) (R4) (R4) (R4) (R4)  yes  (yes) (R4) (R4)"},
	{Text: "… to an organization whose trial has ended", By: creates(offer(lapsed, newcomer)),
		Cells: "(R4) (R4) (R4) (R4) (R4) E3   E3    E3   (E3)  (R4) (R4)"},
	{Text: "… to an organization that the platform suspends", By: creates(offer(stopped, newcomer)),
		Cells: "(R4) (R4) (R4) (R4) (R4) E8   E8    E8   (E8)  (R4) (R4)"},
	{Text: "… with a finalizer", By: creates(changed(offer(home, newcomer), keep)),
		Cells: "(R4) (R4) (R4) (R4) (R4) O7   O7    yes  (yes) (R4) (R4)"},
	{Text: "revoke a pending one", By: changes(sent(guest), revoke),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) R4"},
	{Text: "revoke one that was declined", By: changes(sent(declan), revoke),
		Cells: "(R4) (R4) (R4) (R4) (R4) I2   I2    I2   (I2)  (R4) R4"},
	{Text: "ask for its e-mail to be sent again", By: changes(sent(guest), func(i *v1alpha1.Invitation) {
		i.Annotations = map[string]string{v1alpha1.ResendRequestedAtAnnotation: "2026-03-02T12:00:00Z"}
	}),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) R4"},
	{Text: "annotate one for a tool", By: changes(sent(guest), steer),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   R4    yes  (yes) (R4) R4"},
	{Text: "add a finalizer", By: changes(sent(guest), keep),
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   O7    yes  (yes) (O7) O7"},
	{Text: "add an owner", By: changes(sent(guest), own),
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   O7    yes  (yes) (O7) O7"},
	{Text: "delete one", By: does(Delete, sent(guest)),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  yes   R4   R4"},
	{Text: "delete several at once", By: does(DeleteCollection, sent(guest)),
		Cells: "(R4) (R4) (R4) (R4) (R4) (yes)(yes) yes  (yes) R4   (R4)"},
	{Text: "delete one of an organization that is being deleted", By: does(Delete, func(Class) *v1alpha1.Invitation { return invitation(ending, guest) }),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "read one", By: does(Get, sent(guest)),
		Cells: "(yes)(yes)(yes)(yes)(yes)yes  yes   yes  yes   yes  yes"},
	{Text: "list those of the organization", By: does(List, sent(guest)),
		Cells: "(yes)(yes)(yes)(yes)(yes)yes  yes   yes  yes   yes  yes"},
	{Text: "write its status", By: does(Status, sent(guest)),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) (yes) yes  (yes) yes"},
}}

// sent is an invitation to home that was sent.
func sent(to string) func(Class) *v1alpha1.Invitation {
	return func(Class) *v1alpha1.Invitation { return invitation(home, to) }
}

// offer is an invitation that does not exist yet.
func offer(organization, to string) func(Class) *v1alpha1.Invitation {
	return func(Class) *v1alpha1.Invitation {
		i := invitation(organization, to)
		i.ObjectMeta = within(organization, "new-"+identity.ObjectName(to))
		return i
	}
}

func revoke(i *v1alpha1.Invitation) { i.Spec.Revoked = true }
