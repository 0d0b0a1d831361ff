// SPDX-License-Identifier: Apache-2.0

package cel

import "strings"

const (
	otherEmail       = "an invitation's e-mail address cannot be changed; revoke it and make another [I2]"
	otherRole        = "an invitation's role cannot be changed; revoke it and make another [I2]"
	otherUserType    = "an invitation's user type cannot be changed; revoke it and make another [I2]"
	otherMessage     = "an invitation's message cannot be changed; revoke it and make another [I2]"
	badMessage       = "a message is visible text in lines; remove its control, zero-width and bidirectional characters [A4]"
	otherInviter     = "the inviter of an invitation cannot be changed; revoke it and make another [I2]"
	revokedForGood   = "a revoked invitation stays revoked; make another [I10]"
	finishedForGood  = "the state of a finished invitation never changes; make another [I2]"
	answerUnnamed    = "an answer names the invitation, or carries the token from its e-mail; write spec.invitation [I7]"
	answerChanged    = "an answer cannot be changed once it is given; ask the person who invited you for a new invitation [I7]"
	tokenInPlainText = "a token is never stored in plain text, and the webhook that replaces it by its hash did not run; ask the platform's administrators [I11]"
	notOrganization  = "an invitation is in the namespace of its organization; write org-<organization>, for example org-zylker-products [I5]"
)

var (
	open   = change{"spec.revoked": nil}
	revoke = change{"spec.revoked": true}
)

// immutable is a rule that keeps a field of a stored invitation, while the invitation can be revoked.
func immutable(stored change, field string, value any, message string) rule {
	return updating("Invitation", stored, revoke, change{field: value}, field, message)
}

var invitationRules = map[string]rule{
	"nobody is invited as SuperAdmin":        creation("Invitation", "spec.role", "Administrator", "SuperAdmin", superAdminRole),
	"an invitee's role is one of two":        creation("Invitation", "spec.role", "Standard", "Guest", superAdminRole),
	"an invitee's type is one of two":        creation("Invitation", "spec.userType", "External", "Guest", "Unsupported value"),
	"a message has no override of direction": creation("Invitation", "spec.message", "Dear Bob,\r\n\tdo join us — à bientôt ❤️", "Dear \u202eBob", badMessage),
	"a message has no invisible space":       creation("Invitation", "spec.message", "Hello", "Hel\u200blo", badMessage),
	"a message has no escape":                creation("Invitation", "spec.message", "Hello", "Hello\u001b[31m", badMessage),
	"a message has no backspace":             creation("Invitation", "spec.message", "Hello", "Hello\b", badMessage),
	"a message has no line separator":        creation("Invitation", "spec.message", "Hello", "Hello\u2028", badMessage),
	"a message has 1000 characters":          creation("Invitation", "spec.message", strings.Repeat("é", 1000), strings.Repeat("é", 1001), "may not be more than 1000"),
	"an invitation names somebody":           creation("Invitation", "spec.email", "bob@zylker.com", nil, "Required value"),
	"an invitation keeps its invitee":        immutable(open, "spec.email", "eve@zylker.com", otherEmail),
	"an invitation keeps its role":           immutable(open, "spec.role", "Standard", otherRole),
	"an invitation keeps its type":           immutable(open, "spec.userType", "External", otherUserType),
	"a type cannot be removed":               immutable(open, "spec.userType", nil, otherUserType),
	"a type cannot be added":                 immutable(change{"spec.revoked": nil, "spec.userType": nil}, "spec.userType", "External", otherUserType),
	"an invitation keeps its message":        immutable(open, "spec.message", "Hello", otherMessage),
	"a message cannot be removed":            immutable(open, "spec.message", nil, otherMessage),
	"a message cannot be added":              immutable(change{"spec.revoked": nil, "spec.message": nil}, "spec.message", "Hello", otherMessage),
	"an invitation keeps its inviter":        immutable(open, "spec.invitedBy", "eve@zylker.com", otherInviter),
	"an inviter cannot be removed":           immutable(open, "spec.invitedBy", nil, otherInviter),
	"the recorded inviter can be named, as an export does": updating("Invitation", change{"spec.revoked": nil, "spec.invitedBy": nil, "status.invitedBy": "john@zylker.com"},
		change{"spec.invitedBy": "john@zylker.com"}, change{"spec.invitedBy": "eve@zylker.com"}, "spec.invitedBy", otherInviter),
	"an inviter cannot be added":         immutable(change{"spec.revoked": nil, "spec.invitedBy": nil}, "spec.invitedBy", "eve@zylker.com", otherInviter),
	"an empty message is no message":     updating("Invitation", change{"spec.message": ""}, change{"spec.message": nil}, change{"spec.message": "Hello"}, "spec.message", otherMessage),
	"a revoked invitation stays revoked": updating("Invitation", revoke, revoke, change{"spec.revoked": false}, "spec.revoked", revokedForGood),
	"revoking cannot be removed":         updating("Invitation", revoke, revoke, open, "spec.revoked", revokedForGood),

	"a pending invitation gets a known state": updating("Invitation", change{},
		change{"status.state": "Expired"}, change{"status.state": "Lost"}, "status.state", "Unsupported value"),
	"an accepted invitation cannot be pending again": updating("Invitation", change{"status.state": "Accepted"},
		change{"status.membership": "bob"}, change{"status.state": "Pending"}, "status.state", finishedForGood),
	"a declined invitation cannot be accepted": updating("Invitation", change{"status.state": "Declined"},
		change{"status.delivery": nil}, change{"status.state": "Accepted"}, "status.state", finishedForGood),
	"a revoked invitation's state cannot be removed": updating("Invitation", change{"status.state": "Revoked"},
		change{"status.delivery": nil}, change{"status.state": nil}, "status.state", finishedForGood),
	"an expired invitation's status cannot be removed": updating("Invitation", change{"status.state": "Expired"},
		change{"status.delivery": nil}, change{"status": nil}, "status.state", finishedForGood),
}

