// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

func newDomain() string { return lab.Unique("crm") + ".zylker.com" }

var _ = Describe("A custom domain on a whole cluster", func() {
	It("A2, A8: goes to the owner who proves it, from the one who asked first, and on to a later owner", func(ctx context.Context) {
		domain := newDomain()
		squatter, owner := asking(ctx, domain), asking(ctx, domain)
		publish(owner)
		verify(ctx, owner)
		verify(ctx, squatter)
		serves(ctx, owner)
		Eventually(func() *v1alpha1.DNSLook { return now(ctx, squatter).LastLook }).WithContext(ctx).
			Should(HaveValue(HaveField("Message", ContainSubstring("another value"))))

		By("selling the domain, while the leader is killed")
		publish(squatter)
		verify(ctx, squatter)
		cluster.KillLeader(ctx)
		serves(ctx, squatter)
		Expect(now(ctx, owner).State).To(Equal(v1alpha1.CustomDomainLapsed))
		Expect(owner.Status.Hosts).NotTo(ContainElement(domain))
	})

	It("A2, A8: is served for one of several who have all published their records", func(ctx context.Context) {
		domain := newDomain()
		orgs := make([]*v1alpha1.Organization, 5)
		for i := range orgs {
			orgs[i] = asking(ctx, domain)
		}
		publish(orgs...)
		for _, org := range orgs {
			verify(ctx, org)
		}
		Eventually(func() map[string]int { return reasons(ctx, orgs) }).WithContext(ctx).
			Should(Equal(map[string]int{v1alpha1.ReasonDomainProved: 1, v1alpha1.ReasonHostNotFree: 4}))
	})
})

// now is how far the claim of an organization holds.
func now(ctx context.Context, org *v1alpha1.Organization) *v1alpha1.CustomDomainStatus {
	GinkgoHelper()
	Expect(cluster.Platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
	return org.Status.CustomDomain
}

// reasons counts what organizations say of their domain.
func reasons(ctx context.Context, orgs []*v1alpha1.Organization) map[string]int {
	GinkgoHelper()
	counted := map[string]int{}
	for _, org := range orgs {
		now(ctx, org)
		if c := lab.Condition(org, v1alpha1.ConditionCustomDomainReady); c != nil {
			counted[c.Reason]++
		}
	}
	return counted
}
