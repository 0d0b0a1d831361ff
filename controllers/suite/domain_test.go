// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A custom domain", func() {
	It("is served once its DNS record proves it, and its organization meanwhile (A8)", func(ctx context.Context) {
		domain := newDomain()
		org := domainIs(ctx, asking(ctx, domain), unproved, false)
		s := org.Status.CustomDomain
		Expect(s.State).To(Equal(v1alpha1.CustomDomainProvisional))
		Expect(s.Host).To(Equal(domain))
		Expect(s.Record.Name).To(Equal("_polyorg-challenge." + domain))
		Expect(s.EndsAt.Time).To(BeTemporally("~", clock.Now().Add(7*day), time.Minute))
		Expect(s.LastLook.Message).To(HaveSuffix("did not exist"))
		Expect(condition(org, v1alpha1.ConditionCustomDomainReady).Message).To(ContainSubstring(s.Record.Value))
		Expect(org.Annotations).NotTo(HaveKey(v1alpha1.DomainClaimAnnotation))

		publish(record(org))
		domainIs(ctx, verify(ctx, org, time.Minute), proved, true)
		Expect(org.Status.CustomDomain.State).To(Equal(v1alpha1.CustomDomainProved))
		Expect(org.Status.CustomDomain.EndsAt).To(BeNil())
		Expect(org.Annotations).To(HaveKeyWithValue(v1alpha1.DomainClaimAnnotation, string(org.UID)+"/"+domain))
		Eventually(eventsOf(ctx, org, proved)).WithContext(ctx).Should(ConsistOf("Normal: " + domain + " is proved to belong to the organization"))
	})

	It("is proved at the first look where the record is there already, and costs no write then (A8)", func(ctx context.Context) {
		domain := newDomain()
		first := asking(ctx, domain)
		publish(record(first))
		org := domainIs(ctx, verify(ctx, first, time.Minute), proved, true)
		wakes(ctx, org)
		version := org.ResourceVersion
		Consistently(func() string { return read(ctx, org).ResourceVersion }, "1s").Should(Equal(version))
	})

	DescribeTable("is proved by what DNS says of its record, and by nothing else (A8)",
		func(ctx context.Context, zone func(name, value string) string, want v1alpha1.DNSAnswer, message string) {
			org := asking(ctx, newDomain())
			r := org.Status.CustomDomain.Record
			publish(zone(r.Name+".", r.Value))
			verify(ctx, org, time.Minute)
			Expect(org.Status.CustomDomain.LastLook.Answer).To(Equal(want))
			Expect(org.Status.CustomDomain.LastLook.Message).To(ContainSubstring(message))
			if want == v1alpha1.DNSFound {
				domainIs(ctx, org, proved, true)
			} else {
				domainIs(ctx, org, unproved, false)
			}
		},
		Entry("another value", func(name, _ string) string { return name + " 60 IN TXT polyorg-another" }, v1alpha1.DNSNotFound, `had another value: "polyorg-another"`),
		Entry("one of several records", func(name, value string) string {
			return name + " 60 IN TXT another\n" + name + " 60 IN TXT " + value
		}, v1alpha1.DNSFound, ""),
		Entry("a value of several strings", func(name, value string) string {
			return fmt.Sprintf("%s 60 IN TXT %q %q", name, value[:12], value[12:])
		}, v1alpha1.DNSFound, ""),
		Entry("two records that have the value together", func(name, value string) string {
			return fmt.Sprintf("%s 60 IN TXT %q\n%s 60 IN TXT %q", name, value[:12], name, value[12:])
		}, v1alpha1.DNSNotFound, "had 2 TXT records"),
		Entry("an alias of the record", func(name, value string) string {
			return name + " 60 IN CNAME proof.example.net.\nproof.example.net. 60 IN TXT " + value
		}, v1alpha1.DNSFound, ""),
		Entry("an alias of a host", func(name, _ string) string {
			return name + " 60 IN CNAME lb.example.net.\nlb.example.net. 60 IN A 192.0.2.1"
		}, v1alpha1.DNSNotFound, "had no TXT record"),
		Entry("a zone whose wildcard has the value", func(name, value string) string {
			_, parent, _ := strings.Cut(name, ".")
			return "*." + parent + " 60 IN TXT " + value
		}, v1alpha1.DNSFound, ""),
		Entry("a zone whose wildcard has another value", func(name, _ string) string {
			_, parent, _ := strings.Cut(name, ".")
			return "*." + parent + " 60 IN TXT anything"
		}, v1alpha1.DNSNotFound, `had another value: "anything"`),
		Entry("the record at the domain itself", func(name, value string) string {
			return strings.TrimPrefix(name, "_polyorg-challenge.") + " 60 IN TXT " + value
		}, v1alpha1.DNSNotFound, "did not exist"),
	)

	It("is neither proved nor lost by a resolver that fails (A8)", func(ctx context.Context) {
		org := asking(ctx, newDomain(), subscribed)
		publish(record(org))
		fail(dns.RcodeServerFailure)
		domainIs(ctx, verify(ctx, org, time.Minute), unproved, false)
		Expect(org.Status.CustomDomain.LastLook.Answer).To(Equal(v1alpha1.DNSUnknown))
		Expect(org.Status.CustomDomain.LastLook.Message).To(HaveSuffix("(SERVFAIL)"))
		fail(dns.RcodeSuccess)
		domainIs(ctx, verify(ctx, org, time.Minute), proved, true)
		fail(dns.RcodeServerFailure)
		domainIs(ctx, verify(ctx, org, 30*24*time.Hour), proved, true)
		Expect(org.Status.CustomDomain.LastLook.Misses).To(BeZero())
	})

	It("lapses after 7 days, says so two days before, and can be proved after that (A8)", func(ctx context.Context) {
		org := asking(ctx, newDomain(), subscribed)
		Expect(condition(org, v1alpha1.ConditionCustomDomainEnding)).To(BeZero())
		end := org.Status.CustomDomain.EndsAt.Time
		at(end.Add(-2 * day))
		wakes(ctx, org)
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionCustomDomainEnding).Reason).To(Equal(v1alpha1.ReasonClaimEnding))
		})
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonClaimEnding)).WithContext(ctx).Should(ConsistOf(HavePrefix("Warning: ")))
		at(end)
		wakes(ctx, org)
		domainIs(ctx, org, v1alpha1.ReasonDomainLapsed, false)
		Expect(condition(org, v1alpha1.ConditionCustomDomainEnding)).To(BeZero())
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonDomainLapsed)).WithContext(ctx).Should(ConsistOf(HavePrefix("Warning: The claim to ")))

		publish(record(org))
		domainIs(ctx, verify(ctx, org, time.Hour), proved, true)
	})

	It("waits as long as the policy of its first day says (A8, L9)", func(ctx context.Context) {
		days := int32(2)
		setPolicy(ctx, v1alpha1.PlatformPolicySpec{Hosts: &v1alpha1.HostPolicy{UnprovedClaimDays: &days}})
		org := asking(ctx, newDomain())
		Expect(org.Status.CustomDomain.EndsAt.Time).To(BeTemporally("~", clock.Now().Add(2*day), time.Minute))
	})

	It("is served for some days without its record, and lapses after many looks, for which no other is left out (A8)", func(ctx context.Context) {
		org := asking(ctx, newDomain(), subscribed)
		publish(record(org))
		domainIs(ctx, verify(ctx, org, time.Minute), proved, true)
		publish()
		domainIs(ctx, verify(ctx, org, time.Hour), v1alpha1.ReasonRecordMissing, true)
		Expect(condition(org, v1alpha1.ConditionCustomDomainReady).Status).To(Equal(metav1.ConditionTrue))
		Expect(condition(org, v1alpha1.ConditionCustomDomainEnding).Reason).To(Equal(v1alpha1.ReasonRecordMissing))
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonRecordMissing)).WithContext(ctx).Should(ConsistOf(HavePrefix("Warning: ")))

		publish(record(org))
		domainIs(ctx, verify(ctx, org, time.Hour), proved, true)
		Expect(condition(org, v1alpha1.ConditionCustomDomainEnding)).To(BeZero())
		Eventually(eventsOf(ctx, org, proved)).WithContext(ctx).Should(ContainElement(HaveSuffix(" is back")))

		publish()
		for range 23 {
			verify(ctx, org, 8*time.Hour) // 7 days and 16 hours
			Expect(org.Status.CustomDomain.State).To(Equal(v1alpha1.CustomDomainMissing))
		}
		domainIs(ctx, verify(ctx, org, 8*time.Hour), v1alpha1.ReasonDomainLapsed, false)
		Expect(kube.Get(ctx, key(reservedDomain(org)), reservedDomain(org))).To(MatchError(ContainSubstring("not found")), "A8: nobody is kept from it")
	})

	It("is given to an organization by the platform without proof (A8)", func(ctx context.Context) {
		domain := newDomain()
		org := domainIs(ctx, asking(ctx, domain, func(o *v1alpha1.Organization) {
			o.Annotations = map[string]string{v1alpha1.DomainProofWaivedAnnotation: domain}
		}), v1alpha1.ReasonProofWaived, true)
		Expect(org.Status.CustomDomain.LastLook).To(BeNil(), "nothing was looked up")
		annotate(ctx, org, v1alpha1.DomainProofWaivedAnnotation, "")
		domainIs(ctx, org, v1alpha1.ReasonRecordMissing, true)
		publish(record(org))
		domainIs(ctx, verify(ctx, org, time.Minute), proved, true)
	})

	It("is looked up at once when somebody asks for it, and not more often than that (A8)", func(ctx context.Context) {
		org := asking(ctx, newDomain())
		publish(record(org))
		asked := func() int { return dnsServer.Asked(org.Status.CustomDomain.Record.Name) }
		Expect(asked()).To(Equal(1))
		wakes(ctx, org)
		Consistently(asked, "500ms").Should(Equal(1), "its turn has not come")
		domainIs(ctx, verify(ctx, org, time.Minute), proved, true)
		Expect(asked()).To(Equal(2))
		annotate(ctx, org, v1alpha1.VerifyDomainRequestedAtAnnotation, clock.Now().UTC().Format("2006-01-02T15:04:05+00:00"))
		wakes(ctx, org)
		Consistently(asked, "500ms").Should(Equal(2), "the same time is the same request")
	})

	It("delays nothing where its DNS server is slow (A8)", func(ctx context.Context) {
		release := make(chan struct{})
		dnsServer.Set(func() { dnsServer.Change = func(*dns.Msg) { <-release } })
		DeferCleanup(func() {
			close(release)
			dnsServer.Set(func() { dnsServer.Change = nil })
		})
		for range 3 {
			org := organization(lab.Unique("zylker"), lab.Person("john"))
			org.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: newDomain()}
			domainIs(ctx, create(ctx, org), unproved, false)
			Expect(org.Status.CustomDomain.LastLook).To(BeNil())
		}
	})

	It("is a former host like any other when another one is asked for (A6, A8)", func(ctx context.Context) {
		org := asking(ctx, newDomain())
		publish(record(org))
		domainIs(ctx, verify(ctx, org, time.Minute), proved, true)
		former := reservedDomain(org)
		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.AccessURL = nil })
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.CustomDomain).To(BeNil())
			g.Expect(condition(o, v1alpha1.ConditionCustomDomainReady)).To(BeZero())
			g.Expect(o.Annotations).NotTo(HaveKey(v1alpha1.DomainClaimAnnotation))
			g.Expect(o.Status.Hosts).To(ConsistOf(org.Name + "." + baseDomain))
			g.Expect(o.Status.PreviousHosts).To(ConsistOf(HaveField("Host", former.Name)))
		})
		h := read(ctx, former)
		Expect(h.Spec.HeldFor.UID).To(Equal(org.UID))
		Expect(h.Spec.RedirectTo).To(Equal(org.Name + "." + baseDomain))
	})
})

// subscribed is an organization whose trial does not end in the middle of a spec.
func subscribed(o *v1alpha1.Organization) {
	o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionEnterprise, Licenses: 5}
}

func reservedDomain(org *v1alpha1.Organization) *v1alpha1.HostReservation {
	return &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: org.Spec.AccessURL.CustomDomain}}
}
