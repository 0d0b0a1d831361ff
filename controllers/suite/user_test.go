// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gstruct"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/test/lab"
)

func userOf(email string) *v1alpha1.User {
	return &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(email)}}
}

// choice waits until a user's default organization is one, for a reason.
func choice(ctx context.Context, u *v1alpha1.User, organization, reason string) {
	GinkgoHelper()
	eventually(ctx, u, func(g Gomega, u *v1alpha1.User) {
		g.Expect(u.Status.DefaultOrganization).To(Equal(organization))
		g.Expect(condition(u, v1alpha1.ConditionDefaultOrganizationChosen).Reason).To(Equal(reason))
	})
}

// overLimit is the value of the metric.
func overLimit() float64 {
	GinkgoHelper()
	families, err := metrics.Registry.Gather()
	Expect(err).NotTo(HaveOccurred())
	for _, family := range families {
		if family.GetName() == "polyorg_users_over_limit" {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	Fail("no such metric")
	return 0
}

var _ = Describe("A user", func() {
	It("U1: has one User: one with another name is removed", func(ctx context.Context) {
		alice, org := lab.Person("alice"), lab.Unique("zylker")
		settled(ctx, org, lab.Person("owner"))
		becomes(ctx, create(ctx, membership(org, alice)), v1alpha1.ReasonActive)
		stray := create(ctx, &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: lab.Unique("alice")}, Spec: v1alpha1.UserSpec{Email: alice}})
		Eventually(ctx, func() error { return kube.Get(ctx, client.ObjectKeyFromObject(stray), stray) }).Should(Satisfy(apierrors.IsNotFound))
		choice(ctx, userOf(alice), org, v1alpha1.ReasonFirstOrganization)
	})

	It("has a list of organizations, and the used part of each limit", func(ctx context.Context) {
		john, own, other := lab.Person("john"), lab.Unique("own"), lab.Unique("other")
		settled(ctx, own, john)
		settled(ctx, other, lab.Person("mary"))
		becomes(ctx, create(ctx, membership(other, john)), v1alpha1.ReasonActive)
		u := eventually(ctx, userOf(john), func(g Gomega, u *v1alpha1.User) {
			g.Expect(u.Status.Organizations).To(HaveLen(2))
			g.Expect(u.Status.Organizations).To(HaveEach(HaveField("Active", true)))
			g.Expect(u.Status.Organizations).To(HaveEach(HaveField("AccessURL", Not(BeEmpty()))))
			g.Expect(u.Status.Usage.Organizations.Summary).To(Equal("2/10"))
		})
		Expect(u.Spec.Email).To(Equal(john))
		Expect(u.Spec.DefaultOrganization).To(BeEmpty())
		Expect(u.Status.Organizations).To(HaveExactElements(
			gstruct.MatchAllFields(gstruct.Fields{
				"Name": Equal(other), "DisplayName": Equal("Organization " + other), "Role": Equal(v1alpha1.RoleStandard),
				"UserType": Equal(v1alpha1.UserTypeInternal), "Origin": Equal(v1alpha1.OriginProvisioned),
				"Edition": Equal(v1alpha1.EditionEnterprise), "AccessURL": Equal("https://" + other + "." + baseDomain), "Active": BeTrue(),
			}),
			gstruct.MatchFields(gstruct.IgnoreExtras, gstruct.Fields{
				"Name": Equal(own), "Role": Equal(v1alpha1.RoleSuperAdmin), "Origin": Equal(v1alpha1.OriginCreated),
			}),
		), "by name")
		Expect(u.Status.Usage.Created).To(Equal(v1alpha1.Usage{Used: 1, Limit: 5, Summary: "1/5"}))
		Expect(condition(u, v1alpha1.ConditionWithinLimits).Status).To(Equal(metav1.ConditionTrue))
	})

	It("is counted while they have more than the limits allow (L9)", func(ctx context.Context) {
		john, one := lab.Person("john"), lab.Unique("one")
		settled(ctx, one, john)
		other := lab.Unique("other")
		settled(ctx, other, lab.Person("mary"))
		becomes(ctx, create(ctx, membership(other, john)), v1alpha1.ReasonActive)
		within := func(status metav1.ConditionStatus) {
			GinkgoHelper()
			eventually(ctx, userOf(john), func(g Gomega, u *v1alpha1.User) {
				g.Expect(condition(u, v1alpha1.ConditionWithinLimits).Status).To(Equal(status))
			})
		}
		within(metav1.ConditionTrue)
		policy := setPolicy(ctx, v1alpha1.PlatformPolicySpec{Limits: allLimits(1, nil)})
		within(metav1.ConditionFalse)
		Expect(overLimit()).To(BeNumerically(">", 0))
		change(ctx, policy, func(p *v1alpha1.PlatformPolicy) { p.Spec.Limits = allLimits(10, nil) })
		within(metav1.ConditionTrue)
		Eventually(overLimit).Should(BeZero())
	})

	It("has their first organization as default, their own choice after that, and none chosen for them when it is lost (F1–F3)", func(ctx context.Context) {
		alice, first, second, third := lab.Person("alice"), lab.Unique("first"), lab.Unique("second"), lab.Unique("third")
		for _, name := range []string{first, second, third} {
			settled(ctx, name, lab.Person("john"))
		}
		lost := becomes(ctx, create(ctx, membership(first, alice)), v1alpha1.ReasonActive)
		u := userOf(alice)
		choice(ctx, u, first, v1alpha1.ReasonFirstOrganization)
		also := becomes(ctx, create(ctx, membership(second, alice)), v1alpha1.ReasonActive)
		becomes(ctx, create(ctx, membership(third, alice)), v1alpha1.ReasonActive)

		Expect(kube.Delete(ctx, lost)).To(Succeed())
		choice(ctx, u, "", v1alpha1.ReasonChoiceDue)
		change(ctx, u, func(u *v1alpha1.User) { u.Spec.DefaultOrganization = second })
		choice(ctx, u, second, v1alpha1.ReasonChosen)
		Expect(kube.Delete(ctx, also)).To(Succeed())
		choice(ctx, u, "", v1alpha1.ReasonChoiceDue)
	})

	It("has to choose once the default is lost, also if nothing gave access for a moment (F3)", func(ctx context.Context) {
		alice, first, second := lab.Person("alice"), lab.Unique("first"), lab.Unique("second")
		settled(ctx, first, lab.Person("john"))
		settled(ctx, second, lab.Person("mary"))
		lost := becomes(ctx, create(ctx, membership(first, alice)), v1alpha1.ReasonActive)
		choice(ctx, userOf(alice), first, v1alpha1.ReasonFirstOrganization)
		suspended := membership(second, alice)
		suspended.Spec.Suspended = true
		becomes(ctx, create(ctx, suspended), v1alpha1.ReasonSuspended)

		Expect(kube.Delete(ctx, lost)).To(Succeed())
		choice(ctx, userOf(alice), "", v1alpha1.ReasonChoiceDue)
		change(ctx, suspended, func(m *v1alpha1.Membership) { m.Spec.Suspended = false })
		u := eventually(ctx, userOf(alice), func(g Gomega, u *v1alpha1.User) {
			g.Expect(u.Status.Organizations).To(ConsistOf(And(HaveField("Name", second), HaveField("Active", true))))
		})
		Expect(condition(u, v1alpha1.ConditionDefaultOrganizationChosen).Reason).To(Equal(v1alpha1.ReasonChoiceDue))
	})

	It("exists for an invitee, lists the invitations, and goes with the last of them (I5, I6)", func(ctx context.Context) {
		bob := lab.Person("bob")
		i := invited(ctx, bob)
		name := facts.OrganizationOf(i.Namespace)
		u := eventually(ctx, userOf(bob), func(g Gomega, u *v1alpha1.User) {
			g.Expect(u.Status.Invitations).To(ConsistOf(gstruct.MatchAllFields(gstruct.Fields{
				"Organization": Equal(name), "Name": Equal(i.Name), "Role": Equal(v1alpha1.RoleAdministrator),
				"ExpiresAt": gstruct.PointTo(HaveField("Time", BeTemporally("==", i.Status.ExpiresAt.Time))),
			})))
		})
		Expect(u.Status.Usage.PendingInvitations.Summary).To(Equal("1/20"))
		Expect(condition(u, v1alpha1.ConditionDefaultOrganizationChosen).Reason).To(Equal(v1alpha1.ReasonNoOrganization))

		cliq := create(ctx, &v1alpha1.IntegrationBinding{
			ObjectMeta: lab.Inside(name, "cliq"),
			Spec:       v1alpha1.IntegrationBindingSpec{Application: rules.Cliq, Account: lab.Unique("network"), InitiatedFrom: v1alpha1.InitiatedFromCRM},
		})
		eventually(ctx, u, func(g Gomega, u *v1alpha1.User) { g.Expect(u.Status.Invitations).To(BeEmpty()) })
		org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: name}}
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.InvitationDelivery).To(Equal(v1alpha1.InvitationDeliveryEmailOnly))
		})
		Expect(u.Status.Usage.PendingInvitations.Used).To(BeEquivalentTo(1), "listed or not, it is pending")
		Expect(u.Status.Answerable).To(HaveValue(BeZero()), "the column counts what the person sees")
		Expect(kube.Delete(ctx, cliq)).To(Succeed())
		eventually(ctx, u, func(g Gomega, u *v1alpha1.User) { g.Expect(u.Status.Invitations).To(HaveLen(1)) })

		change(ctx, org, func(o *v1alpha1.Organization) {
			o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionZohoOne, Licenses: 5}
		})
		eventually(ctx, u, func(g Gomega, u *v1alpha1.User) { g.Expect(u.Status.Invitations).To(BeEmpty()) })
		change(ctx, i, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })
		goes(ctx, u)
	})
})
