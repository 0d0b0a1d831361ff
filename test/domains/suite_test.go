// SPDX-License-Identifier: Apache-2.0

// Package domains tests custom domains on a whole cluster, with a DNS server: who has a domain in every state that is stored, while
// organizations rival for it and leaders are killed (A2, A8).
package domains

import (
	"context"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/domains/domainstest"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/record"
)

var (
	cluster *lab.Lab
	dns     *domainstest.Server
	seen    *record.Recorder
)

func TestDomains(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Custom domains")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	dns = domainstest.Start(GinkgoTB(), "")
	cluster = lab.Start(ctx, lab.Options{Configure: func(c *config.OperatorConfig) { c.Domains.Resolver = dns.Address }})
	seen = record.Start(cluster.Control.Config(), nil)
	DeferCleanup(seen.Stop)
}, NodeTimeout(5*time.Minute))

var _ = AfterEach(func(ctx SpecContext) {
	Expect(record.NewChecker().Check(seen.Settled(ctx))).To(BeEmpty(), "A2 in every state that was stored")
})

// asking makes an organization that asks for a domain, and waits until it is told its record.
func asking(ctx context.Context, domain string) *v1alpha1.Organization {
	GinkgoHelper()
	org := cluster.Organization(ctx, lab.Person("john"), 0, func(o *v1alpha1.Organization) {
		o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: domain}
	})
	cluster.EventuallySays(ctx, org, v1alpha1.ConditionCustomDomainReady, v1alpha1.ReasonDomainUnproved, "_polyorg-challenge."+domain)
	return org
}

// publish makes DNS have the records of these organizations and no others.
func publish(orgs ...*v1alpha1.Organization) {
	GinkgoHelper()
	zone := ""
	for _, o := range orgs {
		zone += fmt.Sprintf("%s. 60 IN TXT %q\n", o.Status.CustomDomain.Record.Name, o.Status.CustomDomain.Record.Value)
	}
	dns.Load(GinkgoTB(), zone)
}

// verify asks for a look at once, as the super admin.
func verify(ctx context.Context, org *v1alpha1.Organization) {
	GinkgoHelper()
	john := cluster.As(cluster.Config.Identity.UsernamePrefix + org.Spec.SuperAdmin)
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, v1alpha1.VerifyDomainRequestedAtAnnotation, time.Now().UTC().Format(time.RFC3339))
	Expect(lab.Insist(ctx, func() error {
		return john.Patch(ctx, org.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(patch)))
	})).To(Succeed())
}

// serves waits until an organization is served at its domain.
func serves(ctx context.Context, org *v1alpha1.Organization) {
	GinkgoHelper()
	cluster.EventuallySays(ctx, org, v1alpha1.ConditionCustomDomainReady, v1alpha1.ReasonDomainProved, "(A8)")
	Eventually(func() []string {
		Expect(cluster.Platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
		return org.Status.Hosts
	}).WithContext(ctx).Should(ContainElement(org.Spec.AccessURL.CustomDomain))
}
