// SPDX-License-Identifier: Apache-2.0

package leaks

import (
	"context"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// account is bound to beta; its name tells nothing.
const account = "the-account"

func invite(ctx context.Context, by, email string) *v1alpha1.Invitation {
	GinkgoHelper()
	inv := lab.NewInvitation(tenants[by].org, email)
	lab.Create(ctx, cluster.Platform, inv)
	cluster.EventuallySays(ctx, inv, v1alpha1.ConditionGranted, v1alpha1.ReasonGranted, "") // one that only its e-mail can answer is never Ready
	return inv
}

func bind(ctx context.Context, tenant string) {
	GinkgoHelper()
	b := lab.NewBinding(tenants[tenant].org, "ZohoDesk", account)
	lab.Create(ctx, cluster.Platform, b)
	cluster.EventuallyReady(ctx, b)
}

var _ = Describe("U3: nothing that alpha's people see names another tenant", Ordered, func() {
	BeforeAll(func(ctx SpecContext) { settle(ctx) }, NodeTimeout(3*time.Minute))

	// Each request is refused because of another tenant's object.
	DescribeTable("in refusals", func(ctx SpecContext, rule string, try func(ctx context.Context, c client.Client, org *v1alpha1.Organization) error) {
		org := tenants["alpha"].org.DeepCopy()
		anna := cluster.As(tenants["alpha"].owner)
		err := lab.Insist(ctx, func() error { return try(ctx, anna, org) })
		Expect(err).To(lab.BeRefusedBy(rule))
		Expect(err.Error()).NotTo(lab.ContainAny(foreign("alpha")))
	},
		Entry("of a host that beta has", "A2", edit(func(o *v1alpha1.Organization) { o.Spec.AccessURL.Name = "shop-of-b" })),
		Entry("of a transfer to somebody who has delta", "L2", edit(func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = dora })),
		Entry("of an edition that a member has in beta", "E7", edit(zohoOne)),
		Entry("of an account that beta has", "G1", func(ctx context.Context, c client.Client, org *v1alpha1.Organization) error {
			return c.Create(ctx, lab.NewBinding(org, "ZohoDesk", account))
		}),
		Entry("of an invitation of somebody whom beta invites", "L7", func(ctx context.Context, c client.Client, org *v1alpha1.Organization) error {
			return c.Create(ctx, lab.NewInvitation(org, pat))
		}),
		Entry("of a second organization", "L2", func(ctx context.Context, _ client.Client, _ *v1alpha1.Organization) error {
			return cluster.As(tenants["alpha"].owner, selfService).Create(ctx, lab.NewOrganization(tenants["alpha"].owner, 0))
		}),
	)

	It("in refusals with more details for the platform", func(ctx SpecContext) {
		err := lab.Change(ctx, cluster.Platform, tenants["alpha"].org.DeepCopy(), zohoOne)
		Expect(err).To(lab.BeRefusedBy("E7"))
		Expect(err.Error()).To(ContainSubstring(zoe), "to platform actors: who")
		err = lab.Change(ctx, cluster.As(tenants["alpha"].owner), tenants["alpha"].org.DeepCopy(), zohoOne)
		Expect(err.Error()).To(And(ContainSubstring("1 member"), Not(ContainSubstring(zoe))), "to all others: how many")
	})

	It("in answers to invitations of others", func(ctx SpecContext) {
		theirs := invite(ctx, "gamma", "quinn@shared.example")
		anna := cluster.As(tenants["alpha"].owner, selfService)
		none := theirs.DeepCopy()
		none.Name = "none"
		is, isNot := anna.Create(ctx, lab.NewResponse(theirs, v1alpha1.DecisionAccept)), anna.Create(ctx, lab.NewResponse(none, v1alpha1.DecisionAccept))
		Expect(is).To(lab.BeRefusedBy("I7"))
		Expect(isNot).To(lab.BeRefusedBy("I7"))
		Expect(reason(is)).To(Equal(reason(isNot)), "whether there is one or not")
	})

	It("in answers to requests about organizations of others", func(ctx SpecContext) {
		anna := cluster.As(tenants["alpha"].owner, selfService)
		ask := func(action v1alpha1.RequestAction, organization string) error {
			r := &v1alpha1.OrganizationRequest{ObjectMeta: metav1.ObjectMeta{GenerateName: "ask-"}, Spec: v1alpha1.OrganizationRequestSpec{Action: action, Organization: organization}}
			if action == v1alpha1.RequestChange {
				r.Spec.Patch = "{}"
			}
			return lab.Insist(ctx, func() error { return anna.Create(ctx, r) })
		}
		for _, action := range []v1alpha1.RequestAction{
			v1alpha1.RequestChooseDefault, v1alpha1.RequestLeave, v1alpha1.RequestChange, v1alpha1.RequestDelete,
		} {
			is, isNot := ask(action, tenants["beta"].org.Name), ask(action, "nowhere")
			Expect(is).To(HaveOccurred())
			Expect(isNot).To(MatchError(is.Error()), "whether there is one or not")
			Expect(is.Error()).NotTo(lab.ContainAny(foreign("alpha")))
		}
	})

	It("in reviews of people without a connection to that tenant", func(ctx SpecContext) {
		var users v1alpha1.UserList
		Expect(cluster.Platform.List(ctx, &users)).To(Succeed())
		Expect(users.Items).NotTo(BeEmpty())
		for i := range users.Items {
			person := users.Items[i].Spec.Email
			r := &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "me"}}
			Expect(lab.Insist(ctx, func() error { return cluster.As(person, selfService).Create(ctx, r, client.DryRunAll) })).To(Succeed())
			Expect(r.Status.User).To(Equal(person))
			Expect(asText(r)).NotTo(lab.ContainAny(foreign(tenantsOf(ctx, person)...)), person)
		}
	}, NodeTimeout(2*time.Minute))

	It("in conditions and events of objects that got past admission", func(ctx SpecContext) {
		alpha := tenants["alpha"]
		over := lab.NewMembership(alpha.org, sam, v1alpha1.RoleStandard)
		double := lab.NewBinding(alpha.org, "ZohoDesk", account)
		pastAdmission(ctx, func() {
			Expect(cluster.Platform.Create(ctx, over)).To(Succeed())
			Expect(cluster.Platform.Create(ctx, double)).To(Succeed())
			Expect(lab.Change(ctx, cluster.Platform, alpha.org.DeepCopy(), func(o *v1alpha1.Organization) { o.Spec.AccessURL.Name = "shop-of-b" })).To(Succeed())
		})
		for obj, kind := range map[client.Object]string{over: v1alpha1.ConditionGranted, double: v1alpha1.ConditionGranted, alpha.org: v1alpha1.ConditionAccessURLReady} {
			Eventually(func(g Gomega) {
				g.Expect(cluster.Platform.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
				g.Expect(lab.Condition(obj, kind)).To(HaveValue(HaveField("Status", metav1.ConditionFalse)))
			}).Should(Succeed())
		}
		Eventually(func() []string { return eventsAbout(ctx, "alpha") }).Should(ContainElement(ContainSubstring("HostNotFree")))
	}, NodeTimeout(2*time.Minute))

	It("in any object at the end", func(ctx SpecContext) {
		for name := range tenants {
			shown := shownTo(ctx, name)
			Expect(len(shown)).To(BeNumerically(">", 5), "there is something to search")
			for _, text := range append(shown, eventsAbout(ctx, name)...) {
				Expect(text).NotTo(lab.ContainAny(foreign(name)), name)
			}
		}
	})

	It("in the Users of people without a connection to that tenant", func(ctx SpecContext) {
		var users v1alpha1.UserList
		Expect(cluster.Platform.List(ctx, &users)).To(Succeed())
		Expect(users.Items).NotTo(BeEmpty())
		for i := range users.Items {
			Expect(asText(&users.Items[i])).NotTo(lab.ContainAny(foreign(tenantsOf(ctx, users.Items[i].Spec.Email)...)))
		}
	})
})

