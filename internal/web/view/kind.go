// SPDX-License-Identifier: Apache-2.0

// Package view is the look of the operator's pages: values in, HTML out. One is the page behind an invitation's link (I4), the others say why a
// host leads to no CRM (A7). It decides nothing, and reads no request. A page works without script, and has none. Its style sheet is a file of
// its own, because the page's content security policy forbids any style inside.
package view

import (
	"net/http"
	"slices"
)

// Kind says what a page tells.
type Kind string

// The kinds of the page behind an invitation's link. All but the first tell an end.
const (
	Ask        Kind = "Ask"        // who invites to what, and the choice
	Accepted   Kind = "Accepted"   // with the way into the organization
	Declined   Kind = "Declined"   // with what was asked about further mail
	Answered   Kind = "Answered"   // it was answered before
	Expired    Kind = "Expired"    // it was not answered in time (I1)
	Revoked    Kind = "Revoked"    // the organization withdrew it (I10)
	Superseded Kind = "Superseded" // a later e-mail has newer links (I9)
	Limit      Kind = "Limit"      // a limit or a lack of licences speaks against it (I8)
	Closed     Kind = "Closed"     // the organization is suspended, or ends (I8)
	Invalid    Kind = "Invalid"    // the link proves nothing (I11)
	TryAgain   Kind = "TryAgain"   // nothing was decided
	Foreign    Kind = "Foreign"    // another site sent the form
	NotForYou  Kind = "NotForYou"  // somebody got the e-mail of another person
	Unmuted    Kind = "Unmuted"    // somebody took back that they want no more e-mail (I12)
	TooMany    Kind = "TooMany"    // too many requests came
)

// The kinds of a host that leads to no CRM.
const (
	SuspendedHost Kind = "SuspendedHost" // its organization is suspended (A7)
	UnknownHost   Kind = "UnknownHost"   // it is no organization's, or no longer
	UnreadyHost   Kind = "UnreadyHost"   // its CRM is served in a moment
	BaseDomain    Kind = "BaseDomain"    // it is the domain of all organizations
)

var statuses = map[Kind]int{
	Ask:        http.StatusOK,
	Accepted:   http.StatusOK,
	Declined:   http.StatusOK,
	Answered:   http.StatusConflict,
	Expired:    http.StatusGone,
	Revoked:    http.StatusGone,
	Superseded: http.StatusGone,
	Limit:      http.StatusConflict,
	Closed:     http.StatusConflict,
	Invalid:    http.StatusNotFound,
	TryAgain:   http.StatusServiceUnavailable,
	Foreign:    http.StatusForbidden,
	NotForYou:  http.StatusOK,
	Unmuted:    http.StatusOK,
	TooMany:    http.StatusTooManyRequests,

	SuspendedHost: http.StatusForbidden,
	UnknownHost:   http.StatusNotFound,
	UnreadyHost:   http.StatusServiceUnavailable,
	BaseDomain:    http.StatusOK,
}

// Status is the HTTP status of a page of this kind.
func (k Kind) Status() int {
	if status, is := statuses[k]; is {
		return status
	}
	return http.StatusInternalServerError
}

// ShowsMute reports whether a page of this kind says that the person wants no more e-mail, and takes that back. The link proves whose address
// it is, also after the end of its invitation (I12).
func (k Kind) ShowsMute() bool {
	return slices.Contains([]Kind{Declined, Answered, Expired, Revoked, Superseded, Invalid}, k)
}

// Mute says of whom an invitee who declines wants no more e-mail. Each is a value of the field FieldMute.
type Mute string

// The extents of a mute.
const (
	MuteNone         Mute = "None"
	MuteOrganization Mute = "Organization"
	MutePlatform     Mute = "Platform"
)

// Decisions that are no answer to an invitation. Accept and Decline are those of an InvitationResponse.
const (
	DecisionNotForMe = "NotForMe" // somebody got the e-mail of another person
	DecisionUnmute   = "Unmute"   // somebody takes back that they want no more e-mail
)

// Names of the fields of the forms. FieldMute comes with the decision Decline alone.
const (
	FieldToken    = "token"
	FieldDecision = "decision"
	FieldMute     = "mute"
)
