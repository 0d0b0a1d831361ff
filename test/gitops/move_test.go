// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/itchyny/gojq"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A customer moves to another cluster", Ordered, func() {
	const name = "movingpine"
	var away *cluster

	BeforeAll(func(ctx SpecContext) {
		away = newCluster(ctx, lab.Start(ctx, lab.Options{Replicas: 1}))
		f := home.customer(ctx, name)
		home.apply(ctx, f)
		home.eventuallyHealthy(ctx, f)
	}, NodeTimeout(10*time.Minute))

	It("after years in which Git did not change", func(ctx SpecContext) {
		at := func(person string) string { return person + "@" + name + ".example" }
		org, labs := home.organization(name), home.organization(name+"-labs")
		Expect(lab.Change(ctx, home.Platform, org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = at("maria") })).To(Succeed())
		Expect(lab.Change(ctx, home.Platform, org, func(o *v1alpha1.Organization) { o.Spec.Subscription.Licenses = 7 })).To(Succeed())
		Expect(lab.Change(ctx, home.Platform, labs, func(o *v1alpha1.Organization) {
			o.Spec.TrialEndsAt = &metav1.Time{Time: time.Now().Add(100 * time.Hour).Truncate(time.Second)}
			o.Spec.SuperAdmin = at("tom")
		})).To(Succeed())
		joined, asked, revoked := lab.NewInvitation(labs, at("bob")), lab.NewInvitation(org, at("carol")), lab.NewInvitation(org, at("dave"))
		revoked.Spec.Revoked = true
		maria := lab.Client(home.Control.ConfigFor(at("maria"), "system:masters"))
		for _, i := range []*v1alpha1.Invitation{joined, asked, revoked} {
			Expect(insist(ctx, func() error { return maria.Create(ctx, i) })).To(Succeed())
		}
		bob := lab.Client(home.Control.ConfigFor(at("bob"), "system:masters"))
		Expect(insist(ctx, func() error { return bob.Create(ctx, lab.NewResponse(joined, v1alpha1.DecisionAccept)) })).To(Succeed())
		Eventually(func(g Gomega) {
			tom := home.User(ctx, at("tom"))
			g.Expect(tom).NotTo(BeNil())
			g.Expect(tom.Status.Organizations).To(HaveLen(2))
			tom.Spec.DefaultOrganization = labs.Name
			g.Expect(home.Platform.Update(ctx, tom)).To(Succeed())
		}).WithContext(ctx).Should(Succeed())
		Eventually(func(g Gomega) {
			bob, tom := home.User(ctx, at("bob")), home.User(ctx, at("tom"))
			g.Expect([]any{bob, tom}).NotTo(ContainElement(BeNil()))
			g.Expect(bob.Status.Organizations).To(HaveLen(1))
			g.Expect(tom.Status.DefaultOrganization).To(Equal(labs.Name))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(5*time.Minute))

	It("with an export that has only the wishes of people and platform", func(ctx SpecContext) {
		for _, o := range home.exported(ctx, name) {
			Expect(o.Object).NotTo(HaveKey("status"), id(o))
			Expect(o.Object["metadata"]).NotTo(Or(HaveKey("uid"), HaveKey("resourceVersion"), HaveKey("managedFields")), id(o))
			Expect(o.GetKind()+" "+o.GetName()).NotTo(HavePrefix("Invitation dave"), "a finished invitation stays behind")
			if o.GetKind() == "Invitation" {
				inviter, _, _ := unstructured.NestedString(o.Object, "spec", "invitedBy")
				Expect(inviter).To(Equal("maria@"+name+".example"), "whom the operator recorded")
			}
		}
	})

	It("and has there everything that it had", func(ctx SpecContext) {
		f := shuffled(5)(home.exported(ctx, name))
		early := f.where(func(o *unstructured.Unstructured) bool {
			return o.GetAnnotations()["argocd.argoproj.io/sync-wave"] == "-1"
		})
		Expect(early.but("Namespace")).To(HaveLen(1)) // Tom's: he has the role, but did not create the organization
		away.apply(ctx, early.namespacesFirst())
		away.apply(ctx, f.without(early...))
		away.eventuallyHealthy(ctx, f)
		away.apply(ctx, home.choices(ctx, name))
		var want map[string]any
		Eventually(func(g Gomega) { want = home.holdings(ctx, g, name) }).WithContext(ctx).Should(Succeed())
		Expect(want).To(HaveLen(2 + 8 + 7)) // organizations, memberships, people
		Eventually(func(g Gomega) {
			g.Expect(gocmp.Diff(want, away.holdings(ctx, g, name))).To(BeEmpty())
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(5*time.Minute))

	It("while the export changes nothing in the old cluster", func(ctx SpecContext) {
		want := home.holdings(ctx, Default, name)
		f := home.exported(ctx, name)
		home.apply(ctx, f, client.ForceOwnership)
		home.eventuallyHealthy(ctx, f)
		Expect(gocmp.Diff(want, home.holdings(ctx, Default, name))).To(BeEmpty())
	}, NodeTimeout(5*time.Minute))

	It("E3: also when it is suspended, with all of its objects, in the order of the export", func(ctx SpecContext) {
		org := home.Organization(ctx, "ann@restpine.example", 0, func(o *v1alpha1.Organization) { o.Name = "restpine" })
		guest, desk := lab.NewInvitation(org, "bea@restpine.example"), lab.NewBinding(org, "ZohoDesk", "restpine")
		for _, o := range []client.Object{guest, desk} {
			Expect(insist(ctx, func() error { return home.Platform.Create(ctx, o) })).To(Succeed())
		}
		Expect(lab.Change(ctx, home.Platform, org, func(o *v1alpha1.Organization) {
			o.Spec.TrialEndsAt = &metav1.Time{Time: time.Now().Add(-time.Hour).Truncate(time.Second)}
		})).To(Succeed())
		away.apply(ctx, home.exported(ctx, "restpine"))
		Eventually(func(g Gomega) {
			for _, o := range []client.Object{org, guest} {
				g.Expect(away.Platform.Get(ctx, client.ObjectKeyFromObject(o), o)).To(Succeed())
			}
			g.Expect(away.Platform.Get(ctx, client.ObjectKeyFromObject(desk), &v1alpha1.IntegrationBinding{})).To(Succeed())
			g.Expect(lab.Condition(org, v1alpha1.ConditionReady)).To(HaveValue(HaveField("Reason", v1alpha1.ReasonTrialEnded)))
			g.Expect(guest.Status.State).To(Equal(v1alpha1.InvitationPending))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(3*time.Minute))

	It("and the new cluster's export changes nothing when it is applied again", func(ctx SpecContext) {
		f := away.exported(ctx, name)
		before := away.eventuallyStill(ctx, f)
		away.apply(ctx, f)
		away.staysAs(ctx, f, before)
	}, NodeTimeout(5*time.Minute))
})

func (c *cluster) organization(name string) *v1alpha1.Organization {
	return &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// holdings are everything that organizations and people have, and must keep in any cluster.
func (c *cluster) holdings(ctx context.Context, g Gomega, name string) map[string]any {
	all := map[string]any{}
	for _, o := range c.organizations(ctx, g, name) {
		g.Expect(o.Status.Conditions).NotTo(BeEmpty())
		all["Organization "+o.Name] = []any{
			o.Spec.SuperAdmin, o.Status.EditionText, o.Status.Seats, o.Status.Trial.EndsAt.UTC(), o.Status.AccessURL, o.Status.Hosts,
		}
		var members v1alpha1.MembershipList
		g.Expect(c.Platform.List(ctx, &members, client.InNamespace(namespaceOf(o.Name)))).To(Succeed())
		for _, m := range members.Items {
			ready := lab.Condition(&m, v1alpha1.ConditionReady)
			g.Expect(ready).NotTo(BeNil())
			all["Membership "+o.Name+" "+m.Spec.User] = []any{m.Status.Role, m.Status.UserType, m.Status.Origin, ready.Status, ready.Reason}
		}
	}
	var users v1alpha1.UserList
	g.Expect(c.Platform.List(ctx, &users)).To(Succeed())
	for _, u := range users.Items {
		if strings.Contains(u.Spec.Email, name+".example") {
			all["User "+u.Spec.Email] = holdingsOf(&u)
		}
	}
	return all
}

// holdingsOf leaves out the times at which somebody got their places.
func holdingsOf(u *v1alpha1.User) []any {
	organizations := map[string]v1alpha1.UserOrganization{}
	for _, o := range u.Status.Organizations {
		organizations[o.Name] = o
	}
	invitations := map[string]v1alpha1.Role{}
	for _, i := range u.Status.Invitations {
		invitations[i.Organization] = i.Role
	}
	return []any{u.Status.DefaultOrganization, u.Status.Usage, organizations, invitations}
}

// exported are a customer's objects in the platform team's export; choices are its people's Users there.
func (c *cluster) exported(ctx context.Context, name string) folder {
	GinkgoHelper()
	f := c.export(ctx, "customers.jq", "organizations,memberships,invitations,integrationbindings")
	return f.of(name)
}

func (c *cluster) choices(ctx context.Context, name string) folder {
	GinkgoHelper()
	return c.export(ctx, "choices.jq", "users").of(name)
}

// of are a customer's objects among all objects.
func (f folder) of(name string) (its folder) {
	GinkgoHelper()
	for _, o := range f {
		text, err := json.Marshal(o)
		Expect(err).NotTo(HaveOccurred())
		if strings.Contains(string(text), name) {
			its = append(its, o)
		}
	}
	return its
}

// export runs the documented commands: kubectl, as the pipeline, and a jq program.
func (c *cluster) export(ctx context.Context, program, kinds string) (f folder) {
	GinkgoHelper()
	text, err := c.kubectl(ctx, "get", kinds, "--all-namespaces", "--output=json")
	Expect(err).NotTo(HaveOccurred(), text)
	var input any
	Expect(json.Unmarshal([]byte(text), &input)).To(Succeed())
	source, err := os.ReadFile("../../hack/export/" + program)
	Expect(err).NotTo(HaveOccurred())
	query, err := gojq.Parse(string(source))
	Expect(err).NotTo(HaveOccurred())
	code, err := gojq.Compile(query, gojq.WithInputIter(gojq.NewIter(input)))
	Expect(err).NotTo(HaveOccurred())
	answer, ok := code.RunWithContext(ctx, nil).Next()
	Expect(ok).To(BeTrue())
	data, err := json.Marshal(answer)
	Expect(err).NotTo(HaveOccurred(), "%v", answer)
	var list unstructured.UnstructuredList
	Expect(json.Unmarshal(data, &list)).To(Succeed(), string(data))
	for i := range list.Items {
		f = append(f, &list.Items[i])
	}
	return f
}
