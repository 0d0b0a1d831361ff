// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// The first customer comes to an empty cluster. All others have the same objects, under other names.
var _ = Describe("A customer's folder", Ordered, ContinueOnFailure, func() {
	var want world

	BeforeAll(func(ctx SpecContext) {
		f := home.customer(ctx, sample)
		home.apply(ctx, f)
		home.eventuallyHealthy(ctx, f)
		Eventually(func(g Gomega) { want = home.settled(ctx, g, sample, f) }).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(5*time.Minute))

	DescribeTable("has the same result in any order (R8)", func(ctx SpecContext, name string, arrange func(folder) folder) {
		f := home.customer(ctx, name)
		home.apply(ctx, arrange(f))
		home.eventuallyHealthy(ctx, f)
		Eventually(func(g Gomega) { g.Expect(gocmp.Diff(want, home.world(ctx, g, name))).To(BeEmpty()) }).WithContext(ctx).Should(Succeed())
	},
		Entry("backwards, namespaces first", "blackpine", backwards),
		Entry("each kind before the one that it needs", "greypine", theNeedyFirst),
		Entry("in Argo CD's order, which sorts unknown kinds by name", "argopine", func(f folder) folder { return f.byName().namespacesFirst() }),
		Entry("by chance", "pinea", shuffled(1)),
		Entry("by chance again", "pineb", shuffled(2)),
		Entry("by chance once more", "pinec", shuffled(3)),
	)
})

// settled is a customer's world once it has all objects of the folder, and the super admins' memberships.
func (c *cluster) settled(ctx SpecContext, g Gomega, name string, f folder) world {
	w := c.world(ctx, g, name)
	g.Expect(w).To(HaveLen(len(f.but("Namespace")) + 2 + len(f.only("Namespace")) + people))
	return w
}

// people is how many people the sample's organizations have.
const people = 5

func backwards(f folder) folder {
	f = f.copy()
	slices.Reverse(f)
	return f.namespacesFirst()
}

// theNeedyFirst has bindings and memberships before their organizations.
func theNeedyFirst(f folder) folder {
	return slices.Concat(f.only("Namespace"), f.only("IntegrationBinding"), f.only("Membership"), f.only("Organization"))
}

// shuffled is a random order; objects in a namespace come after it.
func shuffled(n uint64) func(folder) folder {
	return func(f folder) folder {
		seed := uint64(GinkgoRandomSeed())
		AddReportEntry("order", "seed "+strconv.FormatUint(seed, 10)+", "+strconv.FormatUint(n, 10))
		chance := rand.New(rand.NewPCG(seed, n))
		when := map[string]float64{}
		for _, o := range f {
			when[id(o)] = chance.Float64()
		}
		turn := func(o *unstructured.Unstructured) float64 {
			return max(when[id(o)], when["Namespace /"+o.GetNamespace()])
		}
		f = f.namespacesFirst()
		slices.SortStableFunc(f, func(a, b *unstructured.Unstructured) int { return cmp.Compare(turn(a), turn(b)) })
		return f
	}
}
