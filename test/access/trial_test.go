// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

const day = 24 * time.Hour

// heard collects the warnings that the API server sends to a client.
type heard struct {
	mu    sync.Mutex
	texts []string
}

func (h *heard) HandleWarningHeader(_ int, _, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.texts = append(h.texts, text)
}

// listening acts as somebody whose client collects warnings. Without a name, it acts as the platform.
func listening(user string) (client.Client, *heard) {
	GinkgoHelper()
	config := l.Control.Config()
	if user != "" {
		config = l.Control.ConfigFor(user, customers, "system:authenticated")
	}
	h := &heard{}
	config.WarningHandler = h
	return lab.Client(config), h
}

// warned are the warnings beside the answer that admits a request in the end.
func warned(ctx context.Context, user string, request func(client.Client) error) []string {
	GinkgoHelper()
	c, h := listening(user)
	Expect(lab.Insist(ctx, func() error {
		h.texts = nil
		return request(c)
	})).To(Succeed())
	return slices.Clone(h.texts)
}

func renamed(ctx context.Context, org *v1alpha1.Organization) func(client.Client) error {
	name := lab.Unique("Zylker")
	return func(c client.Client) error {
		own := &v1alpha1.Organization{}
		if err := c.Get(ctx, client.ObjectKeyFromObject(org), own); err != nil {
			return err
		}
		own.Spec.DisplayName = name
		return c.Update(ctx, own)
	}
}

func until(end time.Time) func(*v1alpha1.Organization) {
	return func(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = &metav1.Time{Time: end} }
}

var _ = Describe("In the last days of a trial", Ordered, func() {
	var (
		org    *v1alpha1.Organization
		john   = lab.Person("john")  // super admin
		mary   = lab.Person("mary")  // Administrator
		alice  = lab.Person("alice") // Standard
		eve    = lab.Person("eve")   // of another organization
		end    = time.Now().Add(2 * day).Truncate(time.Second)
		theEnd = end.UTC().Format(time.RFC3339)
		ending = ""
	)

	BeforeAll(func(ctx context.Context) {
		org = l.Organization(ctx, john, 0, until(end))
		l.Member(ctx, org, mary, v1alpha1.RoleAdministrator)
		l.Member(ctx, org, alice, v1alpha1.RoleStandard)
		ending = "the trial of " + org.Name + " ends at " + theEnd
	})

	It("an administrator is warned at each change (E3)", func(ctx context.Context) {
		for _, user := range []string{"", john, mary} {
			Expect(warned(ctx, user, renamed(ctx, org))).To(ConsistOf(And(HavePrefix(ending), ContainSubstring("spec.subscription"), HaveSuffix("[E3]"))), user)
		}
		binding := lab.NewBinding(org, "ZohoDesk", lab.Unique("help"))
		Expect(warned(ctx, mary, func(c client.Client) error { return c.Create(ctx, binding, client.DryRunAll) })).To(ConsistOf(HavePrefix(ending)))
		Expect(lab.Condition(org, v1alpha1.ConditionReady)).To(HaveValue(HaveField("Status", metav1.ConditionTrue)))
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
			g.Expect(lab.Condition(org, v1alpha1.ConditionTrialEnding)).To(HaveValue(HaveField("Message", ContainSubstring(theEnd))))
		}).Should(Succeed())
	})

	It("a request that changes nothing brings no warning", func(ctx context.Context) {
		Expect(warned(ctx, john, func(c client.Client) error {
			own := &v1alpha1.Organization{}
			if err := c.Get(ctx, client.ObjectKeyFromObject(org), own); err != nil {
				return err
			}
			return c.Update(ctx, own)
		})).To(BeEmpty())
	})

	It("an administrator of another organization is not warned of this one (U3)", func(ctx context.Context) {
		other := l.Organization(ctx, eve, 5)
		Expect(warned(ctx, eve, renamed(ctx, other))).To(BeEmpty())
	})

	It("a Standard member cannot subscribe, an Administrator can (E3, R4)", func(ctx context.Context) {
		subscribe := func(o *v1alpha1.Organization) {
			o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionProfessional, Licenses: 5}
		}
		read := &v1alpha1.Organization{}
		Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(org), read)).To(Succeed())
		subscribe(read)
		Expect(l.As(alice).Update(ctx, read)).To(lab.BeRefusedByRBAC())

		Expect(warned(ctx, mary, func(c client.Client) error {
			return lab.Change(ctx, c, &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: org.Name}}, subscribe)
		})).To(BeEmpty(), "who does what the warning asks for is not warned")
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
			g.Expect(lab.Condition(org, v1alpha1.ConditionTrialEnding)).To(BeNil())
			g.Expect(org.Status.EditionText).To(Equal("Professional"))
		}).Should(Succeed())
	})
})

