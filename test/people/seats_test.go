// SPDX-License-Identifier: Apache-2.0

package people

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("Seats", func() {
	It("are in use by active memberships and pending invitations, and free while a member is suspended (E5)", func(ctx SpecContext) {
		owner := lab.Person("owner")
		org := cluster.Organization(ctx, owner, 4)
		members := join(ctx, org, v1alpha1.RoleStandard, persons("member", 2)...)
		eventuallySeats(ctx, org, v1alpha1.SeatsStatus{Purchased: 4, Used: 3, Pending: 0, Summary: "3/4"})

		Expect(finally(ctx, func() error { return edit(ctx, as(owner), members[0], `{"suspended":true}`) })).To(Succeed())
		eventuallySeats(ctx, org, v1alpha1.SeatsStatus{Purchased: 4, Used: 2, Pending: 0, Summary: "2/4"})
		invitations := []*v1alpha1.Invitation{lab.NewInvitation(org, lab.Person("guest")), lab.NewInvitation(org, lab.Person("guest"))}
		for _, inv := range invitations {
			Expect(finally(ctx, func() error { return as(owner).Create(ctx, inv) })).To(Succeed())
		}
		eventuallySeats(ctx, org, v1alpha1.SeatsStatus{Purchased: 4, Used: 4, Pending: 2, Summary: "4/4"})

		resume := func() error { return edit(ctx, as(owner), members[0], `{"suspended":false}`) }
		Expect(finally(ctx, resume)).To(And(lab.BeRefusedBy("E5"), MatchError(ContainSubstring("used 4 of 4"))))
		Expect(finally(ctx, func() error { return edit(ctx, as(owner), invitations[0], `{"revoked":true}`) })).To(Succeed())
		Expect(finally(ctx, resume)).To(Succeed())
		eventuallySeats(ctx, org, v1alpha1.SeatsStatus{Purchased: 4, Used: 4, Pending: 1, Summary: "4/4"})
	}, SpecTimeout(patient))

	It("are three on trial, and bought by any administrator (E5)", func(ctx SpecContext) {
		owner, admin, member := lab.Person("owner"), lab.Person("admin"), lab.Person("member")
		org := cluster.Organization(ctx, owner, 0)
		join(ctx, org, v1alpha1.RoleAdministrator, admin)
		join(ctx, org, v1alpha1.RoleStandard, member)
		invite := func() error { return as(admin).Create(ctx, lab.NewInvitation(org, lab.Person("guest"))) }
		Expect(finally(ctx, invite)).To(And(lab.BeRefusedBy("E5"), MatchError(ContainSubstring("used 3 of 3"))))

		Expect(finally(ctx, func() error { return subscribe(ctx, as(member), org, enterprise, 4) })).To(lab.BeRefusedBy("R4"))
		Expect(finally(ctx, func() error { return subscribe(ctx, as(admin), org, enterprise, 4) })).To(Succeed())
		Expect(finally(ctx, invite)).To(Succeed())
		eventuallySeats(ctx, org, v1alpha1.SeatsStatus{Purchased: 4, Used: 4, Pending: 1, Summary: "4/4"})
	}, SpecTimeout(patient))

	It("are not fewer than those in use, for every actor and every way to lower the licences (E6)", func(ctx SpecContext) {
		owner := lab.Person("owner")
		org := cluster.Organization(ctx, owner, 0)
		members := join(ctx, org, v1alpha1.RoleStandard, persons("member", 2)...)
		ask := func(spec string) error {
			return finally(ctx, func() error { return edit(ctx, as(owner), org, "%s", spec) })
		}
		unsubscribe := `{"subscription":null}`

		By("a first subscription")
		Expect(ask(`{"subscription":{"edition":"Standard","licenses":2}}`)).To(And(lab.BeRefusedBy("E6"), MatchError(ContainSubstring("used 3 of 2"))))
		Expect(ask(`{"subscription":{"edition":"Standard","licenses":4}}`)).To(Succeed())

		By("the licences of an existing subscription")
		members = append(members, join(ctx, org, v1alpha1.RoleStandard, lab.Person("member"))...)
		Expect(ask(`{"subscription":{"edition":"Standard","licenses":3}}`)).To(And(lab.BeRefusedBy("E6"), MatchError(ContainSubstring("used 4 of 3"))))
		Expect(finally(ctx, func() error { return subscribe(ctx, cluster.Platform, org, enterprise, 3) })).To(lab.BeRefusedBy("E6"))

		By("the end of a subscription, which leaves the seats of a trial")
		Expect(ask(unsubscribe)).To(And(lab.BeRefusedBy("E6"), MatchError(ContainSubstring("used 4 of 3"))))
		Expect(finally(ctx, func() error { return edit(ctx, as(owner), members[0], `{"suspended":true}`) })).To(Succeed())
		Expect(ask(unsubscribe)).To(Succeed())
		eventuallySeats(ctx, org, v1alpha1.SeatsStatus{Purchased: 3, Used: 3, Pending: 0, Summary: "3/3"})
		Expect(live(ctx, org).Status.Edition).To(Equal(enterprise), "O4")
	}, SpecTimeout(patient))

	It("are never pooled between two organizations of one owner (E4)", func(ctx SpecContext) {
		owner := lab.Person("owner")
		orgs := pairOf(ctx, owner, owner)
		Expect(finally(ctx, func() error { return subscribe(ctx, as(owner), orgs[0], enterprise, 5) })).To(Succeed())
		people := persons("member", 10)
		answers := lab.AtOnce(ctx, len(people), func(i int) error {
			return cluster.Platform.Create(ctx, lab.NewMembership(orgs[0], people[i], v1alpha1.RoleStandard))
		})
		Expect(lab.Succeeded(answers)).To(Equal(4))
		Expect(answers).To(HaveEach(Or(BeNil(), lab.BeRefusedBy("E5"))))
		eventuallySeats(ctx, orgs[1], v1alpha1.SeatsStatus{Purchased: 99, Used: 1, Pending: 0, Summary: "1/99"})
	}, SpecTimeout(patient))
})

func eventuallySeats(ctx context.Context, org *v1alpha1.Organization, want v1alpha1.SeatsStatus) {
	GinkgoHelper()
	Eventually(func() v1alpha1.SeatsStatus { return live(ctx, org).Status.Seats }).WithContext(ctx).Should(Equal(want))
}
