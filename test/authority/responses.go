// SPDX-License-Identifier: Apache-2.0

package authority

import (
	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Anonymous Stranger Foreign Suspended Standard Administrator Super-admin | Platform Operator Namespaces Garbage
var responses = Part{"InvitationResponse", []Act{
	{Text: "accept an invitation to oneself", By: creates(toMe(v1alpha1.DecisionAccept)),
		Cells: "-    yes  yes  yes  yes  yes  yes   -    -     -    -"},
	{Text: "decline an invitation to oneself", By: creates(toMe(v1alpha1.DecisionDecline)),
		Cells: "-    yes  yes  yes  yes  yes  yes   -    -     -    -"},
	{Text: "answer somebody else's", By: creates(toGuest),
		Cells: "(I7) I7   I7   I7   I7   I7   I7    I7   I7    (I7) (I7)"},
	{Text: "answer one that there is not", By: creates(toNobody),
		Cells: "(I7) I7   I7   I7   I7   I7   I7    I7   I7    (I7) (I7)"},
	{Text: "answer with a token that is none", By: creates(byToken),
		Cells: "(I11) I11 I11  I11  I11  I11  I11   I11  I11   (I11)(I11)"},
	{Text: "change an answer", By: changes(given, label),
		Cells: "(I2) (I2) (I2) (I2) (I2) (I2) (I2)  yes  (yes) (I2) I2"},
	{Text: "add a finalizer", By: changes(given, keep),
		Cells: "(O7) (O7) (O7) (O7) (O7) (O7) (O7)  yes  (yes) (O7) O7"},
	{Text: "delete an answer", By: does(Delete, given),
		Cells: "(I2) (I2) (I2) (I2) (I2) (I2) (I2)  yes  yes   I2   I2"},
	{Text: "delete several at once", By: does(DeleteCollection, given),
		Cells: "(I2) (I2) (I2) (I2) (I2) (I2) (I2)  yes  (yes) I2   (I2)"},
	{Text: "read one", By: does(Get, given),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "list all", By: does(List, given),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "write its status", By: does(Status, given),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) (yes) yes  (yes) yes"},
}}

// given is the answer of the person who declined.
func given(Class) *v1alpha1.InvitationResponse { return answer(declan) }

// toMe answers an invitation of another organization, if the actor can be invited at all.
func toMe(decision v1alpha1.Decision) func(Class) *v1alpha1.InvitationResponse {
	return func(c Class) *v1alpha1.InvitationResponse {
		if c.Email() == "" {
			return nil
		}
		return response(invitation(inviter(c), c.Email()), decision, "new")
	}
}

func toGuest(Class) *v1alpha1.InvitationResponse {
	return response(invitation(home, guest), v1alpha1.DecisionAccept, "new")
}

// toNobody answers an invitation that was never made. The stamp is empty then.
func toNobody(Class) *v1alpha1.InvitationResponse {
	r := toGuest(Class{})
	r.Spec.Invitation.Name, r.Spec.Invitee, r.Spec.InvitationUID = "nobody", "", ""
	return r
}

// byToken names no invitation, as the link in an e-mail does not.
func byToken(Class) *v1alpha1.InvitationResponse {
	r := toNobody(Class{})
	r.Spec.Invitation, r.Spec.Token = nil, "guessed"
	return r
}
