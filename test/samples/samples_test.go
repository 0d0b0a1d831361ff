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
	"github.com/polyorg/polyorg/test/lab"
)

const (
	products = "org-zylker-products"
	services = "org-zylker-services"
	labs     = "org-zylker-labs"
)

// The order matters: each part builds on the objects of the one before.
var _ = Describe("The samples", Ordered, ContinueOnFailure, func() {
	var warned map[string][]string // by the sample's path

	BeforeAll(func(ctx context.Context) { warned = applyAll(ctx) }, NodeTimeout(5*time.Minute))

	It("give no warning, but for what a person is told who creates one", func() {
		for _, s := range samplesIn(samplesDir) {
			Expect(warned[s.Path]).To(beginWith(s.Warnings), s.Path)
			if s.Verb == "" {
				Expect(s.Warnings).To(BeEmpty(), s.Path)
			}
		}
	})

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

	It("bring back what they say when they are applied again", func(ctx context.Context) {
		chooses(ctx, "bob@zylker.com", "zylker-services")
		meddle(ctx)
		applyAll(ctx)
		for _, s := range samplesIn(samplesDir) {
			if s.Verb == "" {
				Expect(kubectl(ctx, "diff", "--server-side", "-f", s.Path)).To(BeEmpty())
			}
		}
		Expect(read(ctx, &v1alpha1.Organization{}, "", "zylker-labs").Spec).To(And(
			HaveField("DisplayName", "Zylker Labs"), HaveField("Locale", "fr")))
		Eventually(func(g Gomega) {
			g.Expect(personOf(ctx, g, "bob@zylker.com").defaultOrganization).To(Equal("zylker-products"))
			g.Expect(personOf(ctx, g, "bob@zylker.com").roles).To(ContainSubstring("zylker-products=Standard"))
			g.Expect(personOf(ctx, g, "alice@zylker.com").roles).To(Equal("zylker-products=Standard zylker-services=Standard"))
			g.Expect(personOf(ctx, g, "maria@zylker.com").roles).To(Equal("zylker-services=SuperAdmin"))
		}).Should(Succeed())
		Expect(hostsOf(ctx, services)).To(ConsistOf("services.crm.example.com"))
	}, NodeTimeout(3*time.Minute))

	It("change nothing when they are applied again unchanged", func(ctx context.Context) {
		before := settled(ctx)
		for _, s := range samplesIn(samplesDir) {
			if s.Verb != "" {
				continue // an act of a person, done once
			}
			said, err := kubectl(ctx, s.Args()...)
			Expect(err).NotTo(HaveOccurred(), said)
			Expect(said).NotTo(ContainSubstring("Warning:"))
		}
		Consistently(func() (string, error) { return versions(ctx) }).WithTimeout(3 * time.Second).Should(Equal(before))
	}, NodeTimeout(3*time.Minute))

	DescribeTable("give a platform team no warning either", func(ctx context.Context, flag, path string) {
		Eventually(func(g Gomega) { // a namespace that comes along exists a moment later
			said, err := kubectl(ctx, "apply", "--server-side", flag, filepath.Join(samplesDir, path))
			g.Expect(warningsIn(said)).To(BeEmpty())
			g.Expect(err).NotTo(HaveOccurred(), said)
		}).Should(Succeed())
	},
		Entry("in its policy", "-f", "configuration/platformpolicy.yaml"),
		Entry("in the rights of its pipeline", "-k", "gitops/access"),
		Entry("in a customer", "-k", "gitops/customers/bluepine"),
	)

	Describe("refuse", func() {
		BeforeAll(func(ctx context.Context) {
			for _, s := range samplesIn(setupDir) {
				// The API server may have admitted the objects of a namespace before the namespace existed.
				var warnings []string
				Eventually(func(g Gomega) {
					said, err := kubectl(ctx, s.Args()...)
					warnings = append(warnings, warningsIn(said)...)
					g.Expect(err).NotTo(HaveOccurred(), said)
				}).Should(Succeed())
				Expect(warnings).To(beginWith(s.Warnings), s.Path)
			}
		}, NodeTimeout(3*time.Minute))

		refused := samplesIn(refusedDir)
		for _, s := range refused {
			It(strings.TrimSuffix(filepath.Base(s.Path), ".yaml"), func(ctx context.Context) {
				Expect(s.Rule).NotTo(BeEmpty())
				Expect(filepath.Base(s.Path)).To(HavePrefix(s.Rule + "-"))
				Expect(s.Refused).NotTo(BeEmpty())
				Expect(s.Verb).NotTo(BeEmpty(), "the file says by which verb kubectl shows the refusal")
				said, err := kubectl(ctx, s.Args()...)
				Expect(err).To(HaveOccurred(), said)
				Expect(said).To(ContainSubstring(s.Refused))
				Expect(said).NotTo(lab.ContainAny(unknownTo(ctx, s)), "U3")
			}, NodeTimeout(time.Minute))
		}

		It("each in a dry run, too", func(ctx context.Context) {
			for _, together := range bySender(refused) {
				args := append(together[0].Args(), "--dry-run=server")
				for _, s := range together[1:] {
					args = append(args, "-f", s.Path)
				}
				said, err := kubectl(ctx, args...)
				Expect(err).To(HaveOccurred(), said)
				Expect(said).NotTo(ContainSubstring("(server dry run)"), "it is admitted")
				for _, s := range together {
					Expect(said).To(ContainSubstring(s.Refused), s.Path)
				}
			}
		}, NodeTimeout(3*time.Minute))
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
