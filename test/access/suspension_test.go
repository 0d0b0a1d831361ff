// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

const unpaid = "Unpaid invoices of 2026"

func stop(o *v1alpha1.Organization) {
	o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: unpaid}
}
func resume(o *v1alpha1.Organization) { o.Spec.Suspended = nil }

// endsAt sets the end of a subscription.
func endsAt(end time.Time) func(*v1alpha1.Organization) {
	return func(o *v1alpha1.Organization) {
		o.Spec.Subscription.EndsAt = &metav1.Time{Time: end.Truncate(time.Second)}
	}
}

var _ = Describe("An organization that the platform suspends", Ordered, func() {
	var (
		org   *v1alpha1.Organization
		john  = lab.Person("john")  // super admin
		mary  = lab.Person("mary")  // Administrator
		alice = lab.Person("alice") // Standard
		bob   = lab.Person("bob")   // invited
		inv   *v1alpha1.Invitation
	)
	create := func(ctx context.Context, c client.Client, obj client.Object) error {
		return lab.Insist(ctx, func() error { return c.Create(ctx, obj) })
	}

	BeforeAll(func(ctx context.Context) {
		org = l.Organization(ctx, john, 10)
		l.Member(ctx, org, mary, v1alpha1.RoleAdministrator)
		l.Member(ctx, org, alice, v1alpha1.RoleStandard)
		inv = lab.NewInvitation(org, bob)
		lab.Create(ctx, l.Platform, inv)
		l.EventuallyReady(ctx, inv)
		Expect(lab.Change(ctx, l.As(john), org, stop)).To(lab.BeRefusedBy("E8"))
		Expect(lab.Change(ctx, l.Platform, org, stop)).To(Succeed())
		l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonSuspendedByPlatform, unpaid)
	})

	It("takes nothing new, and nobody can accept an invitation (E8, I8, U3)", func(ctx context.Context) {
		Expect(create(ctx, l.Platform, lab.NewMembership(org, lab.Person("carol"), v1alpha1.RoleStandard))).To(lab.BeRefusedBy("E8"))
		Expect(create(ctx, l.As(mary), lab.NewInvitation(org, lab.Person("carol")))).To(lab.BeRefusedBy("E8"))
		Expect(create(ctx, l.As(mary), lab.NewBinding(org, "ZohoDesk", lab.Unique("help")))).To(lab.BeRefusedBy("E8"))
		Expect(create(ctx, l.As(bob, customers), lab.NewResponse(inv, v1alpha1.DecisionAccept))).To(And(lab.BeRefusedBy("I8"),
			Not(MatchError(ContainSubstring("suspend")))), "Bob is no member yet (U3)")
		l.EventuallySays(ctx, inv, v1alpha1.ConditionReady, v1alpha1.ReasonOrganizationSuspended, "platform")
		Expect(inv.Status.Conditions).NotTo(ContainElement(HaveField("Message", ContainSubstring(unpaid))))
	})

	It("is resumed by no administrator, in no way (E8)", func(ctx context.Context) {
		for _, user := range []string{john, mary} {
			Expect(lab.Change(ctx, l.As(user), org, resume)).To(lab.BeRefusedBy("E8"), user)
			Expect(ask(ctx, l.As(user, customers), wish(v1alpha1.RequestChange, org.Name, `{"suspended": null}`))).To(lab.BeRefusedBy("E8"), user)
			Expect(lab.Change(ctx, l.As(user), org, func(o *v1alpha1.Organization) { o.Spec.Suspended.Reason = "All is well" })).To(lab.BeRefusedBy("E8"), user)
		}
		Expect(warned(ctx, mary, renamed(ctx, org))).To(ConsistOf(And(HavePrefix("the platform suspends "+org.Name), HaveSuffix("[E8]"))))
	})

	It("tells its members why, and nobody else (E8, U3)", func(ctx context.Context) {
		for _, user := range []string{john, mary, alice} {
			Eventually(func(g Gomega) {
				got, err := review(ctx, l.As(user, customers), v1alpha1.SelfReviewSpec{})
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(got.Organizations).To(ContainElement(And(HaveField("Name", org.Name), HaveField("Suspended", true),
					HaveField("SuspendedReason", v1alpha1.ReasonSuspendedByPlatform), HaveField("SuspendedMessage", unpaid))), user)
			}).WithContext(ctx).Should(Succeed())
		}
		got, err := review(ctx, l.As(bob, customers), v1alpha1.SelfReviewSpec{})
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Organizations).To(BeEmpty())
		Expect(got.Invitations).To(BeEmpty(), "it cannot be answered now")
		Expect(fmt.Sprintf("%+v", l.User(ctx, bob))).NotTo(ContainSubstring(unpaid))
	})

	It("is in service again after one edit (E8)", func(ctx context.Context) {
		Expect(lab.Change(ctx, l.Platform, org, resume)).To(Succeed())
		l.EventuallyReady(ctx, org)
		l.EventuallyReady(ctx, inv)
		Eventually(func() error { return create(ctx, l.As(bob, customers), lab.NewResponse(inv, v1alpha1.DecisionAccept)) }).Should(Succeed())
	})
})

