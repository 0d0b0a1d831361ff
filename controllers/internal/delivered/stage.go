// SPDX-License-Identifier: Apache-2.0

package delivered

import (
	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Stage is how far the latest e-mail of an invitation is.
type Stage int

// The stages.
const (
	None        Stage = iota // the operator has no mail server, or has not looked at the invitation
	Waiting                  // it is on its way, waits for its turn or its organization, or is tried again
	Sent                     // the mail server took it
	Undelivered              // it is not sent
)

// StageOf is how far the latest e-mail of an invitation is.
func StageOf(i *v1alpha1.Invitation) Stage {
	d := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionDelivered)
	if d == nil {
		return None
	}
	switch d.Reason {
	case v1alpha1.ReasonSent:
		return Sent
	case v1alpha1.ReasonSending, v1alpha1.ReasonQueued, v1alpha1.ReasonDeferred, v1alpha1.ReasonOrganizationSuspended:
		return Waiting
	case v1alpha1.ReasonUndelivered, v1alpha1.ReasonSendLimit, v1alpha1.ReasonRecipientOptedOut:
		return Undelivered
	}
	return None
}
