// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	reconcilers "github.com/polyorg/polyorg/controllers/organization"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/test/lab"
)

const day = 24 * time.Hour

// looksAgain waits until the operator has looked at the organization and planned its next look.
func looksAgain(ctx context.Context, org *v1alpha1.Organization, after time.Duration) {
	GinkgoHelper()
	r := &reconcilers.Reconciler{Client: mgr.GetClient(), Own: mgr.GetClient(), Live: mgr.GetAPIReader(), Clock: clock, Events: mgr.GetEventRecorder("test"), Config: conf}
	Eventually(func() (ctrl.Result, error) {
		return r.Reconcile(ctx, ctrl.Request{NamespacedName: key(org)})
	}).WithContext(ctx).Should(Equal(ctrl.Result{RequeueAfter: after}))
}

// eventsOf are the notes of the events on an object that have a reason.
func eventsOf(ctx context.Context, obj client.Object, reason string) func(Gomega) []string {
	return func(g Gomega) []string {
		var all eventsv1.EventList
		g.Expect(kube.List(ctx, &all)).To(Succeed())
		var notes []string
		for i := range all.Items {
			if e := &all.Items[i]; e.Regarding.UID == obj.GetUID() && e.Regarding.Namespace == obj.GetNamespace() && e.Reason == reason && e.Series == nil {
				notes = append(notes, e.Type+": "+e.Note)
			}
		}
		return notes
	}
}

func subscribe(ctx context.Context, org *v1alpha1.Organization, to *v1alpha1.Subscription) {
	GinkgoHelper()
	change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.Subscription = to })
}

var ultimate = &v1alpha1.Subscription{Edition: v1alpha1.EditionUltimate, Licenses: 25}

