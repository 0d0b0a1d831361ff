// SPDX-License-Identifier: Apache-2.0

package people

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	enterprise = v1alpha1.EditionEnterprise
	crmPlus    = v1alpha1.EditionCRMPlus
	zohoOne    = v1alpha1.EditionZohoOne
	// rounds is how often two race for a thing that only one can have.
	rounds = 4
)

var _ = Describe("A change of edition (E7)", func() {
	It("is judged in turn for two organizations that share members", func(ctx SpecContext) {
		const shared = 40
		people := persons("shared", shared)
		pair := pairOf(ctx, lab.Person("owner"), lab.Person("owner"))
		for _, org := range pair {
			join(ctx, org, v1alpha1.RoleStandard, people...)
		}
		for range rounds {
			winner, refusal := both(ctx, pair, zohoOne)
			Expect(refusal).To(And(lab.BeRefusedBy("E7"), MatchError(ContainSubstring("40 members cannot be in one more ZohoOne organization (L5); choose another"))))
			Expect(refusal.Error()).NotTo(Or(ContainSubstring("shared-"), ContainSubstring(winner.Name)), "U3")

			toPlatform := finally(ctx, func() error { return subscribe(ctx, cluster.Platform, other(pair, winner), zohoOne, 99) })
			Expect(toPlatform).To(lab.BeRefusedBy("E7"))
			Expect(strings.Count(toPlatform.Error(), "shared-")).To(Equal(10))
			Expect(toPlatform).To(MatchError(ContainSubstring("and 30 more")))
			Expect(finally(ctx, func() error { return subscribe(ctx, as(winner.Spec.SuperAdmin), winner, enterprise, 99) })).To(Succeed())
		}
	}, SpecTimeout(patient))

	It("lets one user create one organization on CRM Plus, whichever is first (L3)", func(ctx SpecContext) {
		owner := lab.Person("founder")
		pair := pairOf(ctx, owner, owner)
		for range rounds {
			winner, refusal := both(ctx, pair, crmPlus)
			Expect(refusal).To(And(lab.BeRefusedBy("E7"), MatchError(ContainSubstring("1 member cannot be in one more CRMPlus organization (L3)"))))
			Expect(finally(ctx, func() error { return subscribe(ctx, as(owner), winner, enterprise, 99) })).To(Succeed())
		}
	}, SpecTimeout(patient))

	It("comes before people who join meanwhile, or after all of them", func(ctx SpecContext) {
		people := persons("joiner", 10)
		pair := pairOf(ctx, lab.Person("owner"), lab.Person("owner"))
		join(ctx, pair[0], v1alpha1.RoleStandard, people...)
		Expect(finally(ctx, func() error { return subscribe(ctx, cluster.Platform, pair[0], zohoOne, 99) })).To(Succeed())

		joining := make([]*v1alpha1.Membership, len(people))
		for i, person := range people {
			joining[i] = lab.NewMembership(pair[1], person, v1alpha1.RoleStandard)
		}
		owner := as(pair[1].Spec.SuperAdmin)
		answers := lab.AtOnce(ctx, len(people)+1, func(i int) error {
			if i == len(people) {
				return subscribe(ctx, owner, pair[1], zohoOne, 99)
			}
			return cluster.Platform.Create(ctx, joining[i])
		})
		joined, changed := answers[:len(people)], answers[len(people)]
		if changed == nil {
			Expect(joined).To(HaveEach(lab.BeRefusedBy("L5")))
		} else {
			Expect(changed).To(lab.BeRefusedBy("E7"))
			Expect(joined).To(HaveEach(BeNil()))
		}
	}, SpecTimeout(patient))
})

// pairOf makes two organizations.
func pairOf(ctx context.Context, owners ...string) []*v1alpha1.Organization {
	GinkgoHelper()
	pair := make([]*v1alpha1.Organization, len(owners))
	lab.InParallel(len(owners), func(i int) { pair[i] = cluster.Organization(ctx, owners[i], 99) })
	return pair
}

func other(pair []*v1alpha1.Organization, one *v1alpha1.Organization) *v1alpha1.Organization {
	if pair[0] == one {
		return pair[1]
	}
	return pair[0]
}

// both makes the super admins of two organizations change to an edition at once. It expects one to succeed, and returns its organization
// and the other's refusal.
func both(ctx context.Context, pair []*v1alpha1.Organization, edition v1alpha1.Edition) (winner *v1alpha1.Organization, refusal error) {
	GinkgoHelper()
	ask := func(org *v1alpha1.Organization) func() error {
		c := as(org.Spec.SuperAdmin)
		return func() error { return subscribe(ctx, c, org, edition, 99) }
	}
	outcomes := race(ctx, ask(pair[0]), ask(pair[1]))
	Expect(lab.Succeeded(outcomes)).To(Equal(1), "%v", outcomes)
	if outcomes[0] == nil {
		return pair[0], outcomes[1]
	}
	return pair[1], outcomes[0]
}
