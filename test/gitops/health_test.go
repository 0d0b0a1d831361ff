// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("Health", func() {
	becomes := func(ctx SpecContext, obj client.Object, want verdict) {
		GinkgoHelper()
		o := plain(obj)
		Eventually(func(g Gomega) { g.Expect(home.health(ctx, g, o)).To(Equal(want)) }).WithContext(ctx).Should(Succeed())
	}
	create := func(ctx SpecContext, obj client.Object) {
		GinkgoHelper()
		Expect(insist(ctx, func() error { return home.Platform.Create(ctx, obj) })).To(Succeed())
	}

	It("of an organization", func(ctx SpecContext) {
		org := home.Organization(ctx, lab.Person("owner"), 0)
		becomes(ctx, org, current)

		By("whose trial ends: somebody must subscribe (E3)")
		Expect(lab.Change(ctx, home.Platform, org, func(o *v1alpha1.Organization) {
			o.Spec.TrialEndsAt = &metav1.Time{Time: time.Now().Add(-time.Hour).Truncate(time.Second)}
		})).To(Succeed())
		becomes(ctx, org, failed)
		Expect(lab.Change(ctx, home.Platform, org, func(o *v1alpha1.Organization) {
			o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionEnterprise, Licenses: 5}
		})).To(Succeed())
		becomes(ctx, org, current)

		By("that the platform suspends, until it resumes it (E8)")
		Expect(lab.Change(ctx, home.Platform, org, func(o *v1alpha1.Organization) {
			o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: "Unpaid invoices"}
		})).To(Succeed())
		becomes(ctx, org, failed)
		Expect(lab.Change(ctx, home.Platform, org, func(o *v1alpha1.Organization) { o.Spec.Suspended = nil })).To(Succeed())
		becomes(ctx, org, current)

		By("that ends, while something else holds it")
		Expect(lab.Change(ctx, home.Platform, org, func(o *v1alpha1.Organization) {
			o.Finalizers = append(o.Finalizers, "example.com/held")
		})).To(Succeed())
		Expect(home.Platform.Delete(ctx, org)).To(Succeed())
		becomes(ctx, org, terminating)
		Expect(lab.Change(ctx, home.Platform, org, func(o *v1alpha1.Organization) {
			o.Finalizers = o.Finalizers[:len(o.Finalizers)-1]
		})).To(Succeed())
	})

	It("of an organization whose namespace belongs to somebody else", func(ctx SpecContext) {
		org := lab.NewOrganization(lab.Person("owner"), 0)
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: lab.NamespaceOf(org)}})
		create(ctx, org)
		becomes(ctx, org, failed)
	})

	It("of a membership", func(ctx SpecContext) {
		org := lab.NewOrganization(lab.Person("owner"), 5)
		create(ctx, lab.NewNamespace(org))
		m := lab.NewMembership(org, lab.Person("alice"), v1alpha1.RoleStandard)
		create(ctx, m)
		By("that came before its organization (R8)")
		becomes(ctx, m, inProgress)
		create(ctx, org)
		becomes(ctx, m, current)
		Expect(lab.Change(ctx, home.Platform, m, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })).To(Succeed())
		becomes(ctx, m, off)
	})

	It("of an invitation, for each way that it ends (I2), and of the answer", func(ctx SpecContext) {
		org := home.Organization(ctx, lab.Person("owner"), 5)
		pending, accepted, revoked := lab.NewInvitation(org, lab.Person("bob")), lab.NewInvitation(org, lab.Person("bob")), lab.NewInvitation(org, lab.Person("bob"))
		for _, i := range []*v1alpha1.Invitation{pending, accepted, revoked} {
			create(ctx, i)
			becomes(ctx, i, current)
		}
		answer := lab.NewResponse(accepted, v1alpha1.DecisionAccept)
		Expect(insist(ctx, func() error {
			return lab.Client(home.Control.ConfigFor(accepted.Spec.Email, "system:masters")).Create(ctx, answer)
		})).To(Succeed())
		becomes(ctx, answer, current)
		becomes(ctx, accepted, current)
		Expect(lab.Change(ctx, home.Platform, revoked, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })).To(Succeed())
		becomes(ctx, revoked, current)
	})

	It("of a binding", func(ctx SpecContext) {
		org := home.Organization(ctx, lab.Person("owner"), 5)
		b := lab.NewBinding(org, "ZohoCampaigns", lab.Unique("account"))
		b.Spec.CredentialsSecretRef = &v1alpha1.LocalSecretReference{Name: "oauth"}
		create(ctx, b)
		By("whose credentials are missing")
		becomes(ctx, b, inProgress)
		create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: b.Namespace, Name: "oauth"}})
		becomes(ctx, b, current)
	})

	It("of objects that are in no folder", func(ctx SpecContext) {
		owner := lab.Person("owner")
		home.Organization(ctx, owner, 0)
		becomes(ctx, &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(owner)}}, current)
		h := &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: lab.Unique("kept") + ".crm.example.com"}}
		create(ctx, h)
		becomes(ctx, h, current)
		p := &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
		create(ctx, p)
		becomes(ctx, p, current)
	})
})

// plain is an object as the judges read it.
func plain(obj client.Object) *unstructured.Unstructured {
	GinkgoHelper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	Expect(err).NotTo(HaveOccurred())
	o := &unstructured.Unstructured{Object: content}
	kinds, _, err := lab.Scheme.ObjectKinds(obj)
	Expect(err).NotTo(HaveOccurred())
	o.SetGroupVersionKind(kinds[0])
	return o
}
