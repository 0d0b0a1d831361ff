// SPDX-License-Identifier: Apache-2.0

package endoflife

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// withoutAdmission does something while the webhooks are missing, and returns when they judge again. They refuse the probe.
func withoutAdmission(ctx context.Context, probe func() error, do func()) {
	GinkgoHelper()
	hooks := []client.Object{
		&admissionregistrationv1.ValidatingWebhookConfiguration{}, &admissionregistrationv1.MutatingWebhookConfiguration{},
	}
	for i, name := range []string{"polyorg-validating", "polyorg-mutating"} {
		Expect(l.Platform.Get(ctx, client.ObjectKey{Name: name}, hooks[i])).To(Succeed())
		Expect(l.Platform.Delete(ctx, hooks[i])).To(Succeed())
	}
	defer func() { // also if do fails
		for _, hook := range hooks {
			hook.SetResourceVersion("")
			Expect(l.Platform.Create(ctx, hook)).To(Succeed())
		}
		Eventually(probe).WithContext(ctx).ShouldNot(Succeed(), "once it asks them again")
	}()
	Eventually(probe).WithContext(ctx).Should(Succeed(), "once the API server asks no webhook any more")
	do()
}

var _ = Describe("A change past admission", func() {
	It("costs no organization its super admin: the operator makes their membership again (R3)", func(ctx context.Context) {
		john, eve := lab.Person("john"), lab.Person("eve")
		org := l.Organization(ctx, john, 10)
		own := &v1alpha1.Membership{}
		own.Namespace, own.Name = lab.NamespaceOf(org), identity.ObjectName(john)
		l.EventuallyReady(ctx, own)
		usurper := lab.NewMembership(org, eve, v1alpha1.RoleStandard)
		usurper.Name = own.Name
		again := &v1alpha1.Membership{}
		again.Namespace, again.Name = own.Namespace, own.Name+"-2"

		probe := func() error { return l.Platform.Delete(ctx, own.DeepCopy(), client.DryRunAll) }
		withoutAdmission(ctx, probe, func() {
			Expect(l.Platform.Delete(ctx, own.DeepCopy())).To(Succeed())
			Eventually(func(g Gomega) {
				now := &v1alpha1.Membership{}
				g.Expect(l.Platform.Get(ctx, key(own), now)).To(Succeed())
				g.Expect(now.UID).NotTo(Equal(own.UID))
			}).WithContext(ctx).Should(Succeed())
			l.EventuallyReady(ctx, own)

			By("also if another membership has its name")
			takeName(ctx, own, usurper)
			l.EventuallyReady(ctx, again)
			own = again // the probe asks about this one
		})
		Expect(again.Spec.User).To(Equal(john))
		Expect(again.Status.Role).To(Equal(v1alpha1.RoleSuperAdmin))
		l.EventuallyHasAccess(ctx, john, v1alpha1.RoleSuperAdmin, org)
		l.EventuallyReady(ctx, org)
		l.EventuallyReady(ctx, usurper)
	})

	It("may suspend a super admin, and anybody who may change memberships can undo that", func(ctx context.Context) {
		john := lab.Person("john")
		org := l.Organization(ctx, john, 10)
		own := &v1alpha1.Membership{}
		own.Namespace, own.Name = lab.NamespaceOf(org), identity.ObjectName(john)
		l.EventuallyReady(ctx, own)
		probe := func() error { return l.Platform.Delete(ctx, own.DeepCopy(), client.DryRunAll) }
		withoutAdmission(ctx, probe, func() {
			Expect(lab.Change(ctx, l.Platform, own, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })).To(Succeed())
			l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonPending, "super admin's membership")
		})
		Expect(lab.Change(ctx, l.Platform, own, func(m *v1alpha1.Membership) { m.Spec.Suspended = false })).To(Succeed())
		l.EventuallyReady(ctx, org)
		l.EventuallyReady(ctx, own)
	})

	It("costs nobody their chosen default: their User is made again with it (F2)", func(ctx context.Context) {
		first, second, bob := l.Organization(ctx, lab.Person("john"), 10), l.Organization(ctx, lab.Person("mary"), 10), lab.Person("bob")
		l.Member(ctx, first, bob, v1alpha1.RoleStandard)
		l.Member(ctx, second, bob, v1alpha1.RoleStandard)
		var was *v1alpha1.User
		Eventually(func(g Gomega) {
			was = l.User(ctx, bob)
			g.Expect(was).NotTo(BeNil())
		}).WithContext(ctx).Should(Succeed())
		Expect(lab.Change(ctx, l.Platform, was, func(u *v1alpha1.User) { u.Spec.DefaultOrganization = second.Name })).To(Succeed())

		probe := func() error { return l.Platform.Delete(ctx, was.DeepCopy(), client.DryRunAll) }
		withoutAdmission(ctx, probe, func() {
			Expect(l.Platform.Delete(ctx, was.DeepCopy())).To(Succeed())
			Eventually(func(g Gomega) {
				now := l.User(ctx, bob)
				g.Expect(now).NotTo(BeNil())
				g.Expect(now.UID).NotTo(Equal(was.UID))
				g.Expect(now.Spec).To(Equal(was.Spec))
				g.Expect(now.Status.DefaultOrganization).To(Equal(second.Name))
				*was = *now
			}).WithContext(ctx).Should(Succeed())
		})
		Eventually(func(g Gomega) {
			var all eventsv1.EventList
			g.Expect(l.Platform.List(ctx, &all)).To(Succeed())
			g.Expect(all.Items).To(ContainElement(And(HaveField("Regarding.UID", was.UID), HaveField("Reason", v1alpha1.ReasonMadeAgain))))
		}).WithContext(ctx).Should(Succeed())
	})

	It("ends nothing in a protected organization until the protection is removed (O7)", func(ctx context.Context) {
		john, alice := lab.Person("john"), lab.Person("alice")
		org := l.Organization(ctx, john, 10, func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = true })
		m := l.Member(ctx, org, alice, v1alpha1.RoleStandard)
		kept := lab.Create(ctx, l.Platform, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: lab.NamespaceOf(org), Name: "kept"}})
		ns := lab.NewNamespace(org)
		own := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Namespace: lab.NamespaceOf(org), Name: identity.ObjectName(john)}}
		probe := func() error { return l.Platform.Delete(ctx, own.DeepCopy(), client.DryRunAll) }
		withoutAdmission(ctx, probe, func() { Expect(l.Platform.Delete(ctx, org)).To(Succeed()) })

		l.EventuallySays(ctx, org, v1alpha1.ConditionStalled, v1alpha1.ReasonDeletionProtected, "set spec.deletionProtection to false")
		Expect(lab.Condition(org, v1alpha1.ConditionReconciling)).To(BeNil())
		Expect(l.Platform.Get(ctx, key(m), m)).To(Succeed())
		Expect(l.Platform.Get(ctx, key(kept), kept)).To(Succeed())
		Expect(m.DeletionTimestamp).To(BeNil())
		Expect(l.As(alice).List(ctx, &v1alpha1.MembershipList{}, client.InNamespace(m.Namespace))).To(Succeed(), "access is as it was")
		Expect(l.Platform.Delete(ctx, ns)).To(MatchError(ContainSubstring("[O7]")))
		Expect(l.User(ctx, alice)).To(HaveValue(HaveField("Status.DefaultOrganization", org.Name)))
		Expect(releases(ctx, org)).To(lab.BeRefusedBy("O7"))

		By("its namespace stays, even if somebody deletes it again")
		Expect(l.Platform.Delete(ctx, org)).To(Succeed())
		Expect(l.Platform.Delete(ctx, ns)).To(MatchError(ContainSubstring("[O7]")))
		Expect(l.Platform.Get(ctx, key(kept), kept)).To(Succeed())

		By("a removed member loses access all the same (R7)")
		Expect(lab.Insist(ctx, func() error { return l.As(john).Delete(ctx, m) })).To(Succeed())
		Eventually(func() error {
			return l.As(alice).List(ctx, &v1alpha1.MembershipList{}, client.InNamespace(m.Namespace))
		}).WithContext(ctx).Should(lab.BeRefusedByRBAC())

		By("the super admin removes the protection")
		Expect(lab.Change(ctx, l.As(john), org, func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = false })).To(Succeed())
		Expect(client.IgnoreNotFound(l.Platform.Delete(ctx, ns))).To(Succeed(), "its namespace may go with it")
		l.EventuallyGone(ctx, org)
		l.EventuallyGone(ctx, kept)
	})
})

// takeName replaces one membership by another of its name, before the operator has made the first again.
func takeName(ctx context.Context, own, usurper *v1alpha1.Membership) {
	GinkgoHelper()
	Eventually(func() error {
		if err := client.IgnoreNotFound(l.Platform.Delete(ctx, own.DeepCopy())); err != nil {
			return err
		}
		return l.Platform.Create(ctx, usurper.DeepCopy())
	}).WithContext(ctx).WithPolling(1).Should(Succeed())
}
