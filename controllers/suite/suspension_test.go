// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/grant"
	reconcilers "github.com/polyorg/polyorg/controllers/invitation"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/test/lab"
)

// until is a subscription that ends.
func until(end time.Time) *v1alpha1.Subscription {
	s := ultimate.DeepCopy()
	s.EndsAt = &metav1.Time{Time: end}
	return s
}

// suspends sets or removes the platform's suspension.
func suspends(ctx context.Context, org *v1alpha1.Organization, reason string) {
	GinkgoHelper()
	change(ctx, org, func(o *v1alpha1.Organization) {
		o.Spec.Suspended = nil
		if reason != "" {
			o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: reason}
		}
	})
}

var _ = Describe("A subscription that has an end", func() {
	It("is warned of it from three days before, once (E8)", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		end := org.CreationTimestamp.Add(20 * day)
		subscribe(ctx, org, until(end))
		at(end.Add(-3*day - time.Minute))
		touch(ctx, org)
		looksAgain(ctx, org, time.Minute)
		Expect(condition(read(ctx, org), v1alpha1.ConditionSubscriptionEnding)).To(BeZero())

		clock.SetTime(end.Add(-3 * day))
		touch(ctx, org)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionSubscriptionEnding)).To(HaveField("Message", And(
				ContainSubstring(end.UTC().Format(time.RFC3339)), ContainSubstring("spec.subscription.endsAt"))))
		})
		Expect(condition(org, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonActive), "it is in service still")
		Expect(condition(org, v1alpha1.ConditionSubscribed).Status).To(Equal(metav1.ConditionTrue))
		Expect(condition(org, v1alpha1.ConditionTrialEnding)).To(BeZero())
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonSubscriptionEnding)).Should(ConsistOf(HavePrefix("Warning: The subscription ends at ")))
		looksAgain(ctx, org, 3*day)

		By("going when the platform renews it")
		subscribe(ctx, org, until(end.Add(100*day)))
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionSubscriptionEnding)).To(BeZero())
		})
		Expect(eventsOf(ctx, org, v1alpha1.ReasonSubscriptionEnding)(NewWithT(GinkgoT()))).To(HaveLen(1))
		looksAgain(ctx, org, 100*day)
	})

	It("suspends at its end, and is renewed by one edit (E8, A7)", func(ctx context.Context) {
		name, john, alice := lab.Unique("zylker"), lab.Person("john"), lab.Person("alice")
		org := settled(ctx, name, john)
		becomes(ctx, create(ctx, membership(name, alice)), v1alpha1.ReasonActive)
		end := org.CreationTimestamp.Add(5 * day)
		subscribe(ctx, org, until(end))
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.EditionText).To(Equal("Ultimate")) })
		at(end.Add(-time.Minute))
		looksAgain(ctx, org, time.Minute)

		clock.SetTime(end)
		touch(ctx, org)
		becomes(ctx, org, v1alpha1.ReasonSubscriptionEnded)
		goes(ctx, ingressOf(org))
		Expect(org.Status.AccessURL).To(BeEmpty())
		Expect(org.Status.Hosts).To(HaveLen(1), "the host stays its own")
		Expect(org.Status.EditionText).To(Equal("Ultimate (ended)"))
		Expect(org.Status.Edition).To(Equal(v1alpha1.EditionUltimate))
		Expect(org.Status.Seats.Summary).To(Equal("2/25"), "nothing is taken away")
		Expect(condition(org, v1alpha1.ConditionSubscribed)).To(And(
			HaveField("Reason", v1alpha1.ReasonSubscriptionEnded), HaveField("Message", ContainSubstring(end.UTC().Format(time.RFC3339)))))
		Expect(condition(org, v1alpha1.ConditionSubscriptionEnding)).To(BeZero())
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonSubscriptionEnded)).Should(ConsistOf(HavePrefix("Warning: Suspended: the subscription ended")))
		Expect(rules.Active(read(ctx, membership(name, alice)))).To(BeTrue())
		looksAgain(ctx, org, 0)

		renewed := until(end.Add(100 * day))
		renewed.Licenses = 30
		subscribe(ctx, org, renewed)
		becomes(ctx, org, v1alpha1.ReasonActive)
		read(ctx, ingressOf(org))
		Expect(org.Status.EditionText).To(Equal("Ultimate"))
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonSubscribed)).WithContext(ctx).Should(ContainElement("Normal: Subscribed to Ultimate with 30 licences"))
		By("having no end once that is removed")
		subscribe(ctx, org, ultimate.DeepCopy())
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.ObservedGeneration).To(Equal(o.Generation))
		})
		looksAgain(ctx, org, 0)
	})
})

