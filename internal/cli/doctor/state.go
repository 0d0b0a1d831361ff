// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/tally"
)

// policy: the platform's numbers are in force.
func (d *Doctor) policy(ctx context.Context) []Finding {
	const part = "policy"
	var p v1alpha1.PlatformPolicy
	err := d.Client.Get(ctx, client.ObjectKey{Name: v1alpha1.PlatformPolicyName}, &p)
	switch {
	case apierrors.IsNotFound(err):
		return []Finding{{part, OK, "there is no PlatformPolicy: the rulebook's own numbers are in force", ""}}
	case err != nil:
		return unseen(part, err)
	}
	for _, kind := range []string{v1alpha1.ConditionReady, v1alpha1.ConditionEnforced} {
		if c := meta.FindStatusCondition(p.Status.Conditions, kind); c != nil && c.Status == metav1.ConditionFalse {
			return []Finding{{part, Fault, c.Message, "correct the PlatformPolicy, or install the manifests again"}}
		}
	}
	if c := meta.FindStatusCondition(p.Status.Conditions, v1alpha1.ConditionBrandingAccepted); c != nil && c.Status == metav1.ConditionFalse {
		return []Finding{{part, Warning, c.Message, "e-mails and pages look as before; correct the ConfigMap that mail.configMap names"}}
	}
	return []Finding{{part, OK, "the numbers of the PlatformPolicy are in force", ""}}
}

// troubled are the organizations with one reason not to be ready.
type troubled struct {
	n       int
	example string
}

// meant are reasons that are no trouble of the platform's: the end of a trial or of a subscription, and its own decision (E3, E8).
var meant = []string{v1alpha1.ReasonTrialEnded, v1alpha1.ReasonSubscriptionEnded, v1alpha1.ReasonSuspendedByPlatform}

// organizations: those that are not in service, by reason.
func (d *Doctor) organizations(ctx context.Context) (all []Finding) {
	const part = "organizations"
	total, reasons := 0, map[string]troubled{}
	err := tally.Each(ctx, d.Client, &v1alpha1.OrganizationList{}, func(o *v1alpha1.Organization) {
		total++
		c := meta.FindStatusCondition(o.Status.Conditions, v1alpha1.ConditionReady)
		if c != nil && c.Status != metav1.ConditionTrue && !slices.Contains(meant, c.Reason) {
			reasons[c.Reason] = troubled{reasons[c.Reason].n + 1, o.Name}
		}
	})
	if err != nil {
		return unseen(part, err)
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		t := reasons[reason]
		all = append(all, Finding{part, Warning, fmt.Sprintf("%d of %d are not ready (%s), for example %s", t.n, total, reason, t.example),
			"its condition Ready says what to do: kubectl describe org " + t.example})
	}
	if len(all) == 0 {
		all = []Finding{{part, OK, fmt.Sprintf("%d, and the platform keeps none of them from service", total), ""}}
	}
	return all
}
