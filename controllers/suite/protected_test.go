// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/grant"
	reconcilers "github.com/polyorg/polyorg/controllers/organization"
	"github.com/polyorg/polyorg/test/lab"
)

// endures deletes a protected organization, and returns when the status says that it lives on.
func endures(ctx context.Context, org *v1alpha1.Organization, options ...client.DeleteOption) {
	GinkgoHelper()
	change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = true })
	Expect(kube.Delete(ctx, org, options...)).To(Succeed())
	becomes(ctx, org, v1alpha1.ReasonDeletionProtected)
	DeferCleanup(func(ctx context.Context) {
		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = false })
	})
}

// isStalled looks at an organization once more; the look succeeds and changes nothing in the status.
func isStalled(ctx context.Context, org *v1alpha1.Organization) {
	GinkgoHelper()
	r := &reconcilers.Reconciler{Client: mgr.GetClient(), Own: mgr.GetClient(), Live: mgr.GetAPIReader(), Desk: grant.NewDesk(mgr.GetClient(), nil), Clock: clock,
		Events: mgr.GetEventRecorder("test"), Config: conf}
	Eventually(func(g Gomega) {
		before := read(ctx, org.DeepCopy())
		_, err := r.Reconcile(ctx, ctrl.Request{NamespacedName: key(org)})
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(read(ctx, org).ResourceVersion).To(Equal(before.ResourceVersion), "nothing flickers")
		g.Expect(condition(org, v1alpha1.ConditionStalled).Reason).To(Equal(v1alpha1.ReasonDeletionProtected))
		g.Expect(condition(org, v1alpha1.ConditionReconciling)).To(BeZero())
	}).WithContext(ctx).Should(Succeed())
}

// enters reads what only members of an organization may.
func enters(ctx context.Context, email, organization string) func() error {
	return func() error {
		return as(email).List(ctx, &v1alpha1.InvitationList{}, client.InNamespace("org-"+organization))
	}
}

var _ = Describe("A protected organization that was deleted past admission lives on (O7):", func() {
	It("its spec is carried out, and its trial ends (A1, A7)", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		endures(ctx, org)
		moved := lab.Unique("moved")
		renames(ctx, org, moved)
		eventually(ctx, ingressOf(org), func(g Gomega, served *networkingv1.Ingress) {
			g.Expect(served.Spec.Rules).To(ConsistOf(HaveField("Host", moved+"."+baseDomain)))
		})
		isStalled(ctx, org)

		at(org.Status.Trial.EndsAt.Time)
		touch(ctx, org)
		goes(ctx, ingressOf(org))
		says(ctx, org, "the trial ended")
		isStalled(ctx, org)
	})

	It("it names the obstacles to its members' access (R7)", func(ctx context.Context) {
		name, john := lab.Unique("zylker"), lab.Person("john")
		labels := map[string]string{v1alpha1.OrganizationLabel: name}
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + name, Labels: labels}})
		inTheWay := create(ctx, roleBinding(name, "polyorg-organization-admin-0", "view"))
		org := becomes(ctx, create(ctx, organization(name, john)), v1alpha1.ReasonBindingInTheWay)
		endures(ctx, org)
		says(ctx, org, "RoleBinding org-"+name+"/polyorg-organization-admin-0")
		isStalled(ctx, org)
		Expect(kube.Delete(ctx, inTheWay)).To(Succeed())
		Eventually(enters(ctx, john, name)).WithContext(ctx).Should(Succeed())
	})

	It("but nobody has access to a namespace that is not its own", func(ctx context.Context) {
		name, alice := lab.Unique("zylker"), lab.Person("alice")
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + name}})
		org := becomes(ctx, create(ctx, organization(name, lab.Person("john"))), v1alpha1.ReasonNamespaceNotOurs)
		becomes(ctx, create(ctx, membership(name, alice)), v1alpha1.ReasonActive)
		endures(ctx, org)
		isStalled(ctx, org)
		var made rbacv1.RoleBindingList
		Expect(kube.List(ctx, &made, client.InNamespace("org-"+name))).To(Succeed())
		Expect(made.Items).To(BeEmpty())
	})

	It("it says so while its namespace goes away, and has another then", func(ctx context.Context) {
		name, john := lab.Unique("zylker"), lab.Person("john")
		org := settled(ctx, name, john)
		stuck := held(ctx, &corev1.ConfigMap{ObjectMeta: lab.Inside(name, "stuck")})
		endures(ctx, org)
		// As the operator, because the policy in config/policy permits it. In this case the policy was missing.
		Expect(mgr.GetClient().Delete(ctx, namespaceOf(org))).To(Succeed())
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionNamespaceReady).Reason).To(Equal(v1alpha1.ReasonNamespaceTerminating))
		})
		isStalled(ctx, org)
		release(ctx, stuck)
		becomes(ctx, membership(name, john), v1alpha1.ReasonActive)
		Eventually(enters(ctx, john, name)).WithContext(ctx).Should(Succeed())
		isStalled(ctx, org)
	})

	It("garbage collection, if the deletion asked for it, takes access from its members only for a while", func(ctx context.Context) {
		name, john := lab.Unique("zylker"), lab.Person("john")
		org := settled(ctx, name, john)
		served := change(ctx, ingressOf(org), func(i *networkingv1.Ingress) { i.SetFinalizers([]string{hold}) })
		endures(ctx, org, client.PropagationPolicy(metav1.DeletePropagationForeground))
		Eventually(enters(ctx, john, name)).WithContext(ctx).ShouldNot(Succeed())
		isStalled(ctx, org)
		release(ctx, served)
		Eventually(enters(ctx, john, name)).WithContext(ctx).Should(Succeed())
		isStalled(ctx, org)
	})
})
