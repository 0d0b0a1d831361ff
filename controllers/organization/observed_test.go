// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// TestStalls: a condition names every obstacle that somebody has to remove.
func TestStalls(t *testing.T) {
	held := zylker.DeepCopy()
	held.DeletionTimestamp, held.Spec.DeletionProtection = &metav1.Time{}, true
	stopped := zylker.DeepCopy()
	stopped.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: "Unpaid invoices"}
	const way = "RoleBinding org-zylker/a"
	for sentence, tc := range map[string]struct {
		o      observed
		reason string
		told   []string
	}{
		"nothing is in the way": {observed{org: zylker}, "", nil},
		"E3, R7: the trial ended, and members lack access": {
			observed{org: zylker, suspended: true, why: v1alpha1.ReasonTrialEnded, obstacles: []string{way}}, v1alpha1.ReasonTrialEnded, []string{"(E3)", way},
		},
		"E8: the platform suspends it, with a reason": {
			observed{org: stopped, suspended: true, why: v1alpha1.ReasonSuspendedByPlatform}, v1alpha1.ReasonSuspendedByPlatform, []string{"(E8)", "Unpaid invoices"},
		},
		"E8: its subscription ended": {
			observed{org: zylker, suspended: true, why: v1alpha1.ReasonSubscriptionEnded}, v1alpha1.ReasonSubscriptionEnded, []string{"(E8)", "spec.subscription.endsAt"},
		},
		"R7, A2: members lack access, and a host is not free": {
			observed{org: zylker, obstacles: []string{way}, hostsLack: true}, v1alpha1.ReasonBindingInTheWay, []string{way, "(A2)"},
		},
		"O7: it is protected, and all of that": {
			observed{org: held, suspended: true, why: v1alpha1.ReasonTrialEnded, obstacles: []string{way}, hostsLack: true}, v1alpha1.ReasonDeletionProtected,
			[]string{"deletionProtection to false", "(E3)", way, "(A2)"},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			reason, message := summed(tc.o.stalls())
			if reason != tc.reason {
				t.Errorf("reason %q, want %q", reason, tc.reason)
			}
			for _, part := range tc.told {
				if !strings.Contains(message, part) {
					t.Errorf("%q does not tell %q", message, part)
				}
			}
		})
	}
}
