// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// Here the platform's client claims domains, as the operator does once they are proved.
var _ = Describe("A custom domain, under concurrent requests to two replicas", func() {
	asking := func(ctx context.Context, n int, domain string) []*v1alpha1.Organization {
		GinkgoHelper()
		all := make([]*v1alpha1.Organization, n)
		for i := range all {
			all[i] = organization(ctx, lab.Person("owner"), 9, func(o *v1alpha1.Organization) {
				o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: domain}
			})
		}
		return all
	}
	mark := func(ctx context.Context, c client.Client, org *v1alpha1.Organization, value string) error {
		patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%s}}}`, v1alpha1.DomainClaimAnnotation, value)
		return lab.Insist(ctx, func() error {
			return c.Patch(ctx, org.DeepCopy(), client.RawPatch("application/merge-patch+json", []byte(patch)))
		})
	}
	claim := func(ctx context.Context, org *v1alpha1.Organization) error {
		return mark(ctx, platform, org, fmt.Sprintf("%q", string(org.UID)+"/"+org.Spec.AccessURL.CustomDomain))
	}
	giveUp := func(ctx context.Context, org *v1alpha1.Organization) error { return mark(ctx, platform, org, "null") }
	newDomain := func() string { return lab.Unique("crm") + ".zylker.com" }

	It("A8: is asked for by any number of organizations, and claimed by exactly one of twenty", func(ctx SpecContext) {
		orgs := asking(ctx, 20, newDomain())
		before := []int64{replicas[0].served.Load(), replicas[1].served.Load()}
		atOnce(ctx, len(orgs), func(i int) error { return claim(ctx, orgs[i]) }).mustBe(1, "is not free; choose another [A2]")
		for i, r := range replicas {
			Expect(r.served.Load()).To(BeNumerically(">", before[i]), "replica %d judged", i)
		}
	})

	It("A2, A8: passes from one to another, and never to two", func(ctx SpecContext) {
		orgs := asking(ctx, 6, newDomain())
		Expect(claim(ctx, orgs[0])).To(Succeed())
		for range 5 {
			holder := holderOf(ctx, orgs)
			var taken atomic.Int32
			atOnce(ctx, len(orgs), func(i int) error {
				if orgs[i].UID == holder.UID {
					return giveUp(ctx, orgs[i])
				}
				err := claim(ctx, orgs[i])
				if err == nil {
					taken.Add(1)
				}
				return err
			})
			Expect(taken.Load()).To(BeNumerically("<=", 1))
			if taken.Load() == 0 {
				Expect(claim(ctx, orgs[0])).To(Succeed(), "a domain that was given up is free")
			}
		}
	})

	It("A2, A8: is not claimed beside a reservation, nor while a status still holds it", func(ctx SpecContext) {
		domain := newDomain()
		orgs := asking(ctx, 2, domain)
		reservation := &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: domain}}
		lab.Create(ctx, platform, reservation)
		Expect(claim(ctx, orgs[0])).To(And(Satisfy(apierrors.IsInvalid), MatchError(ContainSubstring("[A2]"))))
		Expect(lab.Insist(ctx, func() error { return platform.Delete(ctx, reservation) })).To(Succeed())

		Expect(claim(ctx, orgs[0])).To(Succeed())
		hosts := func(list ...string) {
			GinkgoHelper()
			Eventually(func() error {
				if err := platform.Get(ctx, client.ObjectKeyFromObject(orgs[0]), orgs[0]); err != nil {
					return err
				}
				orgs[0].Status.Hosts = list
				return platform.Status().Update(ctx, orgs[0])
			}).WithContext(ctx).Should(Succeed())
		}
		hosts(domain)
		Expect(giveUp(ctx, orgs[0])).To(Succeed())
		Expect(claim(ctx, orgs[1])).To(MatchError(ContainSubstring("[A2]")), "it is still served there")
		hosts()
		Eventually(func() error { return claim(ctx, orgs[1]) }).WithContext(ctx).Should(Succeed())
	})

	It("A8: is claimed, and freed of its proof, by no person", func(ctx SpecContext) {
		org := asking(ctx, 1, newDomain())[0]
		john := as(org.Spec.SuperAdmin)
		value := fmt.Sprintf("%q", string(org.UID)+"/"+org.Spec.AccessURL.CustomDomain)
		Expect(mark(ctx, john, org, value)).To(MatchError(ContainSubstring("only a platform actor may set or remove the annotation " + v1alpha1.DomainClaimAnnotation)))
		Expect(claim(ctx, org)).To(Succeed())
		Expect(mark(ctx, john, org, "null")).To(MatchError(ContainSubstring("[R4]")))
		annotated := func(key, value string) error {
			return change(ctx, john, org, func(o *v1alpha1.Organization) {
				if o.Annotations == nil {
					o.Annotations = map[string]string{}
				}
				o.Annotations[key] = value
			})
		}
		Expect(annotated(v1alpha1.DomainProofWaivedAnnotation, org.Spec.AccessURL.CustomDomain)).To(MatchError(ContainSubstring("[R4]")))
		Expect(annotated(v1alpha1.VerifyDomainRequestedAtAnnotation, "now")).To(MatchError(ContainSubstring("[A8]")))
		Expect(annotated(v1alpha1.VerifyDomainRequestedAtAnnotation, metav1.Now().UTC().Format("2006-01-02T15:04:05Z"))).To(Succeed())
	})
})

// holderOf is the one organization that claims its domain.
func holderOf(ctx context.Context, orgs []*v1alpha1.Organization) *v1alpha1.Organization {
	GinkgoHelper()
	var holders []*v1alpha1.Organization
	for _, org := range orgs {
		Expect(platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
		if strings.HasPrefix(org.Annotations[v1alpha1.DomainClaimAnnotation], string(org.UID)) {
			holders = append(holders, org)
		}
	}
	Expect(holders).To(HaveLen(1))
	return holders[0]
}
