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
	lab.Create(ctx, l.Platform, policy)
	DeferCleanup(func(ctx context.Context) {
		Expect(lab.Insist(ctx, func() error { return client.IgnoreNotFound(l.Platform.Delete(ctx, policy)) })).To(Succeed())
	})
}

var _ = Describe("The policy", func() {
	It("of the example is admitted, and comes into force", func(ctx context.Context) {
		policy := examplePolicy(GinkgoTB())
		inForce(ctx, policy)
		l.EventuallyReady(ctx, policy)
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(policy), policy)).To(Succeed())
			g.Expect(lab.Condition(policy, v1alpha1.ConditionEnforced)).To(HaveValue(HaveField("Status", metav1.ConditionTrue)),
				"by the rights that the operator has")
		}).Should(Succeed())
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
		Entry("sign-up while nobody may create an organization", func(s *v1alpha1.PlatformPolicySpec) {
			s.SignUp, *s.Limits.CreatedOrganizationsPerUser, *s.Limits.CreatedCRMPlusPerUser = v1alpha1.SignUpOpen, 0, 0
		}, "L9", "spec.signUp"),
		Entry("a wider row", func(s *v1alpha1.PlatformPolicySpec) {
			s.Integrations[0].Application, s.Integrations[0].Component = "ZohoDesk", ""
		}, "G3", "spec.integrations[0]"),
	)

	// The limit is lowered while a crowd asks to join. A policy that was in force during a request admits it. So nobody ever has more than
	// the higher limit. A person who asks after the lower one is stored gets nothing beyond it.
	It("holds from the moment it is stored, on every replica (L1, L8, L9)", func(ctx context.Context) {
		const high, low, people, each = 8, 3, 10, 10
		policy := policyOf(high)
		inForce(ctx, policy)
		orgs := organizations(ctx, each)
		veteran := lab.Person("veteran")
		for _, org := range orgs[:high] {
			l.Member(ctx, org, veteran, v1alpha1.RoleStandard)
		}
		var crowd [people]string
		for i := range crowd {
			crowd[i] = lab.Person("alice")
		}
		l.EventuallyReady(ctx, policy) // so that no controller writes it any more
		var stored atomic.Bool         // whether the lower policy is stored
		var late [people]atomic.Int32  // admitted requests that began after that
		answers := lab.AtOnce(ctx, 1+people*each, func(i int) error {
			if i == people*each {
				policy.Spec = policyOf(low).Spec
				err := l.Platform.Update(ctx, policy)
				stored.Store(err == nil)
				return err
			}
			after := stored.Load()
			err := l.Platform.Create(ctx, lab.NewMembership(orgs[i/people], crowd[i%people], v1alpha1.RoleStandard))
			if err == nil && after {
				late[i%people].Add(1)
			}
			return err
		})
		Expect(answers[people*each]).NotTo(HaveOccurred())
		var in [people]int
		for i, err := range answers[:people*each] {
			if err == nil {
				in[i%people]++
				continue
			}
			Expect(err).To(lab.BeRefusedBy("L1"), "request %d", i)
		}
		AddReportEntry("let in", in)
		for i := range people {
			Expect(in[i]).To(And(BeNumerically(">=", low), BeNumerically("<=", high)), crowd[i])
			if in[i] > low {
				Expect(late[i].Load()).To(BeZero(), "%s asked when the lower was in force, and has more than that", crowd[i])
			}
		}

		By("admitting nobody above the lower limit, and taking nothing from people who have more")
		one := func(user string) error {
			org := organizations(ctx, 1)[0]
			return lab.Insist(ctx, func() error { return l.Platform.Create(ctx, lab.NewMembership(org, user, v1alpha1.RoleStandard)) })
		}
		for i, alice := range crowd {
			Expect(one(alice)).To(And(lab.BeRefusedBy("L1"), MatchError(ContainSubstring("(used %d of %d)", in[i], low))))
		}
		Eventually(func(g Gomega) {
			u := l.User(ctx, veteran)
			g.Expect(u.Status.Usage.Organizations).To(And(HaveField("Used", BeEquivalentTo(high)), HaveField("Limit", BeEquivalentTo(low))))
			g.Expect(u.Status.Organizations).To(And(HaveLen(high), HaveEach(HaveField("Active", BeTrue()))))
		}).Should(Succeed())

		By("admitting them again when the limit is raised")
		Expect(lab.Change(ctx, l.Platform, policyOf(low), func(p *v1alpha1.PlatformPolicy) { p.Spec = policyOf(high + 1).Spec })).To(Succeed())
		Expect(one(crowd[0])).To(Succeed())
	})
})

// organizations makes some with room.
func organizations(ctx context.Context, n int) []*v1alpha1.Organization {
	GinkgoHelper()
	orgs := make([]*v1alpha1.Organization, n)
	for i := range orgs {
		orgs[i] = lab.NewOrganization(lab.Person("owner"), 100)
		lab.Create(ctx, l.Platform, orgs[i])
	}
	for _, org := range orgs {
		l.EventuallyReady(ctx, org)
	}
	return orgs
}
