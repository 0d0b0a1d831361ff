// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"cmp"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/rules"
)

// untilTrialMoves is the time until the next event of the trial: the warning of its end, then the end; 0 when there is none.
func (o *observed) untilTrialMoves(now time.Time) time.Duration {
	warning, end := o.account.TrialWarning(o.policy), o.account.TrialEnd(o.policy)
	switch {
	case o.account.Subscribed(), o.suspended:
		return 0
	case now.Before(warning):
		return warning.Sub(now)
	}
	return end.Sub(now)
}

// reportTrial promises the days of the trial, once, and shows whether the organization is on trial or subscribed (E2, E3).
func (o *observed) reportTrial(say status.Conditions, now time.Time) {
	s := &o.org.Status
	s.Trial = &v1alpha1.TrialStatus{
		StartedAt: o.org.CreationTimestamp,
		EndsAt:    metav1.NewTime(o.account.TrialEnd(o.policy)),
		Days:      cmp.Or(o.account.TrialDays, o.policy.TrialDays),
	}
	s.EditionText = string(s.Edition)
	end := s.Trial.EndsAt.UTC().Format(time.RFC3339)
	switch {
	case o.account.Subscribed():
		say.True(v1alpha1.ConditionSubscribed, v1alpha1.ReasonSubscribed, "Subscribed to "+string(s.Edition))
	case o.suspended:
		s.Trial.Summary = end
		s.EditionText += " (trial ended)"
		say.False(v1alpha1.ConditionSubscribed, v1alpha1.ReasonTrialEnded, "The trial ended at "+end)
	default:
		s.Trial.Summary = end
		s.EditionText += " (trial)"
		say.False(v1alpha1.ConditionSubscribed, v1alpha1.ReasonOnTrial, "On trial until "+end)
	}
	if !o.account.TrialEnding(o.policy, now) {
		say.Remove(v1alpha1.ConditionTrialEnding)
		return
	}
	say.True(v1alpha1.ConditionTrialEnding, v1alpha1.ReasonTrialEnding,
		"The trial ends at "+end+"; unless an Administrator subscribes before (spec.subscription), the organization is suspended then (E3)")
}

// news tells that an organization has subscribed, or to something else than before. One that comes with its subscription is no news.
func (r *Reconciler) news(before, after *v1alpha1.Organization) {
	was, is := before.Status, after.Status
	subscribed := meta.FindStatusCondition(is.Conditions, v1alpha1.ConditionSubscribed)
	switch {
	case len(was.Conditions) == 0, subscribed == nil, subscribed.Status != metav1.ConditionTrue:
	case !meta.IsStatusConditionTrue(was.Conditions, v1alpha1.ConditionSubscribed), was.Edition != is.Edition, was.Seats.Purchased != is.Seats.Purchased:
		r.Events.Eventf(after, nil, corev1.EventTypeNormal, v1alpha1.ReasonSubscribed, "Reconcile", "%s",
			subscribed.Message+" with "+rules.Number(int(is.Seats.Purchased), "licence", "licences"))
	}
}
