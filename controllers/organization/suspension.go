// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
)

// resumption says why the organization is suspended, and who resumes it (E3, E8).
func (o *observed) resumption() string {
	switch {
	case o.why == v1alpha1.ReasonSuspendedByPlatform && o.org.Spec.Suspended != nil:
		return "Suspended by the platform, which alone resumes it (E8): " + o.org.Spec.Suspended.Reason
	case o.why == v1alpha1.ReasonSubscriptionEnded:
		return "Suspended: the subscription ended; the platform resumes it by a later spec.subscription.endsAt (E8)"
	}
	return "Suspended: the trial ended without a subscription; subscribe to resume (E3)"
}

// reportEnding warns of the end of the trial or of the subscription, in its last days (E3, E8).
func (o *observed) reportEnding(say status.Conditions, now time.Time) {
	var trial, subscription string
	end, _ := o.account.End(o.policy)
	switch {
	case !o.account.Ending(o.policy, now):
	case o.account.Subscribed():
		subscription = "The subscription ends at " + date(end) +
			"; unless a platform actor sets a later spec.subscription.endsAt before, the organization is suspended then (E8)"
	default:
		trial = "The trial ends at " + date(end) + "; unless an Administrator subscribes before (spec.subscription), the organization is suspended then (E3)"
	}
	warn(say, v1alpha1.ConditionTrialEnding, v1alpha1.ReasonTrialEnding, trial)
	warn(say, v1alpha1.ConditionSubscriptionEnding, v1alpha1.ReasonSubscriptionEnding, subscription)
}

// warn sets the condition of a warning, or removes it if there is nothing to warn of.
func warn(say status.Conditions, kind, reason, message string) {
	if message == "" {
		say.Remove(kind)
		return
	}
	say.True(kind, reason, message)
}

// saysStopped reports whether a status says that the platform suspends the organization.
func saysStopped(s v1alpha1.OrganizationStatus) bool {
	ready := meta.FindStatusCondition(s.Conditions, v1alpha1.ConditionReady)
	return ready != nil && ready.Reason == v1alpha1.ReasonSuspendedByPlatform
}

func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }
