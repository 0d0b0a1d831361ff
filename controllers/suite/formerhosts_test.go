// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// edits changes a reservation as kubectl does.
func edits(ctx context.Context, host, spec string) {
	GinkgoHelper()
	patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":`+spec+`}`))
	Expect(kube.Patch(ctx, reservationOf(host), patch, client.FieldOwner("kubectl-patch"))).To(Succeed())
}

// asks changes the access URL, and waits for nothing.
func asks(ctx context.Context, org *v1alpha1.Organization, name string) {
	GinkgoHelper()
	change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: name} })
}

// leads waits until a former host redirects to another.
func leads(ctx context.Context, org *v1alpha1.Organization, former, present string) *v1alpha1.HostReservation {
	GinkgoHelper()
	return eventually(ctx, reservationOf(former), func(g Gomega, h *v1alpha1.HostReservation) {
		g.Expect(h.Spec.HeldFor).To(HaveValue(HaveField("UID", org.UID)))
		g.Expect(h.Spec.RedirectTo).To(Equal(present + "." + baseDomain))
	})
}

var _ = Describe("The former host of an organization (A6)", func() {
	It("is reserved after each of two renames within a second", func(ctx context.Context) {
		first, second, third := lab.Unique("first"), lab.Unique("second"), lab.Unique("third")
		org := settled(ctx, first, lab.Person("john"))
		renames(ctx, org, second)
		renames(ctx, org, third)
		leads(ctx, org, first, third)
		leads(ctx, org, second, third)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.PreviousHosts).To(ConsistOf(HaveField("Host", first+"."+baseDomain), HaveField("Host", second+"."+baseDomain)))
		})
	})

	It("is reserved also if the operator is stopped before it has stored the new one, and another rename comes", func(ctx context.Context) {
		first, second, third := lab.Unique("first"), lab.Unique("second"), lab.Unique("third")
		org := settled(ctx, first, lab.Person("john"))
		stopped, goOn := line.hold(http.MethodPut, statusPath(org))
		asks(ctx, org, second)
		Eventually(ctx, stopped).Should(BeClosed())
		leads(ctx, org, first, second)
		asks(ctx, org, third)
		goOn()
		leads(ctx, org, first, third)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.Hosts).To(ConsistOf(third + "." + baseDomain))
		})
	})

	It("stays reserved when the organization comes back, until the status says so", func(ctx context.Context) {
		first, second, third := lab.Unique("first"), lab.Unique("second"), lab.Unique("third")
		org := settled(ctx, first, lab.Person("john"))
		renames(ctx, org, second)
		stopped, goOn := line.hold(http.MethodPut, statusPath(org))
		asks(ctx, org, first)
		Eventually(ctx, stopped).Should(BeClosed())
		Expect(read(ctx, reservationOf(first)).DeletionTimestamp).To(BeNil())
		asks(ctx, org, third)
		goOn()
		leads(ctx, org, first, third)
		leads(ctx, org, second, third)
	})

	It("is reserved for the whole time again when the organization leaves it again", func(ctx context.Context) {
		first, second, third := lab.Unique("first"), lab.Unique("second"), lab.Unique("third")
		org := settled(ctx, first, lab.Person("john"))
		renames(ctx, org, second)
		stopped, goOn := line.hold(http.MethodDelete, reservationPath(first+"."+baseDomain))
		asks(ctx, org, first)
		Eventually(ctx, stopped).Should(BeClosed())
		at(clock.Now().Add(10 * day))
		asks(ctx, org, third)
		goOn()
		h := leads(ctx, org, first, third)
		Expect(h.Spec.ExpiresAt.Time).To(BeTemporally("~", clock.Now().Add(30*day), time.Minute))
	})

	It("is reserved for the whole time again also if the platform wrote a part of its reservation", func(ctx context.Context) {
		first, second, third := lab.Unique("first"), lab.Unique("second"), lab.Unique("third")
		org := settled(ctx, first, lab.Person("john"))
		renames(ctx, org, second)
		edits(ctx, first, `{"redirectTo":"elsewhere.`+baseDomain+`"}`)
		renames(ctx, org, first)
		at(clock.Now().Add(10 * day))
		renames(ctx, org, third)
		h := eventually(ctx, reservationOf(first), func(g Gomega, h *v1alpha1.HostReservation) {
			g.Expect(h.Spec.ExpiresAt.Time).To(BeTemporally("~", clock.Now().Add(30*day), time.Minute))
		})
		Expect(h.Spec.RedirectTo).To(Equal("elsewhere." + baseDomain))
	})

	It("is reserved when the base domain changes", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		old := org.Name + ".old.example.net"
		Eventually(func() error { // as an operator with another base domain stored it
			read(ctx, org).Status.Hosts = []string{old}
			return kube.Status().Update(ctx, org)
		}).WithContext(ctx).Should(Succeed())
		stopped, goOn := line.hold(http.MethodPut, statusPath(org))
		touch(ctx, org)
		Eventually(ctx, stopped).Should(BeClosed())
		h := read(ctx, &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: old}})
		Expect(h.Spec.HeldFor.UID).To(Equal(org.UID))
		Expect(h.Spec.RedirectTo).To(Equal(org.Name + "." + baseDomain))
		goOn()
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.Hosts).To(ConsistOf(org.Name + "." + baseDomain))
			g.Expect(o.Status.PreviousHosts).To(ConsistOf(HaveField("Host", old)))
		})
	})

	It("is the hundred-and-first: the reservation that would end first ends, and the status says so", func(ctx context.Context) {
		first, second := lab.Unique("first"), lab.Unique("second")
		org := settled(ctx, first, lab.Person("john"))
		formers := make([]string, 100)
		for i := range formers {
			formers[i] = lab.Unique(fmt.Sprintf("former-%d", i))
			h := reservationOf(formers[i])
			h.Spec.HeldFor = &v1alpha1.OrganizationReference{Name: org.Name, UID: org.UID}
			h.Spec.ExpiresAt = &metav1.Time{Time: clock.Now().Add(time.Duration(i+1) * time.Hour)}
			h.Spec.RedirectTo = first + "." + baseDomain
			Expect(mgr.GetClient().Create(ctx, h, client.FieldOwner(v1alpha1.FieldOwner))).To(Succeed())
		}
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.PreviousHosts).To(HaveLen(100)) })
		Expect(condition(org, v1alpha1.ConditionPreviousHostsFull)).To(BeZero())

		oldest := formers[0] + "." + baseDomain
		stopped, goOn := line.hold(http.MethodDelete, reservationPath(oldest))
		asks(ctx, org, second)
		Eventually(ctx, stopped).Should(BeClosed())
		Expect(read(ctx, reservationOf(first)).Spec.HeldFor.UID).To(Equal(org.UID), "the new one comes before the oldest goes")
		goOn()
		goes(ctx, reservationOf(formers[0]))
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.PreviousHosts).To(HaveLen(100))
			g.Expect(o.Status.PreviousHosts).To(ContainElement(HaveField("Host", first+"."+baseDomain)))
			g.Expect(condition(o, v1alpha1.ConditionPreviousHostsFull)).To(And(HaveField("Status", metav1.ConditionTrue),
				HaveField("Reason", v1alpha1.ReasonReservationEndedEarly), HaveField("Message", HaveSuffix("these hosts are free: "+oldest+" (A6)"))))
			g.Expect(condition(o, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonActive))
		})
		Expect(kube.Delete(ctx, reservationOf(formers[1]))).To(Succeed())
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.PreviousHosts).To(HaveLen(99))
			g.Expect(condition(o, v1alpha1.ConditionPreviousHostsFull)).To(BeZero())
		})
	})
})

var _ = Describe("The platform, with kubectl (A6),", func() {
	It("extends a reservation without an end, and it stays when the organization comes back", func(ctx context.Context) {
		first, second, third := lab.Unique("first"), lab.Unique("second"), lab.Unique("third")
		org := settled(ctx, first, lab.Person("john"))
		renames(ctx, org, second)
		edits(ctx, first, `{"expiresAt":null}`)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.PreviousHosts).To(ConsistOf(And(HaveField("Host", first+"."+baseDomain), HaveField("ReservedUntil", BeNil()))))
		})
		renames(ctx, org, first)
		h := eventually(ctx, reservationOf(first), func(g Gomega, h *v1alpha1.HostReservation) { g.Expect(h.Spec.RedirectTo).To(BeEmpty()) })
		Expect(h.DeletionTimestamp).To(BeNil())
		becomes(ctx, org, v1alpha1.ReasonActive)
		renames(ctx, org, third)
		Expect(leads(ctx, org, first, third).Spec.ExpiresAt).To(BeNil())
	})

	It("frees a former host, which is no previous one from then on", func(ctx context.Context) {
		first, second := lab.Unique("first"), lab.Unique("second")
		org := settled(ctx, first, lab.Person("john"))
		renames(ctx, org, second)
		Expect(kube.Delete(ctx, reservationOf(first))).To(Succeed())
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.PreviousHosts).To(BeEmpty()) })
		other := becomes(ctx, create(ctx, named(lab.Unique("other"), lab.Person("mary"), first)), v1alpha1.ReasonActive)
		Expect(other.Status.Hosts).To(ConsistOf(first + "." + baseDomain))
	})

	It("keeps a former host for no organization, not even for the former one", func(ctx context.Context) {
		first, second := lab.Unique("first"), lab.Unique("second")
		org := settled(ctx, first, lab.Person("john"))
		renames(ctx, org, second)
		edits(ctx, first, `{"heldFor":null}`)
		h := eventually(ctx, reservationOf(first), func(g Gomega, h *v1alpha1.HostReservation) { g.Expect(h.Spec.RedirectTo).To(BeEmpty()) })
		Expect(h.Spec.ExpiresAt).NotTo(BeNil(), "the end is not touched")
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.PreviousHosts).To(BeEmpty()) })
		asks(ctx, org, first)
		becomes(ctx, org, v1alpha1.ReasonHostNotFree)
	})
})

