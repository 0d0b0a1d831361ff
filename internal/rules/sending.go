// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Sends is the number of messages that may be sent for one invitation, and to one address from one organization in the time that an invitation
// is valid (I9, I13). The first is not sent again, so it does not count as a re-send.
func (p Policy) Sends() int32 { return 1 + p.Resends }

// AtOnce is how many messages may leave at once where so many may leave in a minute: those of ten seconds, and at least one (I13).
func AtOnce(perMinute int32) int { return max(1, int(perMinute)/6) }

// resendAhead is how far the time of a request may be ahead of the clock. A later request needs a later time, so one far ahead would be the
// last.
const resendAhead = 5 * time.Minute

// RequestedResend is the time at which somebody last asked to send the e-mail of an invitation again; zero if nobody did.
func RequestedResend(i *v1alpha1.Invitation) (time.Time, error) {
	return requestedAt(i, v1alpha1.ResendRequestedAtAnnotation)
}

// requestedAt is the time in an annotation by which people ask for something; zero if it is not there.
func requestedAt(obj metav1.Object, annotation string) (time.Time, error) {
	text := obj.GetAnnotations()[annotation]
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no RFC 3339 time", text)
	}
	return at.Truncate(time.Second), nil // as exact as the status that says which request was carried out
}

// resendInvitation judges a request to send an e-mail again (I9).
func resendInvitation(o Outlook, act Act, before, after *v1alpha1.Invitation) Violations {
	const field = "metadata.annotations[" + v1alpha1.ResendRequestedAtAnnotation + "]"
	if before.Annotations[v1alpha1.ResendRequestedAtAnnotation] == after.Annotations[v1alpha1.ResendRequestedAtAnnotation] {
		return nil
	}
	at, err := RequestedResend(after)
	switch limit := o.Policy().Resends; {
	case err != nil:
		return invalid("I9", field, "%s; write for example %s", err, act.Now.UTC().Format(time.RFC3339))
	case at.IsZero() || !at.After(takenUp(before)):
		return nil // asks for nothing
	case at.Sub(act.Now) > resendAhead:
		return invalid("I9", field, "%s is in the future; write the time of now, %s", at.Format(time.RFC3339), act.Now.UTC().Format(time.RFC3339))
	case isFinished(before) || after.Spec.Revoked:
		return forbidden("I9", "the invitation is not pending any more, so its e-mail is not sent again; create a new one")
	case limit == 0:
		return forbidden("I9", "the platform sends no e-mail of an invitation again; revoke the invitation and create a new one")
	case resends(before) >= limit:
		return exceeded("I9", resends(before), limit, "the e-mail of this invitation was sent again as often as it can be; revoke the invitation and create a new one")
	}
	return nil
}

// recipientAgreed is the time at which the recipient agreed to get e-mail again, as the platform says; zero if they did not.
func recipientAgreed(i *v1alpha1.Invitation) (time.Time, error) {
	text := i.Annotations[v1alpha1.RecipientAgreedAtAnnotation]
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}

// agreement judges what the platform writes of the recipient's agreement (I12).
func agreement(act Act, i *v1alpha1.Invitation) Violations {
	const field = "metadata.annotations[" + v1alpha1.RecipientAgreedAtAnnotation + "]"
	at, err := recipientAgreed(i)
	switch text := act.Now.UTC().Format(time.RFC3339); {
	case err != nil:
		return invalid("I12", field, "%q is no RFC 3339 time; write when the recipient agreed, for example %s", i.Annotations[v1alpha1.RecipientAgreedAtAnnotation], text)
	case at.Sub(act.Now) > resendAhead:
		return invalid("I12", field, "%s is in the future, and the recipient may change their mind; write when they agreed, at the latest %s", at.Format(time.RFC3339), text)
	}
	return nil
}

// WantsNoMail reports whether the owner of an invitation's address wants no e-mail. They said so at the given time, zero if they never did.
// What they agreed to later counts more (I12).
func WantsNoMail(i *v1alpha1.Invitation, mutedAt time.Time) bool {
	agreed, err := recipientAgreed(i)
	return !mutedAt.IsZero() && (err != nil || !agreed.After(mutedAt))
}

// takenUp is the time of the last request that the operator has carried out, or is carrying out.
func takenUp(i *v1alpha1.Invitation) time.Time {
	if i.Status.Delivery == nil || i.Status.Delivery.ResendRequestedAt == nil {
		return time.Time{}
	}
	return i.Status.Delivery.ResendRequestedAt.Time
}

// Begun is the number of messages that were begun for an invitation.
func Begun(i *v1alpha1.Invitation) int32 {
	if i.Status.Delivery == nil {
		return 0
	}
	return i.Status.Delivery.Sends
}

