// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	unproved = v1alpha1.ReasonDomainUnproved
	proved   = v1alpha1.ReasonDomainProved
)

// newDomain is a domain that nobody has asked for.
func newDomain() string { return lab.Unique("crm") + ".zylker.com" }

// asking makes an organization that asks for a domain, and waits for the first look-up of its record.
func asking(ctx context.Context, domain string, how ...func(*v1alpha1.Organization)) *v1alpha1.Organization {
	GinkgoHelper()
	org := organization(lab.Unique("zylker"), lab.Person("john"))
	org.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: domain}
	for _, change := range how {
		change(org)
	}
	becomes(ctx, create(ctx, org), v1alpha1.ReasonActive)
	return eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
		g.Expect(o.Status.CustomDomain).NotTo(BeNil())
		g.Expect(o.Status.CustomDomain.Waived || o.Status.CustomDomain.LastLook != nil).To(BeTrue())
	})
}

// record is the line of a zone by which an organization proves its domain, with another name or value if there is one.
func record(org *v1alpha1.Organization) string {
	r := org.Status.CustomDomain.Record
	return fmt.Sprintf("%s. 60 IN TXT %q\n", r.Name, r.Value)
}

// publish makes DNS say this until the spec is over.
func publish(lines ...string) {
	GinkgoHelper()
	dnsServer.Load(GinkgoTB(), strings.Join(lines, "\n"))
	DeferCleanup(func() { dnsServer.Load(GinkgoTB(), "") })
}

// fail makes the DNS resolver fail with a code, or not any more.
func fail(code int) {
	set := func(code int) { dnsServer.Set(func() { dnsServer.Rcode = code }) }
	set(code)
	DeferCleanup(set, dns.RcodeSuccess)
}

// annotate writes one annotation of an organization; an empty value removes it.
func annotate(ctx context.Context, org *v1alpha1.Organization, key, value string) {
	GinkgoHelper()
	var to any
	if value != "" {
		to = value
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{key: to}}})
	Expect(err).NotTo(HaveOccurred())
	Expect(kube.Patch(ctx, org, client.RawPatch(types.MergePatchType, patch))).To(Succeed())
}

// verify lets time pass, asks for a look at the record as an administrator does, and waits for its result.
func verify(ctx context.Context, org *v1alpha1.Organization, after time.Duration) *v1alpha1.Organization {
	GinkgoHelper()
	now := clock.Now().Add(after).UTC().Truncate(time.Second)
	at(now)
	annotate(ctx, org, v1alpha1.VerifyDomainRequestedAtAnnotation, now.Format(time.RFC3339))
	return eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
		g.Expect(o.Status.CustomDomain.AnsweredRequest).To(HaveValue(HaveField("Time", BeTemporally("==", now))))
	})
}

// wakes wakes the controller of an organization and leaves its annotations alone.
func wakes(ctx context.Context, org *v1alpha1.Organization) {
	GinkgoHelper()
	annotate(ctx, org, "touched", lab.Unique("touch"))
}

// domainIs waits for a reason of CustomDomainReady, and for the hosts that go with it: those of the status, and of what is routed.
func domainIs(ctx context.Context, org *v1alpha1.Organization, reason string, served bool) *v1alpha1.Organization {
	GinkgoHelper()
	hosts := []string{org.Name + "." + baseDomain}
	if served {
		hosts = append(hosts, org.Spec.AccessURL.CustomDomain)
	}
	slices.Sort(hosts)
	eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
		g.Expect(condition(o, v1alpha1.ConditionCustomDomainReady)).To(And(HaveField("Reason", reason), HaveField("Message", ContainSubstring("A8"))))
		g.Expect(o.Status.Hosts).To(ConsistOf(hosts))
		g.Expect(routed(ctx, o)).To(Equal(hosts))
		g.Expect(condition(o, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonActive), "the organization itself is in service")
	})
	return org
}

// routed are the hosts that lead to the organization's back end, in order.
func routed(ctx context.Context, org *v1alpha1.Organization) (hosts []string) {
	ingress := ingressOf(org)
	if kube.Get(ctx, key(ingress), ingress) != nil {
		return nil
	}
	for _, rule := range ingress.Spec.Rules {
		hosts = append(hosts, rule.Host)
	}
	slices.Sort(hosts)
	return hosts
}
