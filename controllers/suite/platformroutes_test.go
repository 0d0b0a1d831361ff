// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/polyorg/polyorg/internal/route"
)

func platformIngress(part string) *networkingv1.Ingress {
	return &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "polyorg-system", Name: "polyorg-platform-" + part}}
}

var _ = Describe("The routes of the platform", func() {
	leads := func(host, service string) func(Gomega, *networkingv1.Ingress) {
		return func(g Gomega, i *networkingv1.Ingress) {
			g.Expect(hostsIn(i)).To(ConsistOf(host))
			g.Expect(i.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Name).To(Equal(service))
			g.Expect(i.DeletionTimestamp).To(BeNil())
		}
	}
	toPortal, toFallback := leads("login."+baseDomain, "portal"), leads(baseDomain, "polyorg-fallback")

	It("lead to the portal, and come back when somebody changes or deletes them (A4)", func(ctx context.Context) {
		access := eventually(ctx, platformIngress("access"), toPortal)
		eventually(ctx, platformIngress("fallback"), toFallback)
		change(ctx, access, func(i *networkingv1.Ingress) { i.Spec.Rules[0].Host = "elsewhere.example" })
		eventually(ctx, access, toPortal)
		Expect(kube.Delete(ctx, access)).To(Succeed())
		eventually(ctx, platformIngress("access"), toPortal)
	})

	It("go with the portal (A4)", func(ctx context.Context) {
		before := eventually(ctx, platformIngress("access"), toPortal).UID
		without := *conf
		without.Ingress.Portal = nil
		Expect(route.Platform(&without).Hosts).To(BeEmpty())
		Expect(keeper().Keep(ctx, route.Platform(&without))).To(Succeed())
		// The operator of this suite has a portal, and makes another one.
		eventually(ctx, platformIngress("access"), func(g Gomega, i *networkingv1.Ingress) {
			toPortal(g, i)
			g.Expect(i.UID).NotTo(Equal(before))
		})
	})

	It("are not written again when nothing changed (A5)", func(ctx context.Context) {
		version := eventually(ctx, platformIngress("access"), toPortal).ResourceVersion
		Expect(keeper().Keep(ctx, route.Platform(conf))).To(Succeed())
		Consistently(func(g Gomega) {
			g.Expect(read(ctx, platformIngress("access")).ResourceVersion).To(Equal(version))
		}).WithContext(ctx).Should(Succeed())
	})
})
