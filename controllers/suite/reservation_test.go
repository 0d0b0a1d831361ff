// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// renames gives an organization another host, and waits until it has it.
func renames(ctx context.Context, org *v1alpha1.Organization, to string) {
	GinkgoHelper()
	change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: to} })
	eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
		g.Expect(o.Status.Hosts).To(ConsistOf(to + "." + baseDomain))
		g.Expect(o.Status.ObservedGeneration).To(Equal(o.Generation))
	})
}

var _ = Describe("A reservation that the platform wrote for an organization", func() {
	It("is left as it is, with any redirect, and the organization says so (A6)", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("first"), lab.Person("john"))
		create(ctx, backendOf(org))
		h := reservationOf(lab.Unique("from-git"))
		h.Spec.HeldFor = &v1alpha1.OrganizationReference{Name: org.Name, UID: org.UID}
		h.Spec.RedirectTo = "elsewhere." + baseDomain
		create(ctx, h)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			c := condition(o, v1alpha1.ConditionAccessURLReady)
			g.Expect(c.Reason).To(Equal(v1alpha1.ReasonForeignReservation))
			g.Expect(c.Message).To(HaveSuffix("left as it is: " + h.Name))
		})
		Expect(condition(org, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonActive))

		renames(ctx, org, lab.Unique("second"))
		renames(ctx, org, h.Name[:len(h.Name)-len("."+baseDomain)]) // the very host
		kept := read(ctx, h)
		Expect(kept.DeletionTimestamp).To(BeNil())
		Expect(kept.Spec.RedirectTo).To(Equal("elsewhere." + baseDomain))
		Expect(kept.Generation).To(BeEquivalentTo(1), "the operator wrote nothing of it")
		Expect(condition(org, v1alpha1.ConditionAccessURLReady).Reason).To(Equal(v1alpha1.ReasonForeignReservation))

		Expect(kube.Delete(ctx, h)).To(Succeed())
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionAccessURLReady).Reason).To(Equal(v1alpha1.ReasonRouted))
		})
	})

	It("is left as it is when the organization ends", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("first"), lab.Person("john"))
		create(ctx, backendOf(org))
		h := reservationOf(lab.Unique("from-git"))
		h.Spec.HeldFor = &v1alpha1.OrganizationReference{Name: org.Name, UID: org.UID}
		h.Spec.RedirectTo = "elsewhere." + baseDomain
		create(ctx, h)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.PreviousHosts).To(HaveLen(1)) })
		Expect(kube.Delete(ctx, org)).To(Succeed())
		goes(ctx, org)
		Expect(read(ctx, h).Spec.RedirectTo).To(Equal("elsewhere." + baseDomain))
	})

	It("keeps its host from others, whose status says what they wait for (A2)", func(ctx context.Context) {
		h := create(ctx, reservationOf(lab.Unique("kept")))
		org := organization(lab.Unique("late"), lab.Person("john"))
		org.Spec.AccessURL = &v1alpha1.AccessURL{Name: h.Name[:len(h.Name)-len("."+baseDomain)]}
		becomes(ctx, create(ctx, org), v1alpha1.ReasonHostNotFree)
		Expect(condition(org, v1alpha1.ConditionAccessURLReady).Message).To(HavePrefix("Reserved, and not for this organization: " + h.Name))
		Expect(kube.Delete(ctx, h)).To(Succeed())
		becomes(ctx, org, v1alpha1.ReasonActive)
	})
})

var _ = Describe("A reservation that the operator made", func() {
	It("redirects to the present host also when the platform has prolonged it, and stays then (A6)", func(ctx context.Context) {
		first, second, third := lab.Unique("first"), lab.Unique("second"), lab.Unique("third")
		org := settled(ctx, first, lab.Person("john"))
		renames(ctx, org, second)
		h := read(ctx, reservationOf(first))
		longer := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"expiresAt":"2099-01-01T00:00:00Z"}}`))
		Expect(kube.Patch(ctx, h, longer, client.FieldOwner("kubectl-edit"))).To(Succeed())
		renames(ctx, org, third)
		eventually(ctx, h, func(g Gomega, h *v1alpha1.HostReservation) {
			g.Expect(h.Spec.RedirectTo).To(Equal(third + "." + baseDomain))
		})
		renames(ctx, org, first)
		Expect(read(ctx, h).DeletionTimestamp).To(BeNil())
	})
})