var _ = Describe("At the end of a trial", Ordered, func() {
	var (
		org  *v1alpha1.Organization
		john = lab.Person("john")
		mary = lab.Person("mary")
		bob  = lab.Person("bob")
		inv  *v1alpha1.Invitation
	)

	BeforeAll(func(ctx context.Context) {
		org = l.Organization(ctx, john, 0)
		l.Member(ctx, org, mary, v1alpha1.RoleAdministrator)
		inv = lab.NewInvitation(org, bob)
		lab.Create(ctx, l.Platform, inv)
		l.EventuallyReady(ctx, inv)
		Expect(lab.Change(ctx, l.Platform, org, until(time.Now().Add(-time.Second)))).To(Succeed())
		l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonTrialEnded, "")
	})

	It("nobody can add anything, and nobody can accept an invitation (E3, I8)", func(ctx context.Context) {
		create := func(c client.Client, obj client.Object) error {
			return lab.Insist(ctx, func() error { return c.Create(ctx, obj) })
		}
		Expect(create(l.Platform, lab.NewMembership(org, lab.Person("carol"), v1alpha1.RoleStandard))).To(lab.BeRefusedBy("E3"))
		Expect(create(l.As(mary), lab.NewInvitation(org, lab.Person("carol")))).To(And(lab.BeRefusedBy("E3"), MatchError(ContainSubstring("subscribe (spec.subscription)"))))
		Expect(create(l.As(mary), lab.NewBinding(org, "ZohoDesk", lab.Unique("help")))).To(lab.BeRefusedBy("E3"))
		Eventually(func() error { return create(l.As(bob, customers), lab.NewResponse(inv, v1alpha1.DecisionAccept)) }).Should(And(lab.BeRefusedBy("I8"),
			MatchError(ContainSubstring("ask the person who invited you")), Not(MatchError(ContainSubstring("trial")))), "Bob is no member yet (U3)")
		l.EventuallySays(ctx, inv, v1alpha1.ConditionReady, v1alpha1.ReasonOrganizationSuspended, "trial")
		Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(inv), inv)).To(Succeed())
		Expect(inv.Status.State).To(Equal(v1alpha1.InvitationPending))
	})

	It("its host serves nothing, and its members stay members (A7, E3)", func(ctx context.Context) {
		ingress := &networkingv1.Ingress{}
		key := client.ObjectKey{Namespace: lab.NamespaceOf(org), Name: "polyorg-access"}
		Eventually(func() error { return l.Platform.Get(ctx, key, ingress) }).Should(Satisfy(apierrors.IsNotFound))
		var members v1alpha1.MembershipList
		Expect(l.As(mary).List(ctx, &members, client.InNamespace(lab.NamespaceOf(org)))).To(Succeed())
		Expect(members.Items).To(HaveLen(2))
	})

	It("its administrators are told how to resume, and can (E3)", func(ctx context.Context) {
		Expect(warned(ctx, mary, renamed(ctx, org))).To(ConsistOf(And(
			HavePrefix("the trial of "+org.Name+" ended at "), ContainSubstring("spec.subscription"), HaveSuffix("[E3]"))))
		Expect(lab.Change(ctx, l.As(mary), org, func(o *v1alpha1.Organization) {
			o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionStandard, Licenses: 5}
		})).To(Succeed())
		l.EventuallyReady(ctx, org)
		Expect(l.Platform.Get(ctx, client.ObjectKey{Namespace: lab.NamespaceOf(org), Name: "polyorg-access"}, &networkingv1.Ingress{})).To(Succeed())
		Expect(lab.Insist(ctx, func() error {
			return l.As(mary).Create(ctx, lab.NewInvitation(org, lab.Person("carol")), client.DryRunAll)
		})).To(Succeed())
	})

	It("the end of a subscription suspends at once, and the platform can extend the trial (E2)", func(ctx context.Context) {
		Expect(warned(ctx, john, func(c client.Client) error {
			return lab.Change(ctx, c, org, func(o *v1alpha1.Organization) { o.Spec.Subscription = nil })
		})).To(ConsistOf(ContainSubstring("it is suspended")))
		l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonTrialEnded, "")
		Expect(lab.Change(ctx, l.As(john), org, until(time.Now().Add(10*day)))).To(lab.BeRefusedBy("E2"))
		Expect(lab.Change(ctx, l.Platform, org, until(time.Now().Add(10*day)))).To(Succeed())
		l.EventuallyReady(ctx, org)
	})
})

var _ = Describe("Sample data", func() {
	It("without a loader is reported as not configured, and blocks nothing (O5)", func(ctx context.Context) {
		org := l.Organization(ctx, lab.Person("john"), 5, func(o *v1alpha1.Organization) { o.Spec.SampleData = true })
		Expect(lab.Condition(org, v1alpha1.ConditionSampleDataLoaded)).To(HaveValue(And(
			HaveField("Status", metav1.ConditionUnknown), HaveField("Reason", v1alpha1.ReasonNotConfigured))))
	})
})
