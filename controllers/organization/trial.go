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

// reportTrial promises the days of the trial, once (E2). The summary of its end is for those to whom that matters.
func (o *observed) reportTrial() {
	trial := &v1alpha1.TrialStatus{
		StartedAt: o.org.CreationTimestamp,
		EndsAt:    metav1.NewTime(o.account.TrialEnd(o.policy)),
		Days:      cmp.Or(o.account.TrialDays, o.policy.TrialDays),
	}
	if !o.account.Subscribed() {
		trial.Summary = date(trial.EndsAt.Time)
	}
	o.org.Status.Trial = trial
}

// reportSubscription shows whether the organization is on trial or subscribed, and whether that has ended (E3, E8). A suspension by the
// platform has no part in it.
func (o *observed) reportSubscription(say status.Conditions, now time.Time) {
	const kind = v1alpha1.ConditionSubscribed
	end, _ := o.account.End(o.policy)
	over, edition := o.account.Over(o.policy, now), string(o.org.Status.Edition)
	text := &o.org.Status.EditionText
	*text = edition
	switch {
	case o.account.Subscribed() && over:
		*text += " (ended)"
		say.False(kind, v1alpha1.ReasonSubscriptionEnded, "The subscription to "+edition+" ended at "+date(end))
	case o.account.Subscribed():
		say.True(kind, v1alpha1.ReasonSubscribed, "Subscribed to "+edition)
	case over:
		*text += " (trial ended)"
		say.False(kind, v1alpha1.ReasonTrialEnded, "The trial ended at "+date(end))
	default:
		*text += " (trial)"
		say.False(kind, v1alpha1.ReasonOnTrial, "On trial until "+date(end))
	}
}

// news tells what happened to a custom domain, that an organization has subscribed, or to something else than before, or that its subscription is renewed. It also tells that
// the platform no longer suspends it. One that comes with its subscription is no news.
func (r *Reconciler) news(before, after *v1alpha1.Organization) {
	r.domainNews(before, after)
	was, is := before.Status, after.Status
	if len(was.Conditions) == 0 {
		return
	}
	tell := func(reason, note string) {
		r.Events.Eventf(after, nil, corev1.EventTypeNormal, reason, "Reconcile", "%s", note)
	}
	if after.Spec.Suspended == nil && saysStopped(was) && !saysStopped(is) {
		tell(v1alpha1.ReasonReinstated, "The platform no longer suspends it")
	}
	subscribed := meta.FindStatusCondition(is.Conditions, v1alpha1.ConditionSubscribed)
	switch {
	case subscribed == nil, subscribed.Status != metav1.ConditionTrue:
	case !meta.IsStatusConditionTrue(was.Conditions, v1alpha1.ConditionSubscribed), was.Edition != is.Edition, was.Seats.Purchased != is.Seats.Purchased:
		tell(v1alpha1.ReasonSubscribed, subscribed.Message+" with "+rules.Number(int(is.Seats.Purchased), "licence", "licences"))
	}
}
