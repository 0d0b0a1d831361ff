// SPDX-License-Identifier: Apache-2.0

package endoflife

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// withoutAdmission does something while the webhooks are taken away, and returns when they judge again. Probe is a request that they
// refuse.
func withoutAdmission(ctx context.Context, probe func() error, do func()) {
	GinkgoHelper()
	hooks := []client.Object{
		&admissionregistrationv1.ValidatingWebhookConfiguration{}, &admissionregistrationv1.MutatingWebhookConfiguration{},
	}
	for i, name := range []string{"polyorg-validating", "polyorg-mutating"} {
		Expect(l.Platform.Get(ctx, client.ObjectKey{Name: name}, hooks[i])).To(Succeed())
		Expect(l.Platform.Delete(ctx, hooks[i])).To(Succeed())
	}
	defer func() { // also where what is done fails
		for _, hook := range hooks {
			hook.SetResourceVersion("")
			Expect(l.Platform.Create(ctx, hook)).To(Succeed())
		}
		Eventually(probe).WithContext(ctx).ShouldNot(Succeed(), "once it asks them again")
	}()
	Eventually(probe).WithContext(ctx).Should(Succeed(), "once the API server asks no webhook any more")
	do()
}

var _ = Describe("What got past admission", func() {
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

			By("also where somebody else's has the name that it would have")
			takeName(ctx, own, usurper)
			l.EventuallyReady(ctx, again)
			own = again // which is what the probe asks about
		})
		Expect(again.Spec.User).To(Equal(john))
		Expect(again.Status.Role).To(Equal(v1alpha1.RoleSuperAdmin))
		l.EventuallyHasAccess(ctx, john, v1alpha1.RoleSuperAdmin, org)
		l.EventuallyReady(ctx, org)
		l.EventuallyReady(ctx, usurper)
	})

	It("and a super admin who was suspended there is reinstated by whoever may change it", func(ctx context.Context) {
		john := lab.Person("john")
		org := l.Organization(ctx, john, 10)
		own := &v1alpha1.Membership{}
		own.Namespace, own.Name = lab.NamespaceOf(org), identity.ObjectName(john)
		l.EventuallyReady(ctx, own)
		probe := func() error { return l.Platform.Delete(ctx, own.DeepCopy(), client.DryRunAll) }
		withoutAdmission(ctx, probe, func() {
			Expect(lab.Change(ctx, l.Platform, own, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })).To(Succeed())
			says(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonPending, "super admin's membership")
		})
		Expect(lab.Change(ctx, l.Platform, own, func(m *v1alpha1.Membership) { m.Spec.Suspended = false })).To(Succeed())
		l.EventuallyReady(ctx, org)
		l.EventuallyReady(ctx, own)
	})
})

// takeName replaces one membership by another of its name before the operator has made the first again.
func takeName(ctx context.Context, own, usurper *v1alpha1.Membership) {
	GinkgoHelper()
	Eventually(func() error {
		if err := client.IgnoreNotFound(l.Platform.Delete(ctx, own.DeepCopy())); err != nil {
			return err
		}
		return l.Platform.Create(ctx, usurper.DeepCopy())
	}).WithContext(ctx).WithPolling(1).Should(Succeed())
}
