// SPDX-License-Identifier: Apache-2.0

package serving

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = inEachMode(func(s *scene) {
	It("A8: a custom domain leads to the organization that DNS names, and to nobody before that", func(ctx context.Context) {
		owner, thief := s.org(ctx), s.org(ctx)
		domain := lab.Unique("crm") + ".zylker-customer.example"
		s.serveDomain(ctx, domain)
		for _, org := range []*v1alpha1.Organization{thief, owner} {
			s.patch(ctx, org, `{"spec":{"accessURL":{"customDomain":%q}}}`, domain)
		}
		proof := s.challenge(ctx, owner)
		Expect(proof).NotTo(Equal(s.challenge(ctx, thief)), "a record must name one organization")
		Consistently(ctx, func() (answer, error) { return s.get(ctx, visit{host: domain, stranger: true}) }).WithTimeout(time.Second).
			Should(beAnswered(http.StatusNotFound))

		s.dns.publish(proof.Name, proof.Value)
		s.patch(ctx, owner, `{"metadata":{"annotations":{"polyorg.io/verify-domain-requested-at":%q}}}`, time.Now().UTC().Format(time.RFC3339))
		a := s.eventually(ctx, visit{host: domain}, leadTo(owner))
		Expect(a.Certificate.DNSNames).To(Equal([]string{domain}), "each host has its own certificate")
		Expect(s.gets(ctx, visit{host: shout(domain) + "."})).To(leadTo(owner))
		Expect(s.gets(ctx, visit{host: host(owner.Name)})).To(leadTo(owner))
		Expect(s.gets(ctx, visit{host: host(thief.Name)})).To(leadTo(thief))

		s.patch(ctx, owner, `{"spec":{"accessURL":{"customDomain":null}}}`)
		s.eventually(ctx, visit{host: domain, stranger: true}, Not(leadTo(owner)))
		Expect(s.gets(ctx, visit{host: domain, stranger: true}).Echo).To(BeNil(), "the thief must not inherit it")
	}, NodeTimeout(3*time.Minute))

	It("A1: the certificate is chosen by the name that TLS asks for", func(ctx context.Context) {
		org := s.org(ctx)
		a := s.eventually(ctx, visit{host: host(org.Name)}, leadTo(org))
		Expect(a.Certificate.VerifyHostname(host(org.Name))).To(Succeed())
		strange := s.gets(ctx, visit{host: host(org.Name), sni: "unknown.example", stranger: true})
		Expect(strange.Certificate.VerifyHostname(host(org.Name))).NotTo(Succeed())
	}, NodeTimeout(time.Minute))
})

// record is a DNS record of type TXT.
type record struct{ Name, Value string }

// challenge is the record that proves an organization's custom domain.
func (s *scene) challenge(ctx context.Context, org *v1alpha1.Organization) (r record) {
	GinkgoHelper()
	stored := &unstructured.Unstructured{}
	stored.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Organization"))
	Eventually(ctx, func(g Gomega) {
		g.Expect(s.Platform.Get(ctx, keyOf(org), stored)).To(Succeed())
		said, _, err := unstructured.NestedStringMap(stored.Object, "status", "customDomain", "record")
		g.Expect(err).NotTo(HaveOccurred())
		r = record{said["name"], said["value"]}
		g.Expect(r.Value).NotTo(BeEmpty())
	}).Should(Succeed())
	return r
}
