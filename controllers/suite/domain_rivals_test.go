// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

var _ = Describe("A custom domain that several organizations ask for", func() {
	It("goes to the one that proves it, not to the one that asked first (A2, A8)", func(ctx context.Context) {
		domain := newDomain()
		squatter, owner, other := asking(ctx, domain), asking(ctx, domain), asking(ctx, domain)
		Expect(squatter.Status.CustomDomain.Record.Value).NotTo(Equal(owner.Status.CustomDomain.Record.Value))
		publish(record(owner))
		domainIs(ctx, verify(ctx, owner, time.Minute), proved, true)
		for _, org := range []*v1alpha1.Organization{squatter, other} {
			domainIs(ctx, verify(ctx, org, time.Minute), unproved, false)
			Expect(org.Status.CustomDomain.LastLook.Message).To(ContainSubstring("another value"), "the owner's value proves nothing for others")
			Expect(condition(org, v1alpha1.ConditionCustomDomainReady).Message).NotTo(ContainSubstring(owner.Name), "U3")
		}
	})

	It("stays with the one that proved it first while both records are there (A2, A8)", func(ctx context.Context) {
		domain := newDomain()
		first, second := asking(ctx, domain), asking(ctx, domain)
		publish(record(first), record(second))
		domainIs(ctx, verify(ctx, first, time.Minute), proved, true)
		domainIs(ctx, verify(ctx, second, time.Minute), v1alpha1.ReasonHostNotFree, false)
		Expect(condition(second, v1alpha1.ConditionCustomDomainReady).Message).To(And(ContainSubstring("in use elsewhere"), Not(ContainSubstring(first.Name))))
		domainIs(ctx, first, proved, true)
	})

	It("goes from a former owner to the present one, who need not wait for the days of a missing record (A8)", func(ctx context.Context) {
		domain := newDomain()
		former, present := asking(ctx, domain), asking(ctx, domain)
		publish(record(former))
		domainIs(ctx, verify(ctx, former, time.Minute), proved, true)

		By("publishing only the new owner's record")
		publish(record(present))
		verify(ctx, present, time.Minute)
		eventually(ctx, former, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.CustomDomain.State).To(Equal(v1alpha1.CustomDomainMissing), "what DNS says of one has the other looked up")
		})
		at(clock.Now().Add(10 * time.Second))
		wakes(ctx, present)
		domainIs(ctx, present, proved, true)
		eventually(ctx, former, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.Hosts).To(ConsistOf(former.Name + "." + baseDomain))
			g.Expect(routed(ctx, o)).To(ConsistOf(former.Name + "." + baseDomain))
			g.Expect(o.Annotations).NotTo(HaveKey(v1alpha1.DomainClaimAnnotation))
			g.Expect(o.Status.CustomDomain.State).To(Equal(v1alpha1.CustomDomainLapsed))
		})
	})

	It("is not kept from its owner by the reservation of a former one (A6, A8)", func(ctx context.Context) {
		domain := newDomain()
		former := asking(ctx, domain)
		publish(record(former))
		domainIs(ctx, verify(ctx, former, time.Minute), proved, true)
		kept := reservedDomain(former)
		change(ctx, former, func(o *v1alpha1.Organization) { o.Spec.AccessURL = nil })
		eventually(ctx, kept, func(g Gomega, h *v1alpha1.HostReservation) { g.Expect(h.Spec.RedirectTo).NotTo(BeEmpty()) })
		eventually(ctx, former, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Annotations).NotTo(HaveKey(v1alpha1.DomainClaimAnnotation))
		})

		present := domainIs(ctx, asking(ctx, domain), unproved, false)
		Expect(read(ctx, kept).DeletionTimestamp).To(BeNil(), "to ask is not enough")
		publish(record(present))
		domainIs(ctx, verify(ctx, present, time.Minute), proved, true)
		goes(ctx, kept)
		eventually(ctx, former, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.PreviousHosts).To(BeEmpty()) })
	})

	It("is kept from everybody by a reservation of the platform, and served when that is gone (A6, A8)", func(ctx context.Context) {
		org := asking(ctx, newDomain())
		h := create(ctx, reservedDomain(org))
		publish(record(org))
		domainIs(ctx, verify(ctx, org, time.Minute), v1alpha1.ReasonHostNotFree, false)
		Expect(condition(org, v1alpha1.ConditionCustomDomainReady).Message).To(ContainSubstring("the platform reserves it"))
		Expect(kube.Delete(ctx, h)).To(Succeed())
		domainIs(ctx, org, proved, true)
	})

	It("is not had by an annotation alone (A8)", func(ctx context.Context) {
		org := asking(ctx, newDomain())
		annotate(ctx, org, v1alpha1.DomainClaimAnnotation, string(org.UID)+"/"+org.Spec.AccessURL.CustomDomain)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Annotations).NotTo(HaveKey(v1alpha1.DomainClaimAnnotation))
		})
		domainIs(ctx, org, unproved, false)
		publish(record(org))
		domainIs(ctx, verify(ctx, org, time.Minute), proved, true)
		annotate(ctx, org, v1alpha1.DomainClaimAnnotation, "")
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Annotations).To(HaveKey(v1alpha1.DomainClaimAnnotation), "and is not lost with it")
		})
		domainIs(ctx, org, proved, true)
	})

	It("is free for another when its organization is gone (A7, A8)", func(ctx context.Context) {
		domain := newDomain()
		gone, next := asking(ctx, domain), asking(ctx, domain)
		publish(record(gone), record(next))
		domainIs(ctx, verify(ctx, gone, time.Minute), proved, true)
		domainIs(ctx, verify(ctx, next, time.Minute), v1alpha1.ReasonHostNotFree, false)
		Expect(kube.Delete(ctx, gone)).To(Succeed())
		goes(ctx, gone)
		domainIs(ctx, verify(ctx, next, time.Minute), proved, true)
	})
})
