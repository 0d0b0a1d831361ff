// SPDX-License-Identifier: Apache-2.0

package configuration

import (
	"context"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// policyOf is the PlatformPolicy with limits.
func policyOf(organizations int32) *v1alpha1.PlatformPolicy {
	return &v1alpha1.PlatformPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName},
		Spec: v1alpha1.PlatformPolicySpec{Limits: &v1alpha1.LimitsPolicy{
			OrganizationsPerUser: &organizations, InvitedCRMPlusPerUser: ptr.To[int32](1),
			CreatedOrganizationsPerUser: ptr.To[int32](1),
		}},
	}
}

// inForce stores a policy until the spec is over.
func inForce(ctx context.Context, policy *v1alpha1.PlatformPolicy) {
	GinkgoHelper()
	Expect(lab.Insist(ctx, func() error { return l.Platform.Create(ctx, policy) })).To(Succeed())
	DeferCleanup(func(ctx context.Context) {
		Expect(lab.Insist(ctx, func() error { return client.IgnoreNotFound(l.Platform.Delete(ctx, policy)) })).To(Succeed())
	})
}

var _ = Describe("The policy", func() {
	It("of the example is admitted, and comes into force", func(ctx context.Context) {
		policy := examplePolicy(GinkgoTB())
		inForce(ctx, policy)
		l.EventuallyReady(ctx, policy)
	})

	DescribeTable("that contradicts itself is refused (L9, G3)", func(ctx context.Context, change func(*v1alpha1.PlatformPolicySpec), rule, field string) {
		policy := examplePolicy(GinkgoTB())
		change(&policy.Spec)
		err := lab.Insist(ctx, func() error { return l.Platform.Create(ctx, policy, client.DryRunAll) })
		Expect(err).To(And(lab.BeRefusedBy(rule), MatchError(ContainSubstring(field))))
	},
		Entry("more created than belonged to", func(s *v1alpha1.PlatformPolicySpec) { *s.Limits.CreatedOrganizationsPerUser = 11 }, "L9", "spec.limits.createdOrganizationsPerUser"),
		Entry("more created on CRM Plus than created", func(s *v1alpha1.PlatformPolicySpec) { *s.Limits.CreatedCRMPlusPerUser = 6 }, "L9", "spec.limits.createdCRMPlusPerUser"),
		Entry("more joined on CRM Plus than belonged to", func(s *v1alpha1.PlatformPolicySpec) { *s.Limits.InvitedCRMPlusPerUser = 11 }, "L9", "spec.limits.invitedCRMPlusPerUser"),
		Entry("more on Zoho One than belonged to", func(s *v1alpha1.PlatformPolicySpec) { *s.Limits.InternalZohoOnePerUser = 11 }, "L9", "spec.limits.internalZohoOnePerUser"),
		Entry("more invitations from one than from all", func(s *v1alpha1.PlatformPolicySpec) { *s.Limits.PendingInvitationsPerSuperAdmin = 21 }, "L9", "spec.limits.pendingInvitationsPerSuperAdmin"),
		Entry("a warning before the trial begins", func(s *v1alpha1.PlatformPolicySpec) { *s.Trial.WarningDays = 16 }, "L9", "spec.trial.warningDays"),
		Entry("sign-up where nobody may create", func(s *v1alpha1.PlatformPolicySpec) {
			s.SignUp, *s.Limits.CreatedOrganizationsPerUser, *s.Limits.CreatedCRMPlusPerUser = v1alpha1.SignUpOpen, 0, 0
		}, "L9", "spec.signUp"),
		Entry("a wider row", func(s *v1alpha1.PlatformPolicySpec) {
			s.Integrations[0].Application, s.Integrations[0].Component = "ZohoDesk", ""
		}, "G3", "spec.integrations[0]"),
	)

	// The limit is lowered while a crowd wants in. Whoever is let in is so by a policy that was in force while they asked: so never
	// more than by the higher; and once the lower is stored, nobody above it.
	It("holds from the moment it is stored, on every replica (L1, L8, L9)", func(ctx context.Context) {
		const high, low, crowd = 8, 3, 100
		inForce(ctx, policyOf(high))
		alice := lab.Person("alice")
		orgs := make([]*v1alpha1.Organization, 20)
		for i := range orgs {
			orgs[i] = lab.NewOrganization(lab.Person("owner"), 100)
			Expect(lab.Insist(ctx, func() error { return l.Platform.Create(ctx, orgs[i]) })).To(Succeed())
		}
		for _, org := range orgs {
			l.EventuallyReady(ctx, org)
		}
		var stored atomic.Bool // the lower policy is
		var late atomic.Int32  // let in that asked after
		answers := lab.AtOnce(ctx, crowd, func(i int) error {
			if i == crowd/2 {
				err := lab.Change(ctx, l.Platform, policyOf(low), func(p *v1alpha1.PlatformPolicy) { p.Spec = policyOf(low).Spec })
				stored.Store(err == nil)
				return err
			}
			after := stored.Load()
			err := l.Platform.Create(ctx, lab.NewMembership(orgs[i%len(orgs)], alice, v1alpha1.RoleStandard))
			if err == nil && after {
				late.Add(1)
			}
			return err
		})
		Expect(answers[crowd/2]).NotTo(HaveOccurred())
		in := lab.Succeeded(answers) - 1
		Expect(in).To(And(BeNumerically(">=", low), BeNumerically("<=", high)))
		if in > low {
			Expect(late.Load()).To(BeZero(), "asked when the lower was in force, with more than that inside")
		}
		for i, err := range answers {
			if err != nil {
				Expect(err).To(Or(lab.BeRefusedBy("L1"), lab.BeRefusedBy("L6")), "request %d", i)
			}
		}

		By("letting nobody above the lower in, and taking nothing away")
		one := func() error {
			org := lab.NewOrganization(lab.Person("owner"), 100)
			Expect(lab.Insist(ctx, func() error { return l.Platform.Create(ctx, org) })).To(Succeed())
			l.EventuallyReady(ctx, org)
			return lab.Insist(ctx, func() error { return l.Platform.Create(ctx, lab.NewMembership(org, alice, v1alpha1.RoleStandard)) })
		}
		Expect(one()).To(And(lab.BeRefusedBy("L1"), MatchError(ContainSubstring("of 3)"))))
		Eventually(func(g Gomega) {
			u := l.User(ctx, alice)
			g.Expect(u).NotTo(BeNil())
			g.Expect(u.Status.Usage.Organizations.Used).To(BeEquivalentTo(in))
			g.Expect(u.Status.Usage.Organizations.Limit).To(BeEquivalentTo(low))
			for _, o := range u.Status.Organizations {
				g.Expect(o.Active).To(BeTrue(), o.Name)
			}
		}).Should(Succeed())

		By("letting them in again when it is raised")
		Expect(lab.Change(ctx, l.Platform, policyOf(low), func(p *v1alpha1.PlatformPolicy) { p.Spec = policyOf(high + 2).Spec })).To(Succeed())
		Expect(one()).To(Succeed())
	})
})