var invitationResponseRules = map[string]rule{
	"an answer accepts or declines": creation("InvitationResponse", "spec.decision", "Decline", "Maybe", "Unsupported value"),
	"an answer says something":      creation("InvitationResponse", "spec.decision", "Accept", nil, "Required value"),
	"an answer names an organization's namespace": creation("InvitationResponse", "spec.invitation.namespace",
		"org-zylker-services", "default", notOrganization),
	"an answer names a possible invitation": creation("InvitationResponse", "spec.invitation.namespace",
		"org-abc", "org-ab", notOrganization),
	"an answer names the invitation or has a token": {
		kind: "InvitationResponse", field: "spec", message: answerUnnamed,
		keeps:  change{"spec.invitation": nil},
		breaks: change{"spec.invitation": nil, "spec.tokenHash": nil},
	},
	"a token is never stored": {
		kind: "InvitationResponse", field: "spec.token", message: tokenInPlainText,
		keeps:  change{"spec.tokenHash": "9f86d081"},
		breaks: change{"spec.token": "correct-horse"},
	},
	"an answer's decision cannot be reversed": updating("InvitationResponse", change{},
		change{"status.completedAt": "2030-01-03T08:00:00Z"}, change{"spec.decision": "Decline"}, "spec", answerChanged),
	"an answer's author cannot be removed": updating("InvitationResponse", change{},
		change{"metadata.labels": map[string]any{"a": "b"}}, change{"spec.author": nil}, "spec", answerChanged),
}

const (
	requestChanged = "a request cannot be changed once it is made; make another one [R9]"
	requestPatched = "action Change carries a patch, and no other action does; write or leave out spec.patch [R9]"
)

var organizationRequestRules = map[string]rule{
	"a request names one of the actions": creation("OrganizationRequest", "spec.action", "Change", "Rename", "Unsupported value"),
	"a request names an organization":    creation("OrganizationRequest", "spec.organization", "zylker", nil, "Required value"),
	"a change has a patch": {
		kind: "OrganizationRequest", field: "spec.patch", message: requestPatched,
		keeps:  change{"spec.patch": "{}"},
		breaks: change{"spec.patch": nil},
	},
	"nothing else has a patch": {
		kind: "OrganizationRequest", field: "spec.patch", message: requestPatched,
		keeps:  change{"spec.action": "Leave", "spec.patch": nil},
		breaks: change{"spec.action": "Leave"},
	},
	"a request's organization cannot be changed": updating("OrganizationRequest", change{},
		change{"metadata.labels": map[string]any{"a": "b"}}, change{"spec.organization": "another"}, "spec", requestChanged),
	"a request's author cannot be removed": updating("OrganizationRequest", change{},
		change{"status.completedAt": "2030-01-03T08:00:00Z"}, change{"spec.user": nil}, "spec", requestChanged),
}
