// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// labelled makes the namespace of an organization before there is one, as a GitOps tool does.
func labelled(ctx context.Context, organization string) *corev1.Namespace {
	GinkgoHelper()
	labels := map[string]string{v1alpha1.OrganizationLabel: organization}
	return create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.NamespacePrefix + organization, Labels: labels}})
}

var _ = Describe("A failure with other words each time", func() {
	It("is reported once, in constant words, and is tried again at longer and longer intervals", func(ctx context.Context) {
		name := lab.Unique("zylker")
		ns := labelled(ctx, name)
		probe := &networkingv1.Ingress{ObjectMeta: lab.Inside(name, "probe"), Spec: networkingv1.IngressSpec{DefaultBackend: &networkingv1.IngressBackend{
			Service: &networkingv1.IngressServiceBackend{Name: "crm", Port: networkingv1.ServiceBackendPort{Number: 80}},
		}}}
		webhook := refuse(ctx, ns.Name, admissionregistrationv1.Create, "networking.k8s.io", "ingresses", func() error {
			return kube.Create(ctx, probe.DeepCopy(), client.DryRunAll)
		})
		org := create(ctx, organization(name, lab.Person("john")))
		failedSoFar := func(n int64) {
			Eventually(webhook.asked.Load).WithContext(ctx).Should(BeNumerically(">=", n))
		}
		failedSoFar(6)
		becomes(ctx, membership(name, org.Spec.SuperAdmin), v1alpha1.ReasonActive) // which wakes the organization
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionReconciling).Reason).To(Equal(v1alpha1.ReasonRequestRefused))
			g.Expect(o.Status.Seats.Used).To(BeEquivalentTo(1))
		})
		said := condition(org, v1alpha1.ConditionReconciling).Message
		Expect(said).To(Equal("Cannot route its hosts: the cluster refuses it, by its access rules, a policy or a webhook. " +
			"It is tried again; the operator's log has the details"))
		Expect(condition(org, v1alpha1.ConditionReady)).To(And(
			HaveField("Status", metav1.ConditionUnknown), HaveField("Message", "No attempt has succeeded so far")))

		failedSoFar(webhook.asked.Load() + 2)
		Expect(read(ctx, org).Status.Conditions).To(ContainElement(HaveField("Message", said)))
		stands := org.ResourceVersion
		failedSoFar(webhook.asked.Load() + 2)
		Expect(read(ctx, org).ResourceVersion).To(Equal(stands), "a failed attempt that has nothing new to say writes nothing")

		webhook.over.Store(true)
		becomes(ctx, org, v1alpha1.ReasonActive)
	})
})
