// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// Argo CD deletes the objects that left the folder, and tries again after a refusal. It removes three customers at once, each in its own
// order.
var _ = It("Argo CD removes customers in any order", func(ctx SpecContext) {
	orders := map[string]func(folder) folder{"firstpine": backwards, "lastpine": theNeedyFirst, "anypine": shuffled(4)}
	gone := map[string]folder{}
	for name, arrange := range orders {
		f := unprotected(home.customer(ctx, name))
		home.apply(ctx, f)
		gone[name] = arrange(f).where(func(o *unstructured.Unstructured) bool {
			return !strings.Contains(o.GetAnnotations()["argocd.argoproj.io/sync-options"], "Prune=false")
		})
		Expect(gone[name]).To(HaveLen(len(f.but("Namespace"))))
	}
	for _, f := range gone {
		home.eventuallyHealthy(ctx, f)
	}
	for _, f := range gone {
		for _, o := range f {
			Expect(insist(ctx, func() error { return client.IgnoreNotFound(home.git.Delete(ctx, o)) })).To(Succeed(), id(o))
		}
	}
	for name := range gone {
		home.eventuallyForgotten(ctx, name)
	}
}, NodeTimeout(5*time.Minute))

var _ = Describe("A pipeline", func() {
	It("cannot delete an organization's namespace: it has no right to, and the right would not be enough (O7)", func(ctx SpecContext) {
		f := home.customer(ctx, sample)
		home.apply(ctx, f)
		home.eventuallyHealthy(ctx, f.only("Organization"))
		namespace := f.only("Namespace")[0]
		Expect(home.git.Delete(ctx, namespace)).To(lab.BeRefusedByRBAC())
		Expect(home.Platform.Delete(ctx, namespace)).To(And(Satisfy(apierrors.IsForbidden), MatchError(ContainSubstring("[O7]"))))
	})

	It("cannot remove a super admin by removing the membership's file (R3)", func(ctx SpecContext) {
		org := home.Organization(ctx, lab.Person("owner"), 2)
		var members v1alpha1.MembershipList
		Expect(home.git.List(ctx, &members, client.InNamespace(lab.NamespaceOf(org)))).To(Succeed())
		Expect(members.Items).To(HaveLen(1))
		Expect(home.git.Delete(ctx, &members.Items[0])).To(lab.BeRefusedBy("R3"))
	})
})

// eventuallyForgotten returns when no object of any kind in the whole cluster names a customer any more. Events, the operator's journal,
// and the reservations of hosts (A7) do not count.
func (c *cluster) eventuallyForgotten(ctx SpecContext, name string) {
	GinkgoHelper()
	Eventually(func(g Gomega) { g.Expect(c.speakOf(ctx, g, name)).To(BeEmpty()) }).WithContext(ctx).WithPolling(time.Second).Should(Succeed())
	var reserved v1alpha1.HostReservation
	Expect(c.Platform.Get(ctx, client.ObjectKey{Name: name + "." + c.Config.Ingress.BaseDomain}, &reserved)).To(Succeed())
}

// speakOf are all objects that contain a name.
func (c *cluster) speakOf(ctx SpecContext, g Gomega, name string) (found []string) {
	for _, kind := range c.kinds(g) {
		var all unstructured.UnstructuredList
		all.SetGroupVersionKind(kind)
		g.Expect(c.Platform.List(ctx, &all)).To(Succeed(), kind.String())
		for i := range all.Items {
			o := &all.Items[i]
			data, err := json.Marshal(o)
			g.Expect(err).NotTo(HaveOccurred())
			if strings.Contains(string(data), name) && o.GetName() != "polyorg-journal" {
				found = append(found, id(o))
			}
		}
	}
	return found
}

// kinds are all kinds that can be listed, in their preferred versions, except those that may name a former customer.
func (c *cluster) kinds(g Gomega) (kinds []schema.GroupVersionKind) {
	api, err := discovery.NewDiscoveryClientForConfig(c.Control.Config())
	g.Expect(err).NotTo(HaveOccurred())
	lists, err := api.ServerPreferredResources()
	g.Expect(err).NotTo(HaveOccurred())
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		g.Expect(err).NotTo(HaveOccurred())
		for _, r := range list.APIResources {
			if slices.Contains(r.Verbs, "list") && !slices.Contains([]string{"Event", "HostReservation"}, r.Kind) {
				kinds = append(kinds, version.WithKind(r.Kind))
			}
		}
	}
	g.Expect(kinds).To(ContainElement(v1alpha1.GroupVersion.WithKind("Membership")))
	return kinds
}
