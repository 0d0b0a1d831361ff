// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// rounds is how often each loss is timed. The time is reported and not asserted, because the machine may be busy.
const rounds = 3

// scene is an organization, and a person in it who is about to lose something.
type scene struct {
	org    *v1alpha1.Organization
	member *v1alpha1.Membership
}

// request is one that the person can make before the loss, and cannot make after it.
type request func(ctx context.Context, c client.Client, s *scene) error

func listsTheMembers(ctx context.Context, c client.Client, s *scene) error {
	return c.List(ctx, &v1alpha1.MembershipList{}, client.InNamespace(lab.NamespaceOf(s.org)))
}

func invites(ctx context.Context, c client.Client, s *scene) error {
	return c.Create(ctx, lab.NewInvitation(s.org, lab.Person("guest")), client.DryRunAll)
}

func readsTheOrganization(ctx context.Context, c client.Client, s *scene) error {
	return c.Get(ctx, client.ObjectKeyFromObject(s.org), &v1alpha1.Organization{})
}

func changesTheOrganization(ctx context.Context, c client.Client, s *scene) error {
	org := &v1alpha1.Organization{ObjectMeta: named(s.org.Name)}
	return c.Patch(ctx, org, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"displayName":"Late"}}`)), client.DryRunAll)
}

// loss is the super admin's request that causes it.
type loss func(ctx context.Context, boss client.Client, s *scene) error

func suspends(ctx context.Context, boss client.Client, s *scene) error {
	return lab.Change(ctx, boss, s.member, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })
}

func removes(ctx context.Context, boss client.Client, s *scene) error {
	return lab.Insist(ctx, func() error { return boss.Delete(ctx, s.member) })
}

func lowers(ctx context.Context, boss client.Client, s *scene) error {
	return lab.Change(ctx, boss, s.member, func(m *v1alpha1.Membership) { m.Spec.Role = v1alpha1.RoleStandard })
}

func ends(ctx context.Context, boss client.Client, s *scene) error {
	return lab.Insist(ctx, func() error { return boss.Delete(ctx, s.org) })
}

var _ = Describe("A person who loses a place loses access (R7)", func() {
	DescribeTable("while others go on", func(ctx context.Context, role v1alpha1.Role, lose loss, asks request) {
		var took []time.Duration
		for range rounds {
			boss, person := lab.Person("boss"), lab.Person("person")
			s := &scene{org: l.Organization(ctx, boss, 10)}
			s.member = l.Member(ctx, s.org, person, role)
			c := l.As(person)
			Eventually(func() error { return asks(ctx, c, s) }).WithContext(ctx).Should(Succeed())
			Expect(lose(ctx, l.As(boss), s)).To(Succeed())
			lost := time.Now()
			Eventually(func() error { return asks(ctx, c, s) }).WithContext(ctx).WithPolling(time.Millisecond).Should(lab.BeRefusedByRBAC())
			took = append(took, time.Since(lost))
		}
		slices.Sort(took)
		AddReportEntry("from the answer to the write until the first refusal", took)
	},
		Entry("suspended", v1alpha1.RoleStandard, loss(suspends), request(listsTheMembers), NodeTimeout(3*time.Minute)),
		Entry("removed", v1alpha1.RoleStandard, loss(removes), request(listsTheMembers), NodeTimeout(3*time.Minute)),
		Entry("no Administrator any more, in the namespace", v1alpha1.RoleAdministrator, loss(lowers), request(invites), NodeTimeout(3*time.Minute)),
		Entry("no Administrator any more, of the Organization", v1alpha1.RoleAdministrator, loss(lowers), request(readsTheOrganization), NodeTimeout(3*time.Minute)),
		Entry("the organization deleted, in the namespace", v1alpha1.RoleStandard, loss(ends), request(listsTheMembers), NodeTimeout(3*time.Minute)),
		Entry("the organization deleted, its Administrators", v1alpha1.RoleAdministrator, loss(ends), request(changesTheOrganization), NodeTimeout(3*time.Minute)),
	)

	It("leaves a former Administrator the access of a Standard member", func(ctx context.Context) {
		s := &scene{org: l.Organization(ctx, lab.Person("boss"), 50)}
		person := lab.Person("person")
		s.member = l.Member(ctx, s.org, person, v1alpha1.RoleAdministrator)
		c := l.As(person)
		Eventually(func() error { return invites(ctx, c, s) }).WithContext(ctx).Should(Succeed())
		Expect(lowers(ctx, l.Platform, s)).To(Succeed())
		Eventually(func() error { return invites(ctx, c, s) }).WithContext(ctx).Should(lab.BeRefusedByRBAC())
		Eventually(func() error { return listsTheMembers(ctx, c, s) }).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(3*time.Minute))

	It("happens when the end of an organization begins, and its Administrators can still read it", func(ctx context.Context) {
		boss, clerk := lab.Person("boss"), lab.Person("clerk")
		s := &scene{org: l.Organization(ctx, boss, 10)}
		s.member = l.Member(ctx, s.org, clerk, v1alpha1.RoleStandard)
		Eventually(func() error { return listsTheMembers(ctx, l.As(clerk), s) }).WithContext(ctx).Should(Succeed())
		Eventually(func() error { return changesTheOrganization(ctx, l.As(boss), s) }).WithContext(ctx).Should(Succeed())
		hold := func(by ...string) {
			Expect(lab.Change(ctx, l.Platform, s.member, func(m *v1alpha1.Membership) { m.Finalizers = by })).To(Succeed())
		}
		hold("test.polyorg.io/hold")
		Expect(ends(ctx, l.As(boss), s)).To(Succeed())
		Eventually(func() error { return listsTheMembers(ctx, l.As(clerk), s) }).WithContext(ctx).Should(lab.BeRefusedByRBAC())
		Eventually(func() error { return listsTheMembers(ctx, l.As(boss), s) }).WithContext(ctx).Should(lab.BeRefusedByRBAC())
		Eventually(func() error { return changesTheOrganization(ctx, l.As(boss), s) }).WithContext(ctx).Should(lab.BeRefusedByRBAC())
		Expect(readsTheOrganization(ctx, l.As(boss), s)).To(Succeed())
		hold()
		Eventually(func() error { return readsTheOrganization(ctx, l.Platform, s) }).WithContext(ctx).Should(Satisfy(apierrors.IsNotFound))
	}, NodeTimeout(3*time.Minute))
})

var _ = Describe("An object that got past admission", func() {
	It("gives nobody access to an organization beyond its super admin's limits (L2, R7)", func(ctx context.Context) {
		boss, colleague := lab.Person("boss"), lab.Person("colleague")
		for range 5 {
			l.Organization(ctx, boss, 10)
		}
		surplus := &scene{org: past(lab.NewOrganization(boss, 10))}
		Expect(l.Platform.Create(ctx, surplus.org)).To(Succeed())
		Eventually(func() error { // once the organization has its namespace
			return l.Platform.Create(ctx, past(lab.NewMembership(surplus.org, colleague, v1alpha1.RoleAdministrator)))
		}).WithContext(ctx).Should(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(surplus.org), surplus.org)).To(Succeed())
			g.Expect(lab.Condition(surplus.org, v1alpha1.ConditionGranted)).To(HaveField("Reason", v1alpha1.ReasonOverLimit))
		}).WithContext(ctx).Should(Succeed())
		for _, person := range []string{boss, colleague} {
			c := l.As(person)
			Consistently(func(g Gomega) {
				g.Expect(listsTheMembers(ctx, c, surplus)).To(lab.BeRefusedByRBAC())
				g.Expect(readsTheOrganization(ctx, c, surplus)).To(lab.BeRefusedByRBAC())
			}).WithContext(ctx).Should(Succeed())
		}
	}, NodeTimeout(3*time.Minute))

	It("gives access to the members with a seat, and to no others (E5, R7)", func(ctx context.Context) {
		s := &scene{org: l.Organization(ctx, lab.Person("boss"), 2)}
		rightful, surplus := lab.Person("rightful"), lab.Person("surplus")
		l.Member(ctx, s.org, rightful, v1alpha1.RoleStandard)
		s.member = past(lab.NewMembership(s.org, surplus, v1alpha1.RoleAdministrator))
		Expect(l.Platform.Create(ctx, s.member)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(s.member), s.member)).To(Succeed())
			g.Expect(lab.Condition(s.member, v1alpha1.ConditionGranted)).To(HaveField("Reason", v1alpha1.ReasonNoSeat))
		}).WithContext(ctx).Should(Succeed())
		Eventually(func() error { return listsTheMembers(ctx, l.As(rightful), s) }).WithContext(ctx).Should(Succeed())
		c := l.As(surplus)
		Consistently(func(g Gomega) {
			g.Expect(listsTheMembers(ctx, c, s)).To(lab.BeRefusedByRBAC())
			g.Expect(readsTheOrganization(ctx, c, s)).To(lab.BeRefusedByRBAC())
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(3*time.Minute))
})
