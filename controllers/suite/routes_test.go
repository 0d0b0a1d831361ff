// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/routes"
	"github.com/polyorg/polyorg/test/lab"
)

// fallbackOf is the Ingress of an organization's former and suspended hosts, which the operator's own server answers.
func fallbackOf(org *v1alpha1.Organization) *networkingv1.Ingress {
	return &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "polyorg-system", Name: "polyorg-fallback-" + org.Name}}
}

// hostsIn are the hosts of an Ingress.
func hostsIn(i *networkingv1.Ingress) []string {
	hosts := make([]string, len(i.Spec.Rules))
	for n, rule := range i.Spec.Rules {
		hosts[n] = rule.Host
	}
	return hosts
}

// keeper keeps routes as the operator's does.
func keeper() *routes.Keeper {
	GinkgoHelper()
	k, err := routes.New(mgr.GetClient(), mgr.GetCache(), mgr.GetAPIReader(), conf, clock)
	Expect(err).NotTo(HaveOccurred())
	return k
}

func asksFor(ctx context.Context, org *v1alpha1.Organization, name string) {
	GinkgoHelper()
	change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: name} })
}

var _ = Describe("The routes of an organization", func() {
	It("lead from the former host to the CRM until the new one had time to be served, and redirect then (A6)", func(ctx context.Context) {
		first, second := lab.Unique("first"), lab.Unique("second")
		org := settled(ctx, first, lab.Person("john"))
		asksFor(ctx, org, second)
		eventually(ctx, ingressOf(org), func(g Gomega, i *networkingv1.Ingress) {
			g.Expect(hostsIn(i)).To(ConsistOf(second+"."+baseDomain, first+"."+baseDomain))
		})
		read(ctx, reservationOf(first)) // nobody can take it meanwhile
		eventually(ctx, fallbackOf(org), func(g Gomega, i *networkingv1.Ingress) { g.Expect(hostsIn(i)).To(ConsistOf(first + "." + baseDomain)) })
		eventually(ctx, ingressOf(org), func(g Gomega, i *networkingv1.Ingress) { g.Expect(hostsIn(i)).To(ConsistOf(second + "." + baseDomain)) })
		Expect(read(ctx, fallbackOf(org)).Spec.Rules[0].HTTP.Paths[0].Backend.Service.Name).To(Equal("polyorg-fallback"))
	})

	It("lead from the former host to the CRM while the new one is not free (A6)", func(ctx context.Context) {
		first, taken := lab.Unique("first"), create(ctx, reservationOf(lab.Unique("taken")))
		org := settled(ctx, first, lab.Person("john"))
		asksFor(ctx, org, taken.Name[:len(taken.Name)-len("."+baseDomain)])
		becomes(ctx, org, v1alpha1.ReasonHostNotFree)
		Expect(org.Status.Hosts).To(ConsistOf(first + "." + baseDomain))
		Expect(org.Status.AccessURL).To(Equal("https://" + first + "." + baseDomain))
		Expect(condition(org, v1alpha1.ConditionAccessURLReady).Message).To(ContainSubstring("is served at " + first + "." + baseDomain))
		Expect(hostsIn(read(ctx, ingressOf(org)))).To(ConsistOf(first + "." + baseDomain))

		Expect(kube.Delete(ctx, taken)).To(Succeed())
		becomes(ctx, org, v1alpha1.ReasonActive)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.Hosts).To(ConsistOf(taken.Name)) })
		read(ctx, reservationOf(first))
	})

	It("are not claimed to be there when a quota refuses them (A5)", func(ctx context.Context) {
		name := lab.Unique("zylker")
		labelled(ctx, name)
		quota := create(ctx, &corev1.ResourceQuota{ObjectMeta: lab.Inside(name, "none"),
			Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"count/ingresses.networking.k8s.io": resource.MustParse("0")}}})
		eventually(ctx, quota, func(g Gomega, q *corev1.ResourceQuota) { g.Expect(q.Status.Hard).NotTo(BeEmpty()) })
		org := create(ctx, organization(name, lab.Person("john")))
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionAccessURLReady)).To(And(
				HaveField("Status", metav1.ConditionFalse), HaveField("Reason", v1alpha1.ReasonNotRouted)))
			g.Expect(condition(o, v1alpha1.ConditionReconciling).Reason).To(Equal(v1alpha1.ReasonQuotaExceeded))
			g.Expect(o.Status.AccessURL).To(BeEmpty())
		})
		Expect(kube.Delete(ctx, quota)).To(Succeed())
		becomes(ctx, org, v1alpha1.ReasonActive)
	})

	It("are reported where another Ingress has the host too, and nobody touches that one (A2)", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		create(ctx, backendOf(org))
		foreign := read(ctx, ingressOf(org)).DeepCopy()
		foreign.ObjectMeta = lab.Inside(org.Name, "theirs")
		create(ctx, foreign)
		before := foreign.ResourceVersion
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			c := condition(o, v1alpha1.ConditionAccessURLReady)
			g.Expect(c.Reason).To(Equal(v1alpha1.ReasonHostConflict))
			g.Expect(c.Message).To(HavePrefix("Ingress org-" + org.Name + "/theirs has the host " + org.Name + "." + baseDomain + " too"))
		})
		Expect(read(ctx, foreign).ResourceVersion).To(Equal(before))
		Expect(kube.Delete(ctx, foreign)).To(Succeed())
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionAccessURLReady).Reason).To(Equal(v1alpha1.ReasonRouted))
		})
	})

	It("does not name a conflicting Ingress of another namespace (U3)", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		create(ctx, backendOf(org))
		foreign := read(ctx, ingressOf(org)).DeepCopy()
		foreign.ObjectMeta = metav1.ObjectMeta{Namespace: "default", Name: lab.Unique("theirs")}
		create(ctx, foreign)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			c := condition(o, v1alpha1.ConditionAccessURLReady)
			g.Expect(c.Reason).To(Equal(v1alpha1.ReasonHostConflict))
			g.Expect(c.Message).To(And(HavePrefix("Another Ingress has the host"), Not(ContainSubstring(foreign.Name))))
		})
		Expect(kube.Delete(ctx, foreign)).To(Succeed())
	})
})
