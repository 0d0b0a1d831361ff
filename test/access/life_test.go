// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("People by themselves", func() {
	It("make, run and end an organization with only their own rights", func(ctx context.Context) {
		founder, guest := lab.Person("founder"), lab.Person("guest")
		l.Organization(ctx, founder, 0)
		john, bob := l.WithCertificate(founder, customers), l.WithCertificate(guest, customers)

		By("an administrator in the self-service group creating another organization (O1)")
		org := lab.NewOrganization(founder, 0)
		lab.Create(ctx, john, org)
		s := &scene{org: org}
		Eventually(func() error { return readsTheOrganization(ctx, john, s) }).WithContext(ctx).Should(Succeed())
		Eventually(func() error { return listsTheMembers(ctx, john, s) }).WithContext(ctx).Should(Succeed())

		By("inviting somebody, who accepts")
		inv := lab.NewInvitation(org, guest)
		lab.Create(ctx, john, inv)
		lab.Create(ctx, bob, lab.NewResponse(inv, v1alpha1.DecisionAccept))
		Eventually(func() error { return listsTheMembers(ctx, bob, s) }).WithContext(ctx).Should(Succeed())
		Expect(readsTheOrganization(ctx, bob, s)).To(lab.BeRefusedByRBAC())

		By("making the guest an Administrator, and handing the organization on (R2)")
		member := &v1alpha1.Membership{ObjectMeta: inside(&stage{own: org}, identity.ObjectName(guest))}
		Expect(lab.Change(ctx, john, member, func(m *v1alpha1.Membership) { m.Spec.Role = v1alpha1.RoleAdministrator })).To(Succeed())
		Eventually(func() error { return readsTheOrganization(ctx, bob, s) }).WithContext(ctx).Should(Succeed())
		Expect(lab.Change(ctx, john, org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = guest })).To(Succeed())

		By("the founder leaving (R6)")
		own := &v1alpha1.Membership{ObjectMeta: inside(&stage{own: org}, identity.ObjectName(founder))}
		Expect(lab.Insist(ctx, func() error { return john.Delete(ctx, own) })).To(Succeed())
		Eventually(func() error { return listsTheMembers(ctx, john, s) }).WithContext(ctx).Should(lab.BeRefusedByRBAC())
		Eventually(func() error { return readsTheOrganization(ctx, john, s) }).WithContext(ctx).Should(lab.BeRefusedByRBAC())

		By("the guest deleting it (O7), and seeing it go")
		Expect(lab.Insist(ctx, func() error { return bob.Delete(ctx, org) })).To(Succeed())
		Eventually(func() error { return readsTheOrganization(ctx, bob, s) }).WithContext(ctx).
			Should(Or(lab.BeRefusedByRBAC(), Satisfy(apierrors.IsNotFound)))
		Eventually(func() error { return readsTheOrganization(ctx, l.Platform, s) }).WithContext(ctx).
			Should(Satisfy(apierrors.IsNotFound))
		Eventually(func() error { return readsTheOrganization(ctx, bob, s) }).WithContext(ctx).Should(lab.BeRefusedByRBAC())
	}, NodeTimeout(4*time.Minute))

	It("get nothing in a later organization of the same name", func(ctx context.Context) {
		former, later := lab.Person("former"), lab.Person("later")
		first := &scene{org: l.Organization(ctx, former, 10)}
		c := l.As(former)
		Eventually(func() error { return readsTheOrganization(ctx, c, first) }).WithContext(ctx).Should(Succeed())
		orphan := client.PropagationPolicy("Orphan") // so that garbage collection removes nothing
		Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, first.org, orphan) })).To(Succeed())
		Eventually(func() error { return readsTheOrganization(ctx, l.Platform, first) }).WithContext(ctx).
			Should(Satisfy(apierrors.IsNotFound))
		second := &scene{org: l.Organization(ctx, later, 10, func(o *v1alpha1.Organization) {
			o.Name = first.org.Name
			o.Spec.AccessURL = &v1alpha1.AccessURL{Name: lab.Unique("second")} // the first's host is reserved (A7)
		})}
		Eventually(func() error { return readsTheOrganization(ctx, l.As(later), second) }).WithContext(ctx).Should(Succeed())
		Expect(readsTheOrganization(ctx, c, second)).To(lab.BeRefusedByRBAC())
		Expect(listsTheMembers(ctx, c, second)).To(lab.BeRefusedByRBAC())
	}, NodeTimeout(4*time.Minute))
})
