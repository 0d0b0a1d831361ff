// SPDX-License-Identifier: Apache-2.0

package people

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// A rival wants something for a person that a transfer to them rules out.
type rival struct {
	name    string
	ask     func(ctx context.Context, m *v1alpha1.Membership) error
	refusal string // when they have the role
}

var rivals = []rival{
	{"leaving", func(ctx context.Context, m *v1alpha1.Membership) error {
		return as(m.Spec.User).Delete(ctx, m.DeepCopy())
	}, "R3"},
	{"their removal", func(ctx context.Context, m *v1alpha1.Membership) error {
		return cluster.Platform.Delete(ctx, m.DeepCopy())
	}, "R3"},
	{"their suspension", func(ctx context.Context, m *v1alpha1.Membership) error {
		return edit(ctx, cluster.Platform, m, `{"suspended":true}`)
	}, "R3"},
	{"their becoming Standard", func(ctx context.Context, m *v1alpha1.Membership) error {
		return edit(ctx, cluster.Platform, m, `{"role":"Standard"}`)
	}, "R3"},
	{"their becoming external", func(ctx context.Context, m *v1alpha1.Membership) error {
		return edit(ctx, cluster.Platform, m, `{"userType":"External"}`)
	}, "R3"},
}

var _ = Describe("A race with a transfer", func() {
	for _, rival := range rivals {
		It("has one winner against "+rival.name+" (R2, R3)", func(ctx SpecContext) {
			lab.InParallel(rounds, func(int) {
				owner, next := lab.Person("owner"), lab.Person("next")
				org := cluster.Organization(ctx, owner, 5)
				m := join(ctx, org, v1alpha1.RoleAdministrator, next)[0]
				giver := as(owner)
				outcomes := race(ctx,
					func() error { return transfer(ctx, giver, org, next) },
					func() error { return rival.ask(ctx, m) })
				Expect(lab.Succeeded(outcomes)).To(Equal(1), "%v", outcomes)
				Expect(outcomes).To(Or(HaveExactElements(BeNil(), lab.BeRefusedBy(rival.refusal)), HaveExactElements(lab.BeRefusedBy("R2"), BeNil())))
			})
		}, SpecTimeout(patient))
	}

	It("has one winner of two candidates for super admin (R2)", func(ctx SpecContext) {
		lab.InParallel(rounds, func(int) {
			owner, one, two := lab.Person("owner"), lab.Person("one"), lab.Person("two")
			org := cluster.Organization(ctx, owner, 5)
			join(ctx, org, v1alpha1.RoleAdministrator, one, two)
			giver := as(owner)
			outcomes := race(ctx,
				func() error { return transfer(ctx, giver, org, one) },
				func() error { return transfer(ctx, giver, org, two) })
			Expect(outcomes).To(ConsistOf(BeNil(), lab.BeRefusedBy("R2")))
			winner := map[bool]string{true: one, false: two}[outcomes[0] == nil]
			eventuallyHeadedBy(ctx, org, winner, owner)
		})
	}, SpecTimeout(patient))

	It("gives one of five organizations to a person with room for one (L2)", func(ctx SpecContext) {
		receiver := lab.Person("receiver")
		orgs := make([]*v1alpha1.Organization, 5)
		lab.InParallel(9, func(i int) {
			if i >= len(orgs) {
				cluster.Organization(ctx, receiver, 5)
				return
			}
			orgs[i] = cluster.Organization(ctx, lab.Person("owner"), 5)
			join(ctx, orgs[i], v1alpha1.RoleAdministrator, receiver)
		})
		var requests []func() error
		for _, org := range orgs {
			giver := as(org.Spec.SuperAdmin)
			requests = append(requests, func() error { return transfer(ctx, giver, org, receiver) })
		}
		outcomes := race(ctx, requests...)
		Expect(lab.Succeeded(outcomes)).To(Equal(1), "%v", outcomes)
		Expect(outcomes).To(HaveEach(Or(BeNil(), And(lab.BeRefusedBy("L2"), MatchError(ContainSubstring("used 5 of 5"))))))
	}, SpecTimeout(patient))

	It("gives the receiver's last room to the transfer or to their own creation (L2)", func(ctx SpecContext) {
		lab.InParallel(2, func(int) {
			receiver := lab.Person("receiver")
			lab.InParallel(4, func(int) { cluster.Organization(ctx, receiver, 5) })
			org := cluster.Organization(ctx, lab.Person("owner"), 5)
			join(ctx, org, v1alpha1.RoleAdministrator, receiver)
			giver, creator := as(org.Spec.SuperAdmin), as(receiver)
			outcomes := race(ctx,
				func() error { return transfer(ctx, giver, org, receiver) },
				func() error { return creator.Create(ctx, lab.NewOrganization(receiver, 0)) })
			Expect(outcomes).To(ConsistOf(BeNil(), lab.BeRefusedBy("L2")), "%v", outcomes)
		})
	}, SpecTimeout(patient))
})
