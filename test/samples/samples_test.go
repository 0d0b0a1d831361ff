// SPDX-License-Identifier: Apache-2.0

package samples

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/sandbox"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	products = "org-zylker-products"
	services = "org-zylker-services"
	labs     = "org-zylker-labs"
)

// The order matters: each part builds on the objects of the one before.
var _ = Describe("The samples", Ordered, ContinueOnFailure, func() {
	BeforeAll(func(ctx context.Context) {
		Expect(cluster.Operator.ApplySamples(ctx, samplesDir)).To(Succeed())
	}, NodeTimeout(5*time.Minute))

	It("give each organization a namespace and a host", func(ctx context.Context) {
		for namespace, host := range map[string]string{
			products: "zylker-products.crm.example.com", services: "services.crm.example.com", labs: "zylker-labs.crm.example.com",
		} {
			organization := strings.TrimPrefix(namespace, v1alpha1.NamespacePrefix)
			ns := read(ctx, &corev1.Namespace{}, "", namespace)
			Expect(ns.Labels).To(HaveKeyWithValue(v1alpha1.OrganizationLabel, organization))
			Expect(hostsOf(ctx, namespace)).To(ConsistOf(host))
			Expect(read(ctx, &v1alpha1.Organization{}, "", organization).Status.AccessURL).To(Equal("https://" + host))
		}
	})

	It("put John's organization on trial", func(ctx context.Context) {
		status := read(ctx, &v1alpha1.Organization{}, "", "zylker-labs").Status
		Expect(status.EditionText).To(Equal("Enterprise (trial)"))
		Expect(status.Seats.Summary).To(Equal("3/3"))
		Expect(status.Trial.EndsAt.Sub(status.Trial.StartedAt.Time)).To(Equal(15 * 24 * time.Hour))
	})

	DescribeTable("leave every invitation in the state of its answer", func(ctx context.Context, namespace, name string, want v1alpha1.InvitationState) {
		invitation := read(ctx, &v1alpha1.Invitation{}, namespace, name)
		Expect(invitation.Status.State).To(Equal(want))
		Expect(invitation.Status.ExpiresAt.Sub(invitation.CreationTimestamp.Time)).To(Equal(7 * 24 * time.Hour))
		joined := membershipsOf(ctx, invitation.Spec.Email, client.InNamespace(namespace))
		if want != v1alpha1.InvitationAccepted {
			Expect(joined).To(BeEmpty())
			return
		}
		Expect(joined).To(HaveLen(1))
		Expect(joined[0].Name).To(Equal(invitation.Status.Membership))
		Expect(joined[0].Spec.Origin).To(Equal(v1alpha1.OriginInvited))
		Expect(joined[0].Status.Role).To(Equal(invitation.Spec.Role))
	},
		Entry("Bob has accepted", products, "bob", v1alpha1.InvitationAccepted),
		Entry("Carol has declined", products, "carol", v1alpha1.InvitationDeclined),
		Entry("Dave has not answered", products, "dave", v1alpha1.InvitationPending),
		Entry("the CEO has joined John's organization", labs, "ceo", v1alpha1.InvitationAccepted),
		Entry("Dave has not answered John either", labs, "dave", v1alpha1.InvitationPending),
	)

	DescribeTable("give each person one list", func(ctx context.Context, email string, want person) {
		Eventually(func(g Gomega) { g.Expect(personOf(ctx, g, email)).To(Equal(want)) }).Should(Succeed())
	},
		Entry("John, in three, one of them his own creation", "john@zylker.com", person{
			roles: "zylker-labs=SuperAdmin zylker-products=Standard zylker-services=Administrator",
			used:  "3/10", created: "1/5", defaultOrganization: "zylker-products"}),
		Entry("the CEO, in all", "ceo@zylker.com", person{
			roles: "zylker-labs=Administrator zylker-products=SuperAdmin zylker-services=Administrator",
			used:  "3/10", created: "1/5", defaultOrganization: "zylker-products"}),
		Entry("Bob, in the one that he joined", "bob@zylker.com", person{
			roles: "zylker-products=Standard", used: "1/10", created: "0/5", defaultOrganization: "zylker-products"}),
		Entry("Dave, in none, with two to answer", "dave@zylker.com", person{
			used: "0/10", created: "0/5", invitations: "zylker-labs zylker-products"}),
	)

	It("change nothing when they are applied again", func(ctx context.Context) {
		before := settled(ctx)
		samples, err := sandbox.ReadSamples(samplesDir)
		Expect(err).NotTo(HaveOccurred())
		for _, s := range samples {
			if s.As != "" {
				continue // an act of a person, done once
			}
			Expect(kubectl(ctx, "diff", "-f", s.Path)).To(BeEmpty())
			said, err := kubectl(ctx, s.Args()...)
			Expect(err).NotTo(HaveOccurred(), said)
			for line := range strings.Lines(said) {
				Expect(strings.TrimSpace(line)).To(HaveSuffix("unchanged"))
			}
		}
		Consistently(func() (string, error) { return versions(ctx) }).WithTimeout(3 * time.Second).Should(Equal(before))
	}, NodeTimeout(3*time.Minute))

	Describe("refuse", func() {
		BeforeAll(func(ctx context.Context) {
			setup, err := sandbox.ReadSamples(setupDir)
			Expect(err).NotTo(HaveOccurred())
			for _, s := range setup {
				// The API server may have admitted the objects of a namespace before the namespace existed.
				Eventually(func(g Gomega) {
					said, err := kubectl(ctx, s.Args()...)
					g.Expect(err).NotTo(HaveOccurred(), said)
				}).Should(Succeed())
			}
		}, NodeTimeout(3*time.Minute))

		refused, err := sandbox.ReadSamples(refusedDir)
		if err != nil || len(refused) == 0 {
			Fail("no samples of refusals in " + refusedDir)
		}
		for _, s := range refused {
			It(strings.TrimSuffix(filepath.Base(s.Path), ".yaml"), func(ctx context.Context) {
				Expect(s.Rule).NotTo(BeEmpty())
				Expect(filepath.Base(s.Path)).To(HavePrefix(s.Rule + "-"))
				Expect(s.Refused).NotTo(BeEmpty())
				said, err := kubectl(ctx, s.Args()...)
				Expect(err).To(HaveOccurred(), said)
				Expect(said).To(ContainSubstring(s.Refused))
				Expect(said).NotTo(lab.ContainAny(unknownTo(ctx, s)), "U3")
			}, NodeTimeout(time.Minute))
		}
	})
})

