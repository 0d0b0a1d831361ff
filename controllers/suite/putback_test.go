// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// reservationPath is the path of a reservation in the API.
func reservationPath(host string) string { return "/apis/polyorg.io/v1alpha1/hostreservations/" + host }

// statusPath is the path of an organization's status in the API.
func statusPath(org *v1alpha1.Organization) string {
	return "/apis/polyorg.io/v1alpha1/organizations/" + org.Name + "/status"
}

// named is an organization with an access URL.
func named(name, superAdmin, accessName string) *v1alpha1.Organization {
	org := organization(name, superAdmin)
	org.Spec.AccessURL = &v1alpha1.AccessURL{Name: accessName}
	return org
}

// moved makes an organization that had another host before, and deletes it. Both hosts stay reserved to it.
func moved(ctx context.Context, name, second string) (uid types.UID) {
	GinkgoHelper()
	org := settled(ctx, name, lab.Person("john"))
	renames(ctx, org, second)
	Expect(kube.Delete(ctx, org)).To(Succeed())
	goes(ctx, org)
	for _, host := range []string{name, second} {
		Expect(read(ctx, reservationOf(host)).Spec.HeldFor.UID).To(Equal(org.UID))
	}
	return org.UID
}

// Admission lets only a platform actor create such an organization. Here is none.
var _ = Describe("An organization that the platform puts back under its name (A6)", func() {
	It("gets all hosts that are reserved to the former one, and redirects the others", func(ctx context.Context) {
		first, second := lab.Unique("first"), lab.Unique("second")
		moved(ctx, first, second)
		again := becomes(ctx, create(ctx, named(first, lab.Person("john"), second)), v1alpha1.ReasonActive)
		Expect(again.Status.Hosts).To(ConsistOf(second + "." + baseDomain))
		goes(ctx, reservationOf(second))
		eventually(ctx, reservationOf(first), func(g Gomega, h *v1alpha1.HostReservation) {
			g.Expect(h.Spec.HeldFor.UID).To(Equal(again.UID))
			g.Expect(h.Spec.RedirectTo).To(Equal(second + "." + baseDomain))
		})
		eventually(ctx, again, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.PreviousHosts).To(ConsistOf(HaveField("Host", first+"."+baseDomain)))
		})
	})

	It("loses none of them if the operator is stopped while it hands them over, and a rename comes", func(ctx context.Context) {
		first, second, third := lab.Unique("first"), lab.Unique("second"), lab.Unique("third")
		uid := moved(ctx, first, second)
		stopped, goOn := line.hold(http.MethodPatch, reservationPath(first+"."+baseDomain))
		again := create(ctx, named(first, lab.Person("john"), second))
		Eventually(ctx, stopped).Should(BeClosed())
		Expect(read(ctx, reservationOf(second)).Spec.HeldFor.UID).To(Equal(uid), "the proof goes last")
		change(ctx, again, func(o *v1alpha1.Organization) { o.Spec.AccessURL.Name = third })
		goOn()
		eventually(ctx, again, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.Hosts).To(ConsistOf(third + "." + baseDomain))
			g.Expect(o.Status.PreviousHosts).To(ConsistOf(HaveField("Host", first+"."+baseDomain), HaveField("Host", second+"."+baseDomain)))
		})
		for _, host := range []string{first, second} {
			eventually(ctx, reservationOf(host), func(g Gomega, h *v1alpha1.HostReservation) {
				g.Expect(h.Spec.HeldFor.UID).To(Equal(again.UID))
				g.Expect(h.Spec.RedirectTo).To(Equal(third + "." + baseDomain))
			})
		}
	})

	It("leaves a reservation from Git as it is, and has the host", func(ctx context.Context) {
		name := lab.Unique("zylker")
		h := reservationOf(name)
		h.Spec.HeldFor = &v1alpha1.OrganizationReference{Name: name, UID: "former"}
		create(ctx, h)
		again := becomes(ctx, create(ctx, organization(name, lab.Person("john"))), v1alpha1.ReasonActive)
		Expect(again.Status.Hosts).To(ConsistOf(h.Name))
		Expect(read(ctx, h).Generation).To(BeEquivalentTo(1))
	})

	It("inherits nothing if it asks for none of the hosts (A2)", func(ctx context.Context) {
		first, second := lab.Unique("first"), lab.Unique("second")
		uid := moved(ctx, first, second)
		later := becomes(ctx, create(ctx, named(first, lab.Person("mary"), lab.Unique("new"))), v1alpha1.ReasonActive)
		Expect(later.Status.PreviousHosts).To(BeEmpty())
		for _, host := range []string{first, second} {
			Expect(read(ctx, reservationOf(host)).Spec.HeldFor.UID).To(Equal(uid))
		}
	})

	It("can be handed a host later, by kubectl", func(ctx context.Context) {
		first, second := lab.Unique("first"), lab.Unique("second")
		moved(ctx, first, second)
		later := becomes(ctx, create(ctx, named(first, lab.Person("john"), lab.Unique("new"))), v1alpha1.ReasonActive)
		to := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"heldFor":{"uid":"`+string(later.UID)+`"}}}`))
		Expect(kube.Patch(ctx, reservationOf(second), to, client.FieldOwner("kubectl-patch"))).To(Succeed())
		eventually(ctx, later, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.PreviousHosts).To(ConsistOf(HaveField("Host", second+"."+baseDomain)))
		})
		renames(ctx, later, second)
		becomes(ctx, later, v1alpha1.ReasonActive)
	})
})