var _ = Describe("The end of a subscription", Ordered, func() {
	var (
		org  *v1alpha1.Organization
		john = lab.Person("john")
	)

	It("is the platform's alone, and stays when the subscription changes (E8)", func(ctx context.Context) {
		org = l.Organization(ctx, john, 10)
		end := time.Now().Add(2 * day)
		Expect(lab.Change(ctx, l.As(john), org, endsAt(end))).To(lab.BeRefusedBy("E8"))
		Expect(warned(ctx, "", func(c client.Client) error { return lab.Change(ctx, c, org, endsAt(end)) })).To(ConsistOf(
			And(HavePrefix("the subscription of "+org.Name+" ends at "), HaveSuffix("[E8]"))))
		for what, edit := range map[string]func(*v1alpha1.Organization){
			"moved": endsAt(end.Add(day)), "removed": func(o *v1alpha1.Organization) { o.Spec.Subscription.EndsAt = nil },
			"removed with it": func(o *v1alpha1.Organization) { o.Spec.Subscription = nil },
		} {
			Expect(lab.Change(ctx, l.As(john), org, edit)).To(lab.BeRefusedBy("E8"), what)
		}
		Expect(lab.Change(ctx, l.As(john), org, func(o *v1alpha1.Organization) { o.Spec.Subscription.Licenses = 12 })).To(Succeed())
		Expect(org.Spec.Subscription.EndsAt.Time).To(BeTemporally("==", end.Truncate(time.Second)))
		r := wish(v1alpha1.RequestChange, org.Name, `{"subscription": {"licenses": 11}}`)
		Expect(ask(ctx, l.As(john, customers), r)).To(Succeed())
		eventuallyTold(ctx, l.As(john, customers), r, v1alpha1.ReasonChanged)
		Expect(ask(ctx, l.As(john, customers), wish(v1alpha1.RequestChange, org.Name, `{"subscription": null}`))).To(lab.BeRefusedBy("E8"))
	})

	It("suspends, and renewal resumes (E8)", func(ctx context.Context) {
		Expect(lab.Change(ctx, l.Platform, org, endsAt(time.Now().Add(-time.Second)))).To(Succeed())
		l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonSubscriptionEnded, "")
		Expect(lab.Insist(ctx, func() error { return l.As(john).Create(ctx, lab.NewInvitation(org, lab.Person("carol"))) })).To(lab.BeRefusedBy("E8"))
		Expect(lab.Change(ctx, l.Platform, org, endsAt(time.Now().Add(100*day)))).To(Succeed())
		l.EventuallyReady(ctx, org)
	})

	It("comes by itself (E8)", func(ctx context.Context) {
		Expect(lab.Change(ctx, l.Platform, org, endsAt(time.Now().Add(3*time.Second)))).To(Succeed())
		l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonSubscriptionEnded, "")
	})
})

// Two replicas answer: from the moment that the suspension is admitted, nothing more is added.
var _ = Describe("A suspension", func() {
	It("lets nothing pass that comes after it, at any replica (E8)", func(ctx context.Context) {
		john := lab.Person("john")
		org := l.Organization(ctx, john, 50)
		invite := func(int) error { return l.As(john).Create(ctx, lab.NewInvitation(org, lab.Person("guest"))) }
		var admitted atomic.Bool
		Expect(lab.AtOnce(ctx, 24, func(n int) error {
			if n == 12 {
				err := lab.Change(ctx, l.Platform, org.DeepCopy(), stop)
				admitted.Store(err == nil)
				return err
			}
			after := admitted.Load()
			err := invite(n)
			if after && err == nil {
				return errors.New("invited after the suspension")
			}
			return err
		})).To(HaveEach(Or(BeNil(), lab.BeRefusedBy("E8"))))
		Expect(admitted.Load()).To(BeTrue())
		Expect(lab.AtOnce(ctx, 8, invite)).To(HaveEach(lab.BeRefusedBy("E8")))
	})
})
