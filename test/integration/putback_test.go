// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// reservedTo reserves hosts to a deleted organization of a name, as its end does.
func reservedTo(ctx context.Context, name string, end *metav1.Time, hosts ...string) {
	GinkgoHelper()
	for _, host := range hosts {
		Expect(platform.Create(ctx, &v1alpha1.HostReservation{
			ObjectMeta: metav1.ObjectMeta{Name: host + "." + baseDomain},
			Spec:       v1alpha1.HostReservationSpec{HeldFor: &v1alpha1.OrganizationReference{Name: name, UID: "former"}, ExpiresAt: end},
		})).To(Succeed())
	}
}

// called is an organization with a name, and a host where one is given.
func called(name, superAdmin, host string) *v1alpha1.Organization {
	org := lab.NewOrganization(superAdmin, 9)
	org.Name = name
	if host != "" {
		org.Spec.AccessURL = &v1alpha1.AccessURL{Name: host}
	}
	return org
}

var _ = Describe("The hosts of a deleted organization (A6)", func() {
	It("go to a platform actor who puts it back, in the same request", func(ctx SpecContext) {
		name, host := lab.Unique("zylker"), lab.Unique("shop")
		reservedTo(ctx, name, nil, name, host)
		Expect(platform.Create(ctx, called(name, lab.Person("john"), host), client.DryRunAll)).To(Succeed())
		Expect(platform.Create(ctx, called(name, lab.Person("john"), host))).To(Succeed())
	})

	It("go to no person, who learns neither when nor why (A2, U3)", func(ctx SpecContext) {
		name, john := lab.Unique("zylker"), lab.Person("john")
		organization(ctx, john, 9)
		end := metav1.NewTime(time.Now().Add(time.Hour))
		reservedTo(ctx, name, &end, name)
		org := called(name, john, "")
		org.Spec.Subscription = nil
		err := as(john).Create(ctx, org)
		Expect(err).To(And(Satisfy(apierrors.IsInvalid), MatchError(ContainSubstring("is not free; choose another [A2]"))))
		Expect(err).NotTo(MatchError(ContainSubstring("kubectl")))
		Expect(err).NotTo(MatchError(ContainSubstring("reserved")))
	})

	It("go to no organization of another name: the refusal has the date and the command, which frees the host", func(ctx SpecContext) {
		name, end := lab.Unique("zylker"), metav1.NewTime(time.Now().Add(time.Hour).UTC().Truncate(time.Second))
		reservedTo(ctx, name, &end, name)
		other := called(lab.Unique("other"), lab.Person("john"), name)
		err := platform.Create(ctx, other)
		Expect(err).To(And(Satisfy(apierrors.IsInvalid), MatchError(ContainSubstring("is reserved for "+name+" until "+end.UTC().Format(time.RFC3339)))))
		Expect(err).To(MatchError(ContainSubstring("kubectl delete hostreservation " + name + "." + baseDomain)))
		Expect(platform.Delete(ctx, &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: name + "." + baseDomain}})).To(Succeed())
		other.ResourceVersion = ""
		Expect(platform.Create(ctx, other)).To(Succeed())
	})

	It("go to no later organization of the name by a change (A2)", func(ctx SpecContext) {
		name := lab.Unique("zylker")
		reservedTo(ctx, name, nil, name)
		later := called(name, lab.Person("john"), lab.Unique("new"))
		Expect(platform.Create(ctx, later)).To(Succeed())
		err := change(ctx, platform, later, func(o *v1alpha1.Organization) { o.Spec.AccessURL = nil })
		Expect(err).To(MatchError(ContainSubstring("without an end; choose another, or free it with kubectl delete hostreservation")))
	})

	It("go to exactly one of many who want them at once, on two replicas", func(ctx SpecContext) {
		name := lab.Unique("zylker")
		reservedTo(ctx, name, nil, name)
		o := atOnce(ctx, 20, func(i int) error {
			if i%2 == 0 {
				return platform.Create(ctx, called(name, lab.Person("john"), ""))
			}
			return platform.Create(ctx, called(lab.Unique("other"), lab.Person("mary"), name))
		})
		Expect(o.succeeded).To(Equal(1))
		for _, err := range o.refused {
			Expect(err).To(Or(Satisfy(apierrors.IsAlreadyExists), MatchError(ContainSubstring("[A2]"))))
		}
		var back v1alpha1.Organization
		Expect(platform.Get(ctx, client.ObjectKey{Name: name}, &back)).To(Succeed(), "the one that was put back has it")
	})

	It("go to exactly one even if the reservation is freed in the same moment", func(ctx SpecContext) {
		for range 5 {
			name := lab.Unique("zylker")
			reservedTo(ctx, name, nil, name)
			h := &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: name + "." + baseDomain}}
			o := atOnce(ctx, 12, func(i int) error {
				switch i {
				case 0:
					return client.IgnoreNotFound(platform.Delete(ctx, h.DeepCopy()))
				case 1:
					return platform.Create(ctx, called(name, lab.Person("john"), ""))
				}
				return platform.Create(ctx, called(lab.Unique("other"), lab.Person("mary"), name))
			})
			o.mustBe(2, "[A2]") // the deletion, and one organization
		}
	})
})
