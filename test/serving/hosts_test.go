// SPDX-License-Identifier: Apache-2.0

package serving

import (
	"context"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/edge/crm"
	"github.com/polyorg/polyorg/internal/edge/service"
	"github.com/polyorg/polyorg/test/lab"
)

// brief bounds a spec that only asks.
const brief = NodeTimeout(time.Minute)

var _ = inEachMode(func(s *scene) {
	var zylker, other *v1alpha1.Organization
	BeforeAll(func(ctx context.Context) {
		zylker, other = s.org(ctx), s.org(ctx)
		for _, org := range []*v1alpha1.Organization{zylker, other} {
			s.eventually(ctx, visit{host: host(org.Name)}, leadTo(org))
		}
	}, NodeTimeout(2*time.Minute))

	It("A1: the status has the URL at which a browser enters", func() {
		Expect(zylker.Status.AccessURL).To(Equal(s.url(host(zylker.Name))))
	})

	DescribeTable("A5: a host leads to its organization, and to no other, however it is written",
		func(ctx context.Context, write func(host string) visit) {
			for _, org := range []*v1alpha1.Organization{zylker, other} {
				Expect(s.gets(ctx, write(host(org.Name)))).To(leadTo(org))
			}
		},
		Entry("as it is", func(h string) visit { return visit{host: h} }, brief),
		Entry("in upper case", func(h string) visit { return visit{host: shout(h)} }, brief),
		Entry("with a dot at its end", func(h string) visit { return visit{host: h + "."} }, brief),
		Entry("with the port", func(h string) visit { return visit{host: fmt.Sprintf("%s:%d", h, s.traefik.WebSecure)} }, brief),
		Entry("with another port", func(h string) visit { return visit{host: h + ":1"} }, brief),
		Entry("with a dot, a port and upper case", func(h string) visit { return visit{host: shout(h) + ".:443"} }, brief),
	)

	DescribeTable("A2: a request that is ambiguous leads to the organization of its Host header, or nowhere",
		func(ctx context.Context, ambiguous func() visit) {
			a := s.gets(ctx, ambiguous())
			Expect(a).To(Or(leadTo(zylker), WithTransform(refused, BeTrue())))
			Expect(s.crm.Asked("")).To(BeZero(), "the CRM must always know the organization")
		},
		Entry("TLS asks for another organization", func() visit { return visit{host: host(zylker.Name), sni: host(other.Name)} }, brief),
		Entry("TLS asks for an unknown host", func() visit {
			return visit{host: host(zylker.Name), sni: "nobody.example", stranger: true}
		}, brief),
		Entry("another Host in the target", func() visit {
			return visit{host: host(other.Name), target: "https://" + host(zylker.Name) + "/"}
		}, brief),
		Entry("two Host headers", func() visit { return visit{host: host(zylker.Name), header: []string{"Host: " + host(other.Name)}} }, brief),
		Entry("a forwarded Host", func() visit {
			return visit{host: host(zylker.Name), header: []string{"X-Forwarded-Host: " + host(other.Name), "Forwarded: host=" + host(other.Name)}}
		}, brief),
	)

	It("A2: leads two hosts of one HTTP/2 connection each to its organization", func(ctx context.Context) {
		answers := s.overHTTP2(ctx, host(zylker.Name), host(other.Name))
		Expect(answers).To(HaveEach(HaveField("Proto", "HTTP/2.0")))
		Expect(answers[0]).To(leadTo(zylker))
		Expect(answers[1]).To(Or(leadTo(other), HaveField("Status", http.StatusMisdirectedRequest)))
	}, NodeTimeout(time.Minute))

	It("A5: nothing leads to a host that is nobody's", func(ctx context.Context) {
		for _, h := range []string{host("nobody"), host("deep." + zylker.Name), zylker.Name + ".example.com", "127.0.0.1"} {
			Expect(s.gets(ctx, visit{host: h, stranger: true})).To(beAnswered(http.StatusNotFound), h)
		}
	}, NodeTimeout(time.Minute))

	DescribeTable("A2: no header that a client sends names another organization to the CRM",
		func(ctx context.Context, lines func() []string) {
			a := s.gets(ctx, visit{host: host(zylker.Name), header: lines()})
			Expect(a).To(leadTo(zylker))
		},
		Entry("once", func() []string { return []string{crm.Header + ": " + other.Name} }, brief),
		Entry("in lower case", func() []string { return []string{"x-polyorg-organization: " + other.Name} }, brief),
		Entry("twice", func() []string { return []string{crm.Header + ": " + zylker.Name, crm.Header + ": " + other.Name} }, brief),
		Entry("empty", func() []string { return []string{crm.Header + ":"} }, brief),
	)

	It("A2: a client can at most take the header away, and then the CRM knows no organization", func(ctx context.Context) {
		a := s.gets(ctx, visit{host: host(zylker.Name), header: []string{crm.Header + ": " + other.Name, "Connection: " + crm.Header}})
		Expect(a.Echo).NotTo(BeNil())
		Expect(a.Echo.Organizations).To(Or(BeEmpty(), Equal([]string{zylker.Name})))
	}, NodeTimeout(time.Minute))

	DescribeTable("A2: no path leads to another organization",
		func(ctx context.Context, target string) {
			a := s.gets(ctx, visit{host: host(zylker.Name), target: target})
			Expect(a).To(Or(leadTo(zylker), WithTransform(refused, BeTrue())))
		},
		Entry(nil, "/../../other", brief), Entry(nil, "/a/../../b", brief), Entry(nil, "/..%2f..%2fother", brief), Entry(nil, "/%2e%2e/%2e%2e/other", brief),
		Entry(nil, "//other."+baseDomain+"/", brief), Entry(nil, `/..\..\other`, brief), Entry(nil, "/a;/../b", brief), Entry(nil, "/%00", brief),
	)

	It("A5: an organization's own Service answers for it alone", func(ctx context.Context) {
		org := s.org(ctx)
		before := s.crm.Asked(org.Name)
		l, err := service.Listen(ctx, s.Platform, lab.NamespaceOf(org), "mine", s.crmPort)
		Expect(err).NotTo(HaveOccurred())
		mine := crm.New(l)
		DeferCleanup(mine.Close)
		s.patch(ctx, org, `{"spec":{"accessURL":{"backend":{"serviceName":"mine","port":%d}}}}`, s.crmPort)
		Eventually(ctx, func(g Gomega) {
			a, err := s.get(ctx, visit{host: host(org.Name)})
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(a).To(leadTo(org))
			g.Expect(mine.Asked(org.Name)).To(BeNumerically(">", 0))
		}).Should(Succeed())
		Expect(s.gets(ctx, visit{host: host(zylker.Name)})).To(leadTo(zylker))
		Expect(mine.Asked(zylker.Name)).To(BeZero())
		Expect(s.crm.Asked(org.Name)).To(BeNumerically(">=", before))
	}, NodeTimeout(2*time.Minute))

	It("A5: a Service that is not there is reported, and does no harm to others", func(ctx context.Context) {
		org := s.org(ctx)
		s.patch(ctx, org, `{"spec":{"accessURL":{"backend":{"serviceName":"absent","port":80}}}}`)
		s.EventuallySays(ctx, org, v1alpha1.ConditionAccessURLReady, v1alpha1.ReasonBackendNotFound, "absent")
		Expect(s.gets(ctx, visit{host: host(zylker.Name)})).To(leadTo(zylker))
	}, NodeTimeout(2*time.Minute))

	It("A4: the portal has its host, and the base domain leads there", func(ctx context.Context) {
		portal := s.eventually(ctx, visit{host: "login." + baseDomain, header: []string{crm.Header + ": " + other.Name}}, HaveField("Status", http.StatusOK))
		Expect(portal.Echo).NotTo(BeNil())
		Expect(portal.Echo.Organizations).To(BeEmpty(), "nobody is an organization at the portal")
		base := s.gets(ctx, visit{host: baseDomain, target: "/somewhere?a=b"})
		Expect(base).To(beAnswered(http.StatusTemporaryRedirect))
		Expect(location(base)).To(HavePrefix(s.url("login." + baseDomain)))
	}, NodeTimeout(2*time.Minute))
})

// refused reports whether a request was turned away before the CRM, as one in error.
func refused(a answer) bool { return a.Echo == nil && a.Status >= 400 && a.Status < 500 }
