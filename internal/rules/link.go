// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Link is what the operator's signature vouches for in the link of an invitation's e-mail: the message that it was sent in (I11).
type Link struct {
	Invitation types.UID
	// Namespace and Name are those of the Invitation.
	Namespace, Name string
	// EmailDigest stands for the address that the message was sent to.
	EmailDigest string
	// Send is the number of the send, from 1. A later send makes the links of earlier ones invalid (I9).
	Send int32
	// ExpiresAt is the deadline of the invitation, which a re-send keeps.
	ExpiresAt time.Time
}

// Standing is what a link says, beside what its invitation says now. The zero Standing is that of a link that nobody signed.
type Standing struct {
	Link
	// Now is the invitation, read from the API server; nil if there is none of that name.
	Now *v1alpha1.Invitation
}

// Invited is the invitation that the link's e-mail was about; nil if it is gone.
func (s Standing) Invited() *v1alpha1.Invitation {
	if s.Now == nil || s.Now.UID != s.Invitation || EmailDigest(s.Now.Spec.Email) != s.EmailDigest {
		return nil
	}
	return s.Now
}

// EmailDigest stands for an address in a link. It keeps the link short, and in one form. It hides nothing: a person who has the link can
// guess the address and compare, or open the link, whose page shows it.
func EmailDigest(email string) string {
	sum := sha256.Sum256([]byte(email))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// FollowLink judges whether a link can still be followed at an instant. Its bearer got the e-mail, and may learn why it cannot
// (I1, I2, I7, I9–I11).
func FollowLink(s Standing, now time.Time) Violations {
	i, over := s.Now, !now.Before(s.ExpiresAt)
	gone := i == nil || i.UID != s.Invitation
	switch {
	case s.Invitation == "":
		return invalidLink()
	case gone && over:
		return expired(s.ExpiresAt)
	case s.Invited() == nil:
		return invalidLink()
	case isFinished(i):
		return ended(i, s.ExpiresAt)
	case i.Spec.Revoked:
		return withdrawn()
	case over:
		return expired(s.ExpiresAt)
	case ValidSend(i) != s.Send:
		return forbidden("I9", "a later e-mail has replaced this link; use the link in the latest one")
	}
	return nil
}

// ended says how an invitation ended.
func ended(i *v1alpha1.Invitation, deadline time.Time) Violations {
	switch i.Status.State {
	case v1alpha1.InvitationExpired:
		return expired(deadline)
	case v1alpha1.InvitationAccepted, v1alpha1.InvitationDeclined:
		return answeredAlready()
	}
	return withdrawn()
}

func withdrawn() Violations {
	return forbidden("I10", "the organization has withdrawn the invitation; ask the person who invited you")
}

// invalidLink refuses a link that says nothing true about any invitation. The words are the same for all of them (U3).
func invalidLink() Violations {
	return forbidden("I11", "the link is not, or no longer, valid; answer from your organization list, or ask for a new invitation")
}

// SameInvitation refuses an answer whose link is of another invitation than the one that it names (I11).
func SameInvitation(l Link, named *v1alpha1.InvitationReference) Violations {
	if named == nil || named.Namespace == l.Namespace && named.Name == l.Name {
		return nil
	}
	return invalidLink()
}