var _ = Describe("Two organizations that got past admission with one host (A2)", func() {
	var has, waits *v1alpha1.Organization
	var shared string
	BeforeEach(func(ctx context.Context) {
		shared = lab.Unique("shared")
		has = settled(ctx, shared, lab.Person("john"))
		// It is the older one: of two made in one second, the UID decides.
		Eventually(func() time.Duration { return time.Since(has.CreationTimestamp.Time) }).Should(BeNumerically(">", time.Second))
		waits = becomes(ctx, create(ctx, named(lab.Unique("waits"), lab.Person("mary"), shared)), v1alpha1.ReasonHostNotFree)
	})

	It("each can give it up: the one that has it keeps it reserved, and its end wakes the other", func(ctx context.Context) {
		stopped, goOn := line.hold(http.MethodPut, statusPath(has))
		asks(ctx, has, lab.Unique("new"))
		Eventually(ctx, stopped).Should(BeClosed())
		Expect(read(ctx, reservationOf(shared)).Spec.HeldFor.UID).To(Equal(has.UID))
		goOn()
		becomes(ctx, has, v1alpha1.ReasonActive)
		Expect(read(ctx, waits).Status.Hosts).To(BeEmpty())
		Expect(kube.Delete(ctx, reservationOf(shared))).To(Succeed())
		Expect(becomes(ctx, waits, v1alpha1.ReasonActive).Status.Hosts).To(ConsistOf(shared + "." + baseDomain))
	})

	It("each can give it up: the one that waits goes elsewhere, and reserves nothing", func(ctx context.Context) {
		renames(ctx, waits, lab.Unique("new"))
		becomes(ctx, waits, v1alpha1.ReasonActive)
		Expect(kube.Get(ctx, key(reservationOf(shared)), &v1alpha1.HostReservation{})).NotTo(Succeed())
		Expect(read(ctx, has).Status.Hosts).To(ConsistOf(shared + "." + baseDomain))
	})

	It("do not both keep it if both were stored with it", func(ctx context.Context) {
		Eventually(func() error {
			read(ctx, waits).Status.Hosts = []string{shared + "." + baseDomain}
			return kube.Status().Update(ctx, waits)
		}).WithContext(ctx).Should(Succeed())
		touch(ctx, waits)
		eventually(ctx, waits, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.Hosts).To(BeEmpty())
			g.Expect(condition(o, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonHostNotFree))
		})
		Expect(kube.Get(ctx, key(reservationOf(shared)), &v1alpha1.HostReservation{})).NotTo(Succeed())
		Expect(read(ctx, has).Status.Hosts).To(ConsistOf(shared + "." + baseDomain))
	})

	It("without reservations, wake the other at once", func(ctx context.Context) {
		setPolicy(ctx, v1alpha1.PlatformPolicySpec{Hosts: &v1alpha1.HostPolicy{ReservationDays: ptr.To[int32](0)}})
		renames(ctx, has, lab.Unique("new"))
		Expect(becomes(ctx, waits, v1alpha1.ReasonActive).Status.Hosts).To(ConsistOf(shared + "." + baseDomain))
	})
})
