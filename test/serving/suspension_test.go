// SPDX-License-Identifier: Apache-2.0

package serving

import (
	"context"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = inEachMode(func(s *scene) {
	DescribeTable("A7: a suspended organization's hosts reach no CRM, and one edit restores them",
		func(ctx context.Context, begin func() string, end string) {
			org := s.org(ctx, func(org *v1alpha1.Organization) { org.Spec.Locale = "fr" })
			former := host(org.Name)
			present := s.rename(ctx, org, lab.Unique("renamed"))
			s.eventually(ctx, visit{host: former}, redirectTo(s.url(present)+"/"))

			s.patch(ctx, org, "%s", begin())
			for _, h := range []string{present, former} {
				s.eventually(ctx, visit{host: h}, beAnswered(http.StatusForbidden))
			}
			asked := s.crm.Asked(org.Name)
			page := s.gets(ctx, visit{host: present, target: "/leads"})
			Expect(page.Header.Get("Content-Type")).To(HavePrefix("text/html"))
			Expect(page.Body).To(ContainSubstring("Cette organisation est suspendue"))
			english := s.gets(ctx, visit{host: former, header: []string{"Accept-Language: en"}})
			Expect(english).To(And(beAnswered(http.StatusForbidden), HaveField("Body", ContainSubstring("This organization is suspended"))))
			Expect(english.Body).NotTo(ContainSubstring("unpaid"), "the reason is for members")
			Expect(s.crm.Asked(org.Name)).To(Equal(asked))
			Expect(s.Platform.Get(ctx, keyOf(org), org)).To(Succeed())
			Expect(org.Status.AccessURL).To(BeEmpty())

			resumed := time.Now()
			s.patch(ctx, org, "%s", end)
			s.eventually(ctx, visit{host: present}, leadTo(org))
			took := time.Since(resumed)
			AddReportEntry("resumed after", took.Round(time.Millisecond).String())
			Expect(took).To(BeNumerically("<", promptly))
			s.eventually(ctx, visit{host: former}, redirectTo(s.url(present)+"/"))
		},
		Entry("E8: suspended by the platform, and reinstated", func() string { return `{"spec":{"suspended":{"reason":"unpaid"}}}` },
			`{"spec":{"suspended":null}}`, NodeTimeout(3*time.Minute)),
		Entry("E3: at the end of the trial, and subscribed", func() string {
			return fmt.Sprintf(`{"spec":{"subscription":null,"trialEndsAt":%q}}`, time.Now().UTC().Format(time.RFC3339))
		}, `{"spec":{"subscription":{"edition":"Enterprise","licenses":5}}}`, NodeTimeout(3*time.Minute)),
		Entry("E8: at the end of the subscription, and renewed", func() string {
			return fmt.Sprintf(`{"spec":{"subscription":{"endsAt":%q}}}`, time.Now().UTC().Format(time.RFC3339))
		}, `{"spec":{"subscription":{"endsAt":null}}}`, NodeTimeout(3*time.Minute)),
	)

	It("A7: a deleted organization's hosts answer that nothing is there", func(ctx context.Context) {
		org := s.org(ctx)
		former := host(org.Name)
		present := s.rename(ctx, org, lab.Unique("renamed"))
		s.eventually(ctx, visit{host: former}, redirectTo(s.url(present)+"/"))
		Expect(s.Platform.Delete(ctx, org)).To(Succeed())
		for _, h := range []string{present, former} {
			s.eventually(ctx, visit{host: h}, beAnswered(http.StatusNotFound))
		}
		s.EventuallyGone(ctx, org)
		asked := s.crm.Asked(org.Name)
		for _, h := range []string{present, former} {
			Expect(s.gets(ctx, visit{host: h})).To(beAnswered(http.StatusNotFound))
		}
		Expect(s.crm.Asked(org.Name)).To(Equal(asked))
	}, NodeTimeout(3*time.Minute))

	It("I6: only the networks of an organization's allow-list reach its CRM, by IPv4 and by IPv6", func(ctx context.Context) {
		org, other := s.org(ctx), s.org(ctx)
		s.eventually(ctx, visit{host: host(other.Name)}, leadTo(other))
		s.patch(ctx, org, `{"spec":{"ipRestriction":{"allowedCIDRs":["203.0.113.0/24","2001:db8:7::/48"]}}}`)
		for _, from := range []string{"198.51.100.1", "203.0.114.1", "2001:db8:8::1", "::1", "127.0.0.1"} {
			s.eventually(ctx, visit{host: host(org.Name), from: from}, beAnswered(http.StatusForbidden))
		}
		asked := s.crm.Asked(org.Name)
		Expect(s.gets(ctx, visit{host: host(org.Name), from: "198.51.100.1", header: []string{"X-Forwarded-For: 203.0.113.9", "X-Real-Ip: 203.0.113.9"}})).
			To(beAnswered(http.StatusForbidden))
		Expect(s.gets(ctx, visit{host: shout(host(org.Name)) + ".", from: "2001:db8:8::1"})).To(beAnswered(http.StatusForbidden))
		Expect(s.crm.Asked(org.Name)).To(Equal(asked))
		for _, from := range []string{"203.0.113.9", "2001:db8:7::9"} {
			Expect(s.gets(ctx, visit{host: host(org.Name), from: from})).To(leadTo(org))
			Expect(s.gets(ctx, visit{host: host(other.Name), from: "198.51.100.1"})).To(leadTo(other), "others are not restricted")
		}
		s.patch(ctx, org, `{"spec":{"ipRestriction":null}}`)
		s.eventually(ctx, visit{host: host(org.Name), from: "198.51.100.1"}, leadTo(org))
	}, NodeTimeout(2*time.Minute))

	It("I6: a custom name has the same allow-list from its first request on", func(ctx context.Context) {
		org := s.org(ctx, func(org *v1alpha1.Organization) {
			org.Spec.IPRestriction = &v1alpha1.IPRestriction{AllowedCIDRs: []v1alpha1.CIDR{"203.0.113.0/24"}}
		})
		s.eventually(ctx, visit{host: host(org.Name), from: "203.0.113.9"}, leadTo(org))
		after := host(lab.Unique("renamed"))
		let := make(chan answer, 1)
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			for ctx.Err() == nil {
				if a, err := s.get(ctx, visit{host: after, from: "198.51.100.1"}); err == nil && a.Echo != nil {
					let <- a
					return
				}
			}
		}()
		s.rename(ctx, org, name(after)[:len(after)-len(baseDomain)-1])
		s.eventually(ctx, visit{host: after, from: "203.0.113.9"}, leadTo(org))
		Consistently(let).WithTimeout(500 * time.Millisecond).ShouldNot(Receive())
	}, NodeTimeout(2*time.Minute))

	It("A2: somebody else's route for a host is reported, and left as it is", func(ctx context.Context) {
		org := s.org(ctx)
		s.eventually(ctx, visit{host: host(org.Name)}, leadTo(org))
		foreign := s.foreign(host(org.Name))
		lab.Create(ctx, s.Platform, foreign)
		s.EventuallySays(ctx, org, v1alpha1.ConditionAccessURLReady, v1alpha1.ReasonHostConflict, foreign.GetName())
		version := foreign.GetResourceVersion()
		Consistently(ctx, func(g Gomega) {
			g.Expect(s.Platform.Get(ctx, clientKey(foreign), foreign)).To(Succeed())
			g.Expect(foreign.GetGeneration()).To(BeEquivalentTo(1), "since %s", version)
			g.Expect(foreign.GetDeletionTimestamp()).To(BeNil())
		}).WithTimeout(time.Second).Should(Succeed())
		Expect(s.Platform.Delete(ctx, foreign)).To(Succeed())
		Eventually(ctx, func(g Gomega) {
			g.Expect(s.Platform.Get(ctx, keyOf(org), org)).To(Succeed())
			g.Expect(lab.Condition(org, v1alpha1.ConditionAccessURLReady)).To(HaveValue(HaveField("Status", metav1.ConditionTrue)))
		}).Should(Succeed())
		s.eventually(ctx, visit{host: host(org.Name)}, leadTo(org))
	}, NodeTimeout(2*time.Minute))
})
