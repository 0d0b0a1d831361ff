// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Suspended reports whether nothing can be added to the organization, and its hosts serve nothing (E3, E8).
func (a Account) Suspended(p Policy, now time.Time) bool { return a.WhySuspended(p, now) != "" }

// WhySuspended is the reason of a suspension; empty if there is none. The platform's comes first: whatever the organization buys does not
// end it.
func (a Account) WhySuspended(p Policy, now time.Time) string {
	switch {
	case a.Stopped:
		return v1alpha1.ReasonSuspendedByPlatform
	case !a.Over(p, now):
		return ""
	case a.Subscribed():
		return v1alpha1.ReasonSubscriptionEnded
	}
	return v1alpha1.ReasonTrialEnded
}

// SuspensionText completes a sentence about an organization that is suspended for a reason, and names the rule.
func SuspensionText(reason string) string {
	switch reason {
	case v1alpha1.ReasonSuspendedByPlatform:
		return "the platform suspends it (E8)"
	case v1alpha1.ReasonSubscriptionEnded:
		return "its subscription ended (E8)"
	}
	return "its trial ended without a subscription (E3)"
}

// platformSuspends judges who suspends an organization, and who sets the end of its subscription (E8). To remove a subscription that has an
// end is to remove the end.
func platformSuspends(act Act, before, after v1alpha1.OrganizationSpec) (vs Violations) {
	if !sameSuspension(before.Suspended, after.Suspended) {
		vs = append(vs, platformOnly(act, "E8", "suspend an organization or resume it", "leave spec.suspended as it is")...)
	}
	if was, is := subscriptionEnd(before), subscriptionEnd(after); !was.Equal(is) {
		vs = append(vs, platformOnly(act, "E8", "set the end of a subscription", "leave spec.subscription.endsAt as it is")...)
	}
	return vs
}

// subscriptionEnd is the end of a subscription; nil if it has none, or if there is no subscription.
func subscriptionEnd(spec v1alpha1.OrganizationSpec) *metav1.Time {
	if spec.Subscription == nil {
		return nil
	}
	return spec.Subscription.EndsAt
}

func sameSuspension(a, b *v1alpha1.OrganizationSuspension) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// refusedWhileSuspended refuses to add anything to an organization that is suspended for a reason.
func refusedWhileSuspended(reason, organization string) Violations {
	switch reason {
	case v1alpha1.ReasonSuspendedByPlatform:
		return forbidden("E8", "the platform suspends %s, and its condition Ready says why; ask the platform's administrators to end that (spec.suspended), then try again", organization)
	case v1alpha1.ReasonSubscriptionEnded:
		return forbidden("E8", "the subscription of %s has ended; ask the platform's administrators to renew it (spec.subscription.endsAt), then try again", organization)
	}
	return forbidden("E3", "the trial of %s has ended and it has no subscription; subscribe (spec.subscription), then try again", organization)
}

// Warnings tell the sender of a change, beside the answer, that the organization is suspended, or is about to be (E3, E8). Only its
// administrators and platform actors get them (U3). The facts of the change take precedence over the world's: a change that subscribes gets
// no warning.
func Warnings(o Outlook, act Act, organization string, after []Fact) []string {
	if organization == "" || !o.administers(act, organization) {
		return nil
	}
	accounts := reliedOn[Account](o, OrganizationKey(organization))
	if a, ok := find(after, func(a Account) bool { return a.Organization == organization }); ok {
		accounts = []Account{a}
	}
	for _, a := range accounts {
		if text := a.warningText(o.Policy(), act.Now); text != "" && !a.Terminating {
			return []string{text}
		}
	}
	return nil
}

// warningText describes the end of an organization's time, or its suspension, and what can be done about it.
func (a Account) warningText(p Policy, now time.Time) string {
	date, _ := a.End(p)
	end := date.UTC().Format(time.RFC3339)
	switch reason := a.WhySuspended(p, now); {
	case reason == v1alpha1.ReasonSuspendedByPlatform:
		return fmt.Sprintf("the platform suspends %s, and its condition Ready says why; a platform actor ends that by removing spec.suspended [E8]", a.Organization)
	case reason == v1alpha1.ReasonSubscriptionEnded:
		return fmt.Sprintf("the subscription of %s ended at %s and it is suspended; a platform actor resumes it by a later spec.subscription.endsAt [E8]", a.Organization, end)
	case reason == v1alpha1.ReasonTrialEnded:
		return fmt.Sprintf("the trial of %s ended at %s and it is suspended; an Administrator resumes it by subscribing (spec.subscription) [E3]",
			a.Organization, end)
	case a.Ending(p, now) && a.Subscribed():
		return fmt.Sprintf("the subscription of %s ends at %s; unless a platform actor sets a later spec.subscription.endsAt before, it is suspended then [E8]",
			a.Organization, end)
	case a.Ending(p, now):
		return fmt.Sprintf("the trial of %s ends at %s; unless an Administrator subscribes before (spec.subscription), it is suspended then [E3]",
			a.Organization, end)
	}
	return ""
}