var _ = Describe("The platform", func() {
	const why = "Unpaid invoices of 2026"

	It("suspends an organization, which says why, and resumes it by one edit (E8, A7)", func(ctx context.Context) {
		name, john, alice := lab.Unique("zylker"), lab.Person("john"), lab.Person("alice")
		org := settled(ctx, name, john)
		subscribe(ctx, org, ultimate.DeepCopy())
		becomes(ctx, create(ctx, membership(name, alice)), v1alpha1.ReasonActive)
		suspends(ctx, org, why)
		becomes(ctx, org, v1alpha1.ReasonSuspendedByPlatform)
		goes(ctx, ingressOf(org))
		Expect(org.Status.AccessURL).To(BeEmpty())
		Expect(org.Status.Hosts).To(HaveLen(1), "the host stays its own")
		Expect(condition(org, v1alpha1.ConditionReady).Message).To(HaveSuffix(why))
		Expect(condition(org, v1alpha1.ConditionSubscribed).Status).To(Equal(metav1.ConditionTrue), "it has paid for it")
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonSuspendedByPlatform)).Should(ConsistOf(And(HavePrefix("Warning: Suspended"), HaveSuffix(why))))
		Expect(rules.Active(read(ctx, membership(name, alice)))).To(BeTrue())
		Expect(as(alice).List(ctx, &v1alpha1.MembershipList{}, client.InNamespace("org-"+name))).To(Succeed())

		By("giving another reason")
		suspends(ctx, org, "Fraud")
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionReady).Message).To(HaveSuffix("Fraud"))
		})
		suspends(ctx, org, "")
		becomes(ctx, org, v1alpha1.ReasonActive)
		read(ctx, ingressOf(org))
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonReinstated)).WithContext(ctx).Should(ConsistOf("Normal: The platform no longer suspends it"))
	})

	It("suspends one on trial, which still ends (E3, E8)", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		suspends(ctx, org, why)
		becomes(ctx, org, v1alpha1.ReasonSuspendedByPlatform)
		Expect(org.Status.EditionText).To(Equal("Enterprise (trial)"))
		end := org.Status.Trial.EndsAt.Time
		at(end.Add(-time.Minute))
		looksAgain(ctx, org, time.Minute)
		clock.SetTime(end)
		touch(ctx, org)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionSubscribed).Reason).To(Equal(v1alpha1.ReasonTrialEnded))
		})
		Expect(condition(org, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonSuspendedByPlatform))
		By("staying suspended when it subscribes, and when only the suspension goes")
		suspends(ctx, org, "")
		becomes(ctx, org, v1alpha1.ReasonTrialEnded)
		suspends(ctx, org, why)
		subscribe(ctx, org, ultimate.DeepCopy())
		becomes(ctx, org, v1alpha1.ReasonSuspendedByPlatform)
		suspends(ctx, org, "")
		becomes(ctx, org, v1alpha1.ReasonActive)
	})

	It("keeps sample data of a suspended organization waiting (E8)", func(ctx context.Context) {
		org := withSampleData(lab.Unique("zylker"), lab.Person("john"))
		org.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: why}
		becomes(ctx, create(ctx, org), v1alpha1.ReasonSuspendedByPlatform)
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonSuspendedByPlatform, "no longer suspended")
		suspends(ctx, org, "")
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonLoading, "")
	})
})

var _ = Describe("An invitation to an organization whose time ends (E8)", func() {
	// offered waits until an invitee can answer so many invitations.
	offered := func(ctx context.Context, i *v1alpha1.Invitation, n int32) {
		GinkgoHelper()
		eventually(ctx, userOf(i.Spec.Email), func(g Gomega, u *v1alpha1.User) {
			g.Expect(u.Status.Answerable).To(HaveValue(Equal(n)))
			g.Expect(u.Status.Invitations).To(HaveLen(int(n)))
		})
	}

	It("waits, is in no list, and comes back", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: facts.OrganizationOf(i.Namespace)}}
		end := clock.Now().Add(day).Truncate(time.Second)
		subscribe(ctx, org, until(end))
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.ObservedGeneration).To(Equal(o.Generation))
		})
		offered(ctx, i, 1)
		r := &reconcilers.Reconciler{Client: mgr.GetClient(), Own: mgr.GetClient(), Live: mgr.GetAPIReader(), Clock: clock, Events: mgr.GetEventRecorder("test"), Desk: grant.NewDesk(mgr.GetClient(), nil)}
		at(end.Add(-time.Minute))
		Eventually(func() (ctrl.Result, error) {
			return r.Reconcile(ctx, ctrl.Request{NamespacedName: key(i)})
		}).Should(Equal(ctrl.Result{RequeueAfter: time.Minute}), "it looks again when the subscription ends")

		clock.SetTime(end)
		touch(ctx, i)
		touch(ctx, org)
		becomes(ctx, i, v1alpha1.ReasonOrganizationSuspended)
		Expect(condition(i, v1alpha1.ConditionReady).Message).To(ContainSubstring("subscription ended"))
		offered(ctx, i, 0)
		subscribe(ctx, org, ultimate.DeepCopy())
		becomes(ctx, i, v1alpha1.ReasonPending)
		offered(ctx, i, 1)
	})

	It("waits while the platform suspends it, and does not tell why", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: facts.OrganizationOf(i.Namespace)}}
		offered(ctx, i, 1)
		suspends(ctx, org, "Unpaid invoices")
		becomes(ctx, i, v1alpha1.ReasonOrganizationSuspended)
		Expect(condition(i, v1alpha1.ConditionReady).Message).NotTo(ContainSubstring("Unpaid"))
		offered(ctx, i, 0)
		suspends(ctx, org, "")
		becomes(ctx, i, v1alpha1.ReasonPending)
		offered(ctx, i, 1)
	})
})
