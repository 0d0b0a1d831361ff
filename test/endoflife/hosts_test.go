// SPDX-License-Identifier: Apache-2.0

package endoflife

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// reservationOf is the reservation of the host that an organization has by default.
func reservationOf(org *v1alpha1.Organization) *v1alpha1.HostReservation {
	return &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: org.Name + "." + l.Config.Ingress.BaseDomain}}
}

// reservedFor waits until a reservation keeps its host for an organization.
func reservedFor(ctx context.Context, h *v1alpha1.HostReservation, org *v1alpha1.Organization) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(l.Platform.Get(ctx, key(h), h)).To(Succeed())
		g.Expect(h.Spec.HeldFor).To(HaveValue(HaveField("UID", org.UID)))
	}).WithContext(ctx).Should(Succeed())
}

var _ = Describe("The host of an organization, with admission and the operator,", func() {
	It("is its own again when the platform puts it back (A6)", func(ctx context.Context) {
		org := l.Organization(ctx, lab.Person("mary"), 10)
		Expect(l.Platform.Delete(ctx, org.DeepCopy())).To(Succeed())
		Eventually(func() error { return l.Platform.Get(ctx, key(org), &v1alpha1.Organization{}) }).
			WithContext(ctx).Should(Satisfy(apierrors.IsNotFound))
		reservedFor(ctx, reservationOf(org), org)

		again := lab.NewOrganization(org.Spec.SuperAdmin, 10)
		again.Name = org.Name
		lab.Create(ctx, l.Platform, again)
		l.EventuallyReady(ctx, again)
		Eventually(func() error { return l.Platform.Get(ctx, key(reservationOf(org)), &v1alpha1.HostReservation{}) }).
			WithContext(ctx).Should(Satisfy(apierrors.IsNotFound), "the host is held again, so its reservation ends")
		Expect(l.Platform.Get(ctx, key(again), again)).To(Succeed())
		Expect(again.Status.Hosts).To(ConsistOf(reservationOf(org).Name))
	})

	It("can be given up by each of two that got past admission with it (A2, A6)", func(ctx context.Context) {
		has := l.Organization(ctx, lab.Person("john"), 10)
		late, other := lab.NewOrganization(lab.Person("mary"), 10), lab.NewOrganization(lab.Person("mary"), 10)
		late.Spec.AccessURL = &v1alpha1.AccessURL{Name: has.Name}
		other.Spec.AccessURL = late.Spec.AccessURL
		probe := func() error { return l.Platform.Create(ctx, other.DeepCopy(), client.DryRunAll) }
		withoutAdmission(ctx, probe, func() { lab.Create(ctx, l.Platform, late) })
		l.EventuallySays(ctx, late, v1alpha1.ConditionReady, v1alpha1.ReasonHostNotFree, "not free")

		moves := func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: lab.Unique("new")} }
		Expect(lab.Change(ctx, l.Platform, has, moves)).To(Succeed())
		reservedFor(ctx, reservationOf(has), has)
		l.EventuallyReady(ctx, has)
		Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, reservationOf(has)) })).To(Succeed())
		l.EventuallyReady(ctx, late)
	})
})
