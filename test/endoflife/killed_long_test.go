// SPDX-License-Identifier: Apache-2.0

//go:build long

package endoflife

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("An organization that is being deleted when the operator is killed", func() {
	It("is ended by the next leader, with nothing left over (O7)", func(ctx context.Context) {
		before := listing(ctx)
		org := l.Organization(ctx, lab.Person("john"), 1000)
		join(ctx, org, 900)
		host := org.Status.Hosts[0]
		deletes(ctx, org)
		members := &v1alpha1.MembershipList{}
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.List(ctx, members, client.InNamespace(lab.NamespaceOf(org)))).To(Succeed())
			g.Expect(len(members.Items)).To(And(BeNumerically("<", 900), BeNumerically(">", 0)))
		}).WithContext(ctx).WithPolling(10 * time.Millisecond).Should(Succeed())
		for replica := range 2 {
			leads, err := l.Operator.Leads(ctx, replica)
			Expect(err).NotTo(HaveOccurred())
			if leads {
				Expect(l.Operator.Kill(replica)).To(Succeed())
				DeferCleanup(func(ctx context.Context) { Expect(l.Operator.Restart(ctx, replica)).To(Succeed()) })
				break
			}
		}
		Eventually(l.Gone(ctx, org)).WithContext(ctx).WithTimeout(5 * time.Minute).Should(Succeed())
		Eventually(func() []string { return left(ctx, before) }).WithContext(ctx).WithTimeout(5 * time.Minute).
			Should(ConsistOf("hostreservations.polyorg.io /" + host))
	}, NodeTimeout(15*time.Minute))
})
