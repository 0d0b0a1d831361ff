// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("Limits under concurrent requests to two replicas", func() {
	organizations := func(ctx SpecContext, n int) []*v1alpha1.Organization {
		all := make([]*v1alpha1.Organization, n)
		for i := range all {
			all[i] = organization(ctx, lab.Person("owner"), 9)
		}
		return all
	}

	It("L1, L8: lets one user into exactly 10 of 30 organizations", func(ctx SpecContext) {
		user, orgs := lab.Person("alice"), organizations(ctx, 30)
		before := []int64{replicas[0].served.Load(), replicas[1].served.Load()}
		atOnce(ctx, 30, func(i int) error {
			return platform.Create(ctx, lab.NewMembership(orgs[i], user, v1alpha1.RoleStandard))
		}).mustBe(10, "used 10 of 10")
		for i, r := range replicas {
			Expect(r.served.Load()).To(BeNumerically(">", before[i]), "replica %d judged", i)
		}
	})

	It("L2, O3: lets a person with room for one create exactly one of five organizations", func(ctx SpecContext) {
		john := lab.Person("john")
		for range 4 {
			organization(ctx, john, 9)
		}
		c := as(john)
		atOnce(ctx, 5, func(int) error { return c.Create(ctx, lab.NewOrganization(john, 0)) }).mustBe(1, "[L2]")
	})

	It("E5: gives exactly the free seats", func(ctx SpecContext) {
		org := organization(ctx, lab.Person("owner"), 6)
		atOnce(ctx, 30, func(i int) error {
			if i%2 == 0 {
				return platform.Create(ctx, lab.NewInvitation(org, fmt.Sprintf("guest-%d@zylker.com", i)))
			}
			return platform.Create(ctx, lab.NewMembership(org, fmt.Sprintf("member-%d@zylker.com", i), v1alpha1.RoleStandard))
		}).mustBe(5, "[E5]")
	})

	It("A2: gives a host to exactly one organization", func(ctx SpecContext) {
		host := lab.Unique("shop")
		atOnce(ctx, 20, func(int) error {
			org := lab.NewOrganization(lab.Person("owner"), 0)
			org.Spec.AccessURL = &v1alpha1.AccessURL{Name: host}
			return platform.Create(ctx, org)
		}).mustBe(1, "is not free")
	})

	It("G1: binds a portal to exactly one organization, and five accounts to one organization", func(ctx SpecContext) {
		orgs := organizations(ctx, 12)
		atOnce(ctx, 12, func(i int) error { return platform.Create(ctx, lab.NewBinding(orgs[i], "ZohoDesk", "support")) }).mustBe(1, "[G1]")
		atOnce(ctx, 12, func(i int) error {
			return platform.Create(ctx, lab.NewBinding(orgs[0], "ZohoSalesIQ", fmt.Sprintf("site-%d", i)))
		}).mustBe(5, "[G1]")
	})

	It("L7: sends one user exactly 20 pending invitations, and 3 from one super admin", func(ctx SpecContext) {
		user, orgs := lab.Person("bob"), organizations(ctx, 25)
		atOnce(ctx, 25, func(i int) error { return platform.Create(ctx, lab.NewInvitation(orgs[i], user)) }).mustBe(20, "[L7]")
		busy, other := lab.Person("busy"), lab.Person("carol")
		var own []*v1alpha1.Organization
		for range 5 {
			own = append(own, organization(ctx, busy, 9))
		}
		atOnce(ctx, 5, func(i int) error { return platform.Create(ctx, lab.NewInvitation(own[i], other)) }).mustBe(3, "[L7]")
	})

	It("L6: makes one membership and one pending invitation of a user in an organization", func(ctx SpecContext) {
		org, user, guest := organization(ctx, lab.Person("owner"), 50), lab.Person("dave"), lab.Person("erin")
		atOnce(ctx, 15, func(int) error {
			return platform.Create(ctx, lab.NewMembership(org, user, v1alpha1.RoleStandard))
		}).mustBe(1, "[L6]")
		atOnce(ctx, 15, func(int) error { return platform.Create(ctx, lab.NewInvitation(org, guest)) }).mustBe(1, "[L6]")
	})

	It("I2: takes exactly one answer to an invitation", func(ctx SpecContext) {
		org, bob := organization(ctx, lab.Person("owner"), 9), lab.Person("bob")
		inv := lab.NewInvitation(org, bob)
		Expect(platform.Create(ctx, inv)).To(Succeed())
		c := as(bob)
		atOnce(ctx, 12, func(i int) error {
			decision := v1alpha1.DecisionAccept
			if i%2 == 0 {
				decision = v1alpha1.DecisionDecline
			}
			return c.Create(ctx, lab.NewResponse(inv, decision))
		}).mustBe(1, "answered already")
	})

	It("I2, I10: lets either the acceptance or the revocation win, never both", func(ctx SpecContext) {
		org, bob := organization(ctx, lab.Person("owner"), 30), lab.Person("bob")
		for range 8 {
			inv := lab.NewInvitation(org, bob)
			lab.Create(ctx, platform, inv)
			answer := lab.NewResponse(inv, v1alpha1.DecisionAccept)
			atOnce(ctx, 2, func(i int) error {
				if i == 0 {
					return as(bob).Create(ctx, answer)
				}
				return platform.Patch(ctx, inv, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"revoked":true}}`)))
			}).mustBe(1, "")
			Expect(lab.Insist(ctx, func() error { return platform.DeleteAllOf(ctx, &v1alpha1.InvitationResponse{}) })).To(Succeed())
			Expect(lab.Insist(ctx, func() error { return platform.Delete(ctx, inv) })).To(Succeed())
		}
	})

	It("L2: gives a place back as soon as a membership is gone, and refuses no free place", func(ctx SpecContext) {
		user, orgs := lab.Person("frank"), organizations(ctx, 11)
		var last *v1alpha1.Membership
		for _, org := range orgs[:10] {
			last = lab.NewMembership(org, user, v1alpha1.RoleStandard)
			lab.Create(ctx, platform, last)
		}
		free := orgs[10]
		for range 15 {
			next := lab.NewMembership(free, user, v1alpha1.RoleStandard)
			Expect(platform.Create(ctx, lab.NewMembership(free, user, v1alpha1.RoleStandard))).To(MatchError(ContainSubstring("[L1]")))
			Expect(lab.Insist(ctx, func() error { return platform.Delete(ctx, last) })).To(Succeed())
			lab.Create(ctx, platform, next)
			free, last = orgOf(orgs, last), next
		}
	})

	It("leaves an empty journal when all is quiet, on which nothing leaks", func(ctx SpecContext) {
		Eventually(func(g Gomega) {
			record, err := journal.Read(ctx, platform, systemNS)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(record.Entries).To(BeEmpty())
		}, "150s").Should(Succeed())
	})
})

func orgOf(orgs []*v1alpha1.Organization, m *v1alpha1.Membership) *v1alpha1.Organization {
	for _, org := range orgs {
		if v1alpha1.NamespacePrefix+org.Name == m.Namespace {
			return org
		}
	}
	return nil
}
