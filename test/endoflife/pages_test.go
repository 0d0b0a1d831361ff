// SPDX-License-Identifier: Apache-2.0

package endoflife

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

var _ = Describe("The pages", Ordered, func() {
	BeforeAll(func(ctx context.Context) {
		l.Samples(ctx, "20-organizations", "30-memberships")
		shows(ctx, "alice@zylker.com", "the samples", func() {}, byDefault("zylker-products", v1alpha1.ReasonFirstOrganization))
		shows(ctx, "alice@zylker.com", "the samples", func() {}, standing("zylker-services", true))
		Eventually(func(g Gomega) { g.Expect(l.User(ctx, "maria@zylker.com")).NotTo(BeNil()) }).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(3*time.Minute))

	It("on the default organization holds what it says", func(ctx context.Context) {
		l.Page(ctx, "tasks", "default-organization.md")
	}, NodeTimeout(3*time.Minute))

	It("on ending an organization holds what it says", func(ctx context.Context) {
		l.Page(ctx, "tasks", "end-of-life.md")
	}, NodeTimeout(3*time.Minute))
})