var _ = Describe("A trial", func() {
	It("is warned of its end from three days before, once (E3)", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		end := org.Status.Trial.EndsAt.Time
		at(end.Add(-3*day - time.Minute))
		looksAgain(ctx, org, time.Minute)
		Expect(condition(read(ctx, org), v1alpha1.ConditionTrialEnding)).To(BeZero())

		clock.SetTime(end.Add(-3 * day))
		touch(ctx, org)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionTrialEnding).Reason).To(Equal(v1alpha1.ReasonTrialEnding))
		})
		Expect(condition(org, v1alpha1.ConditionTrialEnding).Message).To(And(ContainSubstring(end.UTC().Format(time.RFC3339)), ContainSubstring("spec.subscription")))
		Expect(condition(org, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonActive), "it is in service still")
		Expect(condition(org, v1alpha1.ConditionStalled)).To(BeZero())
		Expect(condition(org, v1alpha1.ConditionSubscribed).Reason).To(Equal(v1alpha1.ReasonOnTrial))
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonTrialEnding)).Should(ConsistOf(HavePrefix("Warning: The trial ends at ")))
		looksAgain(ctx, org, 3*day)

		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.DisplayName = "Zylker & Sons" })
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.ObservedGeneration).To(Equal(o.Generation))
		})
		subscribe(ctx, org, ultimate)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionTrialEnding)).To(BeZero())
			g.Expect(condition(o, v1alpha1.ConditionSubscribed).Status).To(Equal(metav1.ConditionTrue))
		})
		Expect(eventsOf(ctx, org, v1alpha1.ReasonTrialEnding)(NewWithT(GinkgoT()))).To(HaveLen(1))
		looksAgain(ctx, org, 0)
	})

	It("suspends at its end, and a subscription resumes (E3, A7)", func(ctx context.Context) {
		name, john, alice := lab.Unique("zylker"), lab.Person("john"), lab.Person("alice")
		org := settled(ctx, name, john)
		becomes(ctx, create(ctx, membership(name, alice)), v1alpha1.ReasonActive)
		end := org.Status.Trial.EndsAt.Time
		at(end.Add(-time.Minute))
		looksAgain(ctx, org, time.Minute)

		clock.SetTime(end)
		touch(ctx, org)
		becomes(ctx, org, v1alpha1.ReasonTrialEnded)
		goes(ctx, ingressOf(org))
		Expect(org.Status.AccessURL).To(BeEmpty())
		Expect(org.Status.Hosts).To(HaveLen(1), "the host stays its own")
		Expect(condition(org, v1alpha1.ConditionSubscribed).Reason).To(Equal(v1alpha1.ReasonTrialEnded))
		Expect(condition(org, v1alpha1.ConditionTrialEnding)).To(BeZero())
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonTrialEnded)).Should(ConsistOf(HavePrefix("Warning: Suspended")))
		looksAgain(ctx, org, 0)

		By("keeping who is in it, and their access: somebody must be able to subscribe")
		Expect(rules.Active(read(ctx, membership(name, alice)))).To(BeTrue())
		Expect(as(alice).List(ctx, &v1alpha1.MembershipList{}, client.InNamespace("org-"+name))).To(Succeed())
		own := read(ctx, org)
		own.Spec.Subscription = ultimate
		Expect(as(john).Update(ctx, own)).To(Succeed())

		becomes(ctx, org, v1alpha1.ReasonActive)
		read(ctx, ingressOf(org))
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonSubscribed)).WithContext(ctx).Should(ConsistOf("Normal: Subscribed to Ultimate with 25 licences"))
		Expect(eventsOf(ctx, org, v1alpha1.ReasonActive)(NewWithT(GinkgoT()))).To(BeEmpty(), "Ready says that")
		Expect(org.Status.EditionText).To(Equal("Ultimate"))
		Expect(org.Status.Trial.Summary).To(BeEmpty(), "its end does not matter any more")
		Expect(org.Status.Seats.Summary).To(Equal("2/25"))

		By("suspending at once who gives the subscription back")
		subscribe(ctx, org, nil)
		becomes(ctx, org, v1alpha1.ReasonTrialEnded)

		By("resuming when the platform extends the trial, which ends after all")
		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = &metav1.Time{Time: end.Add(10 * day)} })
		becomes(ctx, org, v1alpha1.ReasonActive)
		Expect(org.Status.Trial.EndsAt.Time).To(BeTemporally("==", end.Add(10*day)))
		Expect(org.Status.EditionText).To(Equal("Enterprise (trial)"))
		Expect(org.Status.Trial.Summary).To(Equal(end.Add(10 * day).UTC().Format(time.RFC3339)))
		looksAgain(ctx, org, 7*day)

		By("ending when the platform takes the extension back")
		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = nil })
		becomes(ctx, org, v1alpha1.ReasonTrialEnded)
		Expect(org.Status.Trial.EndsAt.Time).To(BeTemporally("==", end))
	})

	It("goes on when a subscription is given back before its end", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		subscribe(ctx, org, ultimate)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.EditionText).To(Equal("Ultimate")) })
		subscribe(ctx, org, nil)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.EditionText).To(Equal("Enterprise (trial)"))
		})
		Expect(condition(org, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonActive))
	})

	It("keeps its first length when the policy changes later (E2, L9)", func(ctx context.Context) {
		first := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		Expect(first.Status.Trial.Days).To(BeEquivalentTo(15))
		days, warning := int32(2), int32(1)
		policy := setPolicy(ctx, v1alpha1.PlatformPolicySpec{Trial: &v1alpha1.TrialPolicy{Days: &days, WarningDays: &warning}})
		second := settled(ctx, lab.Unique("zylker"), lab.Person("mary"))
		Expect(second.Status.Trial.EndsAt.Time).To(BeTemporally("==", second.CreationTimestamp.Add(2*day)))
		looksAgain(ctx, second, second.CreationTimestamp.Add(day).Sub(clock.Now()))
		looksAgain(ctx, first, first.CreationTimestamp.Add(14*day).Sub(clock.Now()))

		days = 30
		change(ctx, policy, func(p *v1alpha1.PlatformPolicy) { p.Spec.Trial = &v1alpha1.TrialPolicy{Days: &days} })
		third := settled(ctx, lab.Unique("zylker"), lab.Person("paul"))
		Expect(third.Status.Trial.EndsAt.Time).To(BeTemporally("==", third.CreationTimestamp.Add(30*day)))
		By("warning three days before again, of ends that are where they were")
		looksAgain(ctx, first, first.CreationTimestamp.Add(12*day).Sub(clock.Now()))
		looksAgain(ctx, second, second.CreationTimestamp.Add(2*day).Sub(clock.Now()))
		looksAgain(ctx, third, third.CreationTimestamp.Add(27*day).Sub(clock.Now()))
	})
})
