// SPDX-License-Identifier: Apache-2.0

package people

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("Leaving (R6)", func() {
	It("is final, even just after an acceptance", func(ctx SpecContext) {
		owner, guests := lab.Person("owner"), persons("guest", 12)
		org := cluster.Organization(ctx, owner, int32(len(guests)+1))
		lab.InParallel(len(guests), func(i int) {
			inv := lab.NewInvitation(org, guests[i])
			Expect(finally(ctx, func() error { return as(owner).Create(ctx, inv) })).To(Succeed())
			guest, answer := as(guests[i]), lab.NewResponse(inv, v1alpha1.DecisionAccept)
			Expect(finally(ctx, func() error { return guest.Create(ctx, answer) })).To(Succeed())
			var m *v1alpha1.Membership
			Eventually(func() *v1alpha1.Membership {
				m = memberships(ctx, org)[guests[i]]
				return m
			}).WithContext(ctx).WithPolling(0).ShouldNot(BeNil())
			Expect(finally(ctx, func() error { return guest.Delete(ctx, m) })).To(Succeed())
			cluster.EventuallyReady(ctx, answer)
		})
		Expect(memberships(ctx, org)).To(And(HaveLen(1), HaveKey(owner)))
		eventuallySeats(ctx, org, v1alpha1.SeatsStatus{Purchased: int32(len(guests) + 1), Used: 1, Pending: 0, Summary: "1/13"})
	}, SpecTimeout(patient))

	It("is final, even just after a transfer of the super-admin role", func(ctx SpecContext) {
		lab.InParallel(2*rounds, func(int) {
			former, next := lab.Person("former"), lab.Person("next")
			org := cluster.Organization(ctx, former, 5)
			join(ctx, org, v1alpha1.RoleAdministrator, next)
			m, giver := membershipOf(ctx, org, former), as(former)
			Expect(finally(ctx, func() error { return transfer(ctx, giver, org, next) })).To(Succeed())
			Expect(finally(ctx, func() error { return giver.Delete(ctx, m) })).To(Succeed())
			Eventually(func(g Gomega) {
				u := cluster.User(ctx, former)
				g.Expect(u == nil || len(u.Status.Organizations) == 0).To(BeTrue())
				g.Expect(listed(ctx, next, org)).To(Equal(v1alpha1.RoleSuperAdmin))
			}).WithContext(ctx).Should(Succeed())
			Expect(memberships(ctx, org)).To(And(HaveLen(1), HaveKey(next)))
		})
	}, SpecTimeout(patient))
})
