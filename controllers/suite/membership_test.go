// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A membership", func() {
	It("tells administrators of its organization who joined, was suspended, became super admin, and left", func(ctx context.Context) {
		bob := lab.Person("bob")
		i := invited(ctx, bob)
		name := facts.OrganizationOf(i.Namespace)
		create(ctx, answer(i, v1alpha1.DecisionAccept))
		m := becomes(ctx, membership(name, bob), v1alpha1.ReasonActive)
		told := func(reason, note string) {
			GinkgoHelper()
			Eventually(eventsOf(ctx, m, reason)).WithContext(ctx).Should(ConsistOf("Normal: " + bob + note))
		}
		told(v1alpha1.ReasonJoined, " joined as Administrator")
		change(ctx, m, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })
		told(v1alpha1.ReasonSuspended, " is suspended")
		change(ctx, m, func(m *v1alpha1.Membership) { m.Spec.Suspended = false })
		told(v1alpha1.ReasonReinstated, " is no longer suspended")
		org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: name}}
		former := read(ctx, org).Spec.SuperAdmin
		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = bob })
		told(v1alpha1.ReasonTransferred, " is the super admin from now on")
		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = former })
		eventually(ctx, m, func(g Gomega, m *v1alpha1.Membership) { g.Expect(m.Status.Role).To(Equal(v1alpha1.RoleAdministrator)) })
		Expect(kube.Delete(ctx, m)).To(Succeed())
		told(v1alpha1.ReasonMemberLeft, " is no longer a member")
	})

	It("waits for its organization, without any power (R8)", func(ctx context.Context) {
		name, alice := lab.Unique("zylker"), lab.Person("alice")
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
			Name: "org-" + name, Labels: map[string]string{v1alpha1.OrganizationLabel: name},
		}})
		m := becomes(ctx, create(ctx, membership(name, alice)), v1alpha1.ReasonOrganizationNotFound)
		Expect(m.Status.Role).To(BeEmpty())
		Expect(m.Status.Origin).To(Equal(v1alpha1.OriginProvisioned))
		Expect(m.Status.UserType).To(Equal(v1alpha1.UserTypeInternal))

		create(ctx, organization(name, lab.Person("john")))
		Expect(becomes(ctx, m, v1alpha1.ReasonActive).Status.Role).To(Equal(v1alpha1.RoleStandard))
	})

	It("shows the super admin's role where the organization says so (R1, R2)", func(ctx context.Context) {
		name, john, alice := lab.Unique("zylker"), lab.Person("john"), lab.Person("alice")
		org := settled(ctx, name, john)
		m := membership(name, alice)
		m.Spec.Role = v1alpha1.RoleAdministrator
		becomes(ctx, create(ctx, m), v1alpha1.ReasonActive)
		Expect(m.Status.Role).To(Equal(v1alpha1.RoleAdministrator))

		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = alice })
		eventually(ctx, m, func(g Gomega, m *v1alpha1.Membership) {
			g.Expect(m.Status.Role).To(Equal(v1alpha1.RoleSuperAdmin))
		})
		eventually(ctx, membership(name, john), func(g Gomega, m *v1alpha1.Membership) {
			g.Expect(m.Status.Role).To(Equal(v1alpha1.RoleAdministrator))
		})
	})

	It("shows the last of many transfers, though each undoes the one before (R1, R2)", func(ctx context.Context) {
		name, john, alice := lab.Unique("zylker"), lab.Person("john"), lab.Person("alice")
		org := settled(ctx, name, john)
		m := membership(name, alice)
		m.Spec.Role = v1alpha1.RoleAdministrator
		becomes(ctx, create(ctx, m), v1alpha1.ReasonActive)
		for range 50 {
			change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = alice })
			change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = john })
			for who, role := range map[string]v1alpha1.Role{john: v1alpha1.RoleSuperAdmin, alice: v1alpha1.RoleAdministrator} {
				eventually(ctx, membership(name, who), func(g Gomega, m *v1alpha1.Membership) {
					g.Expect(m.Status.Role).To(Equal(role))
				})
			}
		}
	})

	It("beyond the limit has no power, until an older one makes room (L1, L9)", func(ctx context.Context) {
		first, second, third, alice := lab.Unique("first"), lab.Unique("second"), lab.Unique("third"), lab.Person("alice")
		for _, name := range []string{first, second, third} {
			settled(ctx, name, lab.Person("john"))
		}
		kept := becomes(ctx, create(ctx, membership(first, alice)), v1alpha1.ReasonActive)
		also := becomes(ctx, create(ctx, membership(second, alice)), v1alpha1.ReasonActive)

		one := int32(1)
		policy := setPolicy(ctx, v1alpha1.PlatformPolicySpec{Limits: &v1alpha1.LimitsPolicy{
			OrganizationsPerUser: &one, CreatedOrganizationsPerUser: &one, CreatedCRMPlusPerUser: &one, InvitedCRMPlusPerUser: &one,
		}})
		surplus := becomes(ctx, create(ctx, membership(third, alice)), v1alpha1.ReasonOverLimit)
		Expect(condition(surplus, v1alpha1.ConditionStalled).Status).To(Equal(metav1.ConditionTrue))
		Expect(as(alice).List(ctx, &v1alpha1.MembershipList{}, client.InNamespace("org-"+third))).To(MatchError(apierrors.IsForbidden, "IsForbidden"))
		for _, m := range []*v1alpha1.Membership{kept, also} {
			touch(ctx, m)
			Expect(condition(becomes(ctx, m, v1alpha1.ReasonActive), v1alpha1.ConditionGranted).Status).To(Equal(metav1.ConditionTrue), "what was granted is kept")
		}

		Expect(kube.Delete(ctx, kept)).To(Succeed())
		goes(ctx, kept)
		touch(ctx, surplus)
		Expect(condition(read(ctx, surplus), v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonOverLimit), "one place, and one older has it")
		Expect(kube.Delete(ctx, also)).To(Succeed())
		becomes(ctx, surplus, v1alpha1.ReasonActive)
		Expect(policy.Spec.Limits.OrganizationsPerUser).To(HaveValue(Equal(one)))
	})

	It("gets a place when the limit is raised", func(ctx context.Context) {
		first, second, alice := lab.Unique("first"), lab.Unique("second"), lab.Person("alice")
		one, two := int32(1), int32(2)
		policy := setPolicy(ctx, v1alpha1.PlatformPolicySpec{Limits: &v1alpha1.LimitsPolicy{
			OrganizationsPerUser: &one, CreatedOrganizationsPerUser: &one, InvitedCRMPlusPerUser: &one,
		}})
		settled(ctx, first, lab.Person("john"))
		settled(ctx, second, lab.Person("mary"))
		becomes(ctx, create(ctx, membership(first, alice)), v1alpha1.ReasonActive)
		surplus := becomes(ctx, create(ctx, membership(second, alice)), v1alpha1.ReasonOverLimit)
		change(ctx, policy, func(p *v1alpha1.PlatformPolicy) { p.Spec.Limits.OrganizationsPerUser = &two })
		becomes(ctx, surplus, v1alpha1.ReasonActive)
	})
})