// edit makes a request that changes the organization.
func edit(change func(*v1alpha1.Organization)) func(context.Context, client.Client, *v1alpha1.Organization) error {
	return func(ctx context.Context, c client.Client, org *v1alpha1.Organization) error {
		return lab.Change(ctx, c, org, change)
	}
}

// reason is an answer without the name that its author gave the object.
func reason(err error) string {
	_, why, _ := strings.Cut(err.Error(), "denied")
	return why
}

// pastAdmission does something while the webhooks are missing.
func pastAdmission(ctx context.Context, do func()) {
	GinkgoHelper()
	var webhooks admissionregistrationv1.ValidatingWebhookConfiguration
	Expect(cluster.Platform.Get(ctx, client.ObjectKey{Name: "polyorg-validating"}, &webhooks)).To(Succeed())
	Expect(cluster.Platform.Delete(ctx, webhooks.DeepCopy())).To(Succeed())
	nonsense := lab.NewOrganization(lab.Person("nobody"), 0)
	nonsense.Spec.TimeZone = "Mars/Olympus"
	Eventually(func() error { return cluster.Platform.Create(ctx, nonsense, client.DryRunAll) }).Should(Succeed())
	do()
	webhooks.ResourceVersion, webhooks.UID = "", ""
	Expect(cluster.Platform.Create(ctx, &webhooks)).To(Succeed())
	Eventually(func() error { return cluster.Platform.Create(ctx, nonsense, client.DryRunAll) }).ShouldNot(Succeed())
}
