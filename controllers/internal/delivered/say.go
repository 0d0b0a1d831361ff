// SPDX-License-Identifier: Apache-2.0

// Package delivered says what became of an invitation's e-mail. Two controllers do: the one of invitations, which begins a message, and the
// one of deliveries, which sends it.
package delivered

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/rules"
)

// Due reports whether the latest message is still to be handed to the mail server.
func Due(d *v1alpha1.InvitationDeliveryStatus) bool {
	return d != nil && d.Sends > 0 && !d.Withdrawn && d.LastSentAt == nil && (d.LastError == "" || d.NextAttemptAt != nil)
}

// Say says what became of the latest message (I12).
func Say(say status.Conditions, d *v1alpha1.InvitationDeliveryStatus) {
	switch {
	case d == nil || d.Sends == 0:
	case d.Withdrawn:
		SayMuted(say)
	case d.LastSentAt != nil:
		say.True(v1alpha1.ConditionDelivered, v1alpha1.ReasonSent, "The mail server took the e-mail")
	case d.NextAttemptAt != nil && d.LastError == "":
		say.Set(v1alpha1.ConditionDelivered, metav1.ConditionUnknown, v1alpha1.ReasonQueued, fmt.Sprintf(
			"Other e-mails leave first; this one has its turn at %s or later [I13]", d.NextAttemptAt.UTC().Format(time.RFC3339)))
	case d.NextAttemptAt != nil:
		say.False(v1alpha1.ConditionDelivered, v1alpha1.ReasonDeferred, fmt.Sprintf("%s; the next attempt is at %s [I12]",
			d.LastError, d.NextAttemptAt.UTC().Format(time.RFC3339)))
	case d.LastError != "":
		say.False(v1alpha1.ConditionDelivered, v1alpha1.ReasonUndelivered, d.LastError+"; check the address, or ask the platform, and then send it again [I12]")
	default:
		say.Set(v1alpha1.ConditionDelivered, metav1.ConditionUnknown, v1alpha1.ReasonSending, "The e-mail is on its way to the mail server")
	}
}

// SayTooMany says that a message is kept back, because enough were sent (I13).
func SayTooMany(say status.Conditions, p rules.Policy) {
	say.False(v1alpha1.ConditionDelivered, v1alpha1.ReasonSendLimit, fmt.Sprintf("The organization has sent %s to this address within %s; "+
		"this one is sent once there is room [I13]",
		rules.Number(int(p.Sends()), "e-mail", "e-mails"), rules.Number(int(p.InvitationDays), "day", "days")))
}

// SayMuted says that no message is sent, because the owner of the address wants none (I12).
func SayMuted(say status.Conditions) {
	say.False(v1alpha1.ConditionDelivered, v1alpha1.ReasonRecipientOptedOut,
		"Not delivered: the recipient asked for no more e-mail; talk to them in another way [I12]")
}

// SayHeld says that a message is kept back, because its organization is suspended (E3, E8).
func SayHeld(say status.Conditions) {
	say.Set(v1alpha1.ConditionDelivered, metav1.ConditionUnknown, v1alpha1.ReasonOrganizationSuspended,
		"The organization is suspended; the e-mail is sent once the organization is in service again [E3]")
}

// SayOver says that the invitation ended before its message was sent.
func SayOver(say status.Conditions) {
	say.False(v1alpha1.ConditionDelivered, v1alpha1.ReasonUndelivered, "The invitation ended before its e-mail was sent")
}

// SayNoMail says that no e-mail is sent, because the operator has no mail server.
func SayNoMail(say status.Conditions) {
	say.Set(v1alpha1.ConditionDelivered, metav1.ConditionUnknown, v1alpha1.ReasonMailNotConfigured, "No mail server is configured")
}