func read[T client.Object](ctx context.Context, obj T, namespace, name string) T {
	GinkgoHelper()
	Expect(platform.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, obj)).To(Succeed())
	return obj
}

func hostsOf(ctx context.Context, namespace string) (hosts []string) {
	GinkgoHelper()
	var all networkingv1.IngressList
	Expect(platform.List(ctx, &all, client.InNamespace(namespace))).To(Succeed())
	for i := range all.Items {
		for _, rule := range all.Items[i].Spec.Rules {
			hosts = append(hosts, rule.Host)
		}
	}
	return hosts
}

func membershipsOf(ctx context.Context, email string, opts ...client.ListOption) []v1alpha1.Membership {
	GinkgoHelper()
	var all v1alpha1.MembershipList
	Expect(platform.List(ctx, &all, append(opts, client.MatchingFields{"spec.user": email})...)).To(Succeed())
	return all.Items
}

// person is what a User shows of somebody, its lists as text.
type person struct{ roles, invitations, used, created, defaultOrganization string }

func personOf(ctx context.Context, g Gomega, email string) person {
	var user v1alpha1.User
	g.Expect(platform.Get(ctx, client.ObjectKey{Name: identity.ObjectName(email)}, &user)).To(Succeed())
	var roles, invitations []string
	for _, o := range user.Status.Organizations {
		g.Expect(o.Active).To(BeTrue(), o.Name)
		roles = append(roles, o.Name+"="+string(o.Role))
	}
	for _, i := range user.Status.Invitations {
		invitations = append(invitations, i.Organization)
	}
	usage := user.Status.Usage
	return person{
		roles: sorted(roles), invitations: sorted(invitations), used: usage.Organizations.Summary, created: usage.Created.Summary,
		defaultOrganization: user.Status.DefaultOrganization,
	}
}