// MayHaveLeft is the number of an invitation's messages that the mail server may have at an instant. The latest has not left while it waits
// for its turn, by any replica's clock.
func MayHaveLeft(i *v1alpha1.Invitation, now time.Time) int32 {
	d := i.Status.Delivery
	if d != nil && d.Attempts == 0 && d.NextAttemptAt != nil && now.Add(ClockSkew).Before(d.NextAttemptAt.Time) {
		return max(0, counted(i)-1)
	}
	return counted(i)
}

// ValidSend is the number of the message whose link is valid; 0 if there is none (I9). A message that was withdrawn leaves the link of the one
// before valid.
func ValidSend(i *v1alpha1.Invitation) int32 {
	if d := i.Status.Delivery; d != nil && d.Withdrawn && !mayHaveIt(d) {
		return d.PreviousLink
	}
	return Begun(i)
}

// Withdraw takes the latest message back. It does not count, unless the mail server may have it.
func Withdraw(d *v1alpha1.InvitationDeliveryStatus) {
	d.Withdrawn, d.NextAttemptAt = true, nil
	if !mayHaveIt(d) {
		d.TakenBack++
	}
}

// mayHaveIt reports whether the mail server may have the latest message, without having said so.
func mayHaveIt(d *v1alpha1.InvitationDeliveryStatus) bool { return d.UncertainAttempts > 0 }

// Begin is the status of the next message of an invitation, which answers a request of the given time. The time never goes back, so that an
// old request that comes once more is none.
func Begin(i *v1alpha1.Invitation, requested time.Time) *v1alpha1.InvitationDeliveryStatus {
	d := &v1alpha1.InvitationDeliveryStatus{Sends: Begun(i) + 1, PreviousLink: ValidSend(i)}
	if before := i.Status.Delivery; before != nil {
		d.TakenBack, d.ResendRequestedAt = before.TakenBack, before.ResendRequestedAt
	}
	if requested.After(takenUp(i)) {
		d.ResendRequestedAt = &metav1.Time{Time: requested}
	}
	return d
}

// counted is the number of an invitation's messages that count (I9, I13).
func counted(i *v1alpha1.Invitation) int32 {
	if i.Status.Delivery == nil {
		return 0
	}
	return max(0, i.Status.Delivery.Sends-i.Status.Delivery.TakenBack)
}

func resends(i *v1alpha1.Invitation) int32 { return max(0, counted(i)-1) }

// Next is what comes next for the e-mail of a pending invitation.
type Next int

// What comes next.
const (
	NothingToSend Next = iota // it was sent, and nobody asked for more
	Send                      // a message is to be begun: the first, or a re-send
	TooMany                   // one is wanted, and as many as can be were sent to this address (I9, I13)
	Muted                     // one is wanted, and the owner of the address wants no more (I12)
)

// NextSend says whether a message is to be begun for a pending invitation. Elsewhere is the number of messages that its organization sent
// to the same address for other invitations, also deleted ones, within the time that an invitation is valid (I13). Muted says that the owner
// of the address wants no more. The time that it returns is that of the request which the message answers.
func NextSend(p Policy, i *v1alpha1.Invitation, elsewhere int32, muted bool) (Next, time.Time) {
	requested, err := RequestedResend(i)
	wanted := Begun(i) == 0 || i.Status.Delivery.Withdrawn || err == nil && requested.After(takenUp(i))
	switch {
	case !wanted:
		return NothingToSend, time.Time{}
	case muted:
		return Muted, time.Time{}
	case counted(i)+elsewhere >= p.Sends():
		return TooMany, time.Time{}
	}
	return Send, requested
}

// CountedUntil is when the messages of an invitation count no longer against others to the same address (I13). They count for the time that
// an invitation is valid, from the last of them. One that is on its way counts from now.
func CountedUntil(p Policy, i *v1alpha1.Invitation, now time.Time) time.Time {
	last := now
	switch d := i.Status.Delivery; {
	case d != nil && d.LastSentAt != nil:
		last = d.LastSentAt.Time
	case i.Status.ExpiresAt != nil && i.Status.ExpiresAt.Time.Before(now):
		last = i.Status.ExpiresAt.Time // it was never taken, and is not sent any more
	}
	return last.Add(days(p.InvitationDays))
}

// SentLately is the number of messages of an invitation that count at an instant.
func SentLately(p Policy, i *v1alpha1.Invitation, now time.Time) int32 {
	if !now.Before(CountedUntil(p, i, now)) {
		return 0
	}
	return counted(i)
}
