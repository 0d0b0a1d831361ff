// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/test/lab"
)

// operatorAccount is the operator's username.
const operatorAccount = "system:serviceaccount:polyorg-system:polyorg-operator"

// wish is a request as a person writes it.
func wish(action v1alpha1.RequestAction, organization, patch string) *v1alpha1.OrganizationRequest {
	return &v1alpha1.OrganizationRequest{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "wish-"},
		Spec:       v1alpha1.OrganizationRequestSpec{Action: action, Organization: organization, Patch: patch},
	}
}

// ask makes a request as somebody, and returns the answer of admission.
func ask(ctx context.Context, as client.Client, r *v1alpha1.OrganizationRequest) error {
	return lab.Insist(ctx, func() error { return as.Create(ctx, r) })
}

// eventuallyTold returns when a person's review says what became of their request.
func eventuallyTold(ctx context.Context, as client.Client, r *v1alpha1.OrganizationRequest, reason string) (told v1alpha1.ReviewedRequest) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		got, err := review(ctx, as, v1alpha1.SelfReviewSpec{})
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(got.Requests).To(ContainElement(HaveField("Name", r.Name), &told))
		g.Expect(told).To(And(HaveField("Reason", reason), HaveField("CompletedAt", Not(BeNil()))), told.Message)
	}).WithContext(ctx).Should(Succeed())
	return told
}

var _ = Describe("A request of a person who has self-service and no more", func() {
	var (
		john, alice string
		org         *v1alpha1.Organization // of alice; john is a Standard member
		as          client.Client          // john
	)
	BeforeEach(func(ctx context.Context) {
		john, alice = lab.Person("john"), lab.Person("alice")
		org = l.Organization(ctx, alice, 10)
		l.Member(ctx, org, john, v1alpha1.RoleStandard)
		as = l.As(john, customers)
	}, NodeTimeout(2*time.Minute))

	It("F2: chooses the default", func(ctx context.Context) {
		other := l.Organization(ctx, alice, 10)
		l.Member(ctx, other, john, v1alpha1.RoleStandard)
		r := wish(v1alpha1.RequestChooseDefault, other.Name, "")
		Expect(ask(ctx, as, r)).To(Succeed())
		eventuallyTold(ctx, as, r, v1alpha1.ReasonChosen)
		Expect(l.User(ctx, john).Spec.DefaultOrganization).To(Equal(other.Name))
		Eventually(func(g Gomega) {
			got, err := review(ctx, as, v1alpha1.SelfReviewSpec{})
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got.DefaultOrganization).To(Equal(other.Name))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(2*time.Minute))

	It("R6: leaves a suspended organization", func(ctx context.Context) {
		trial := l.Organization(ctx, alice, 0)
		l.Member(ctx, trial, john, v1alpha1.RoleStandard)
		Expect(lab.Change(ctx, l.Platform, trial, func(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = &metav1.Time{Time: time.Now().Add(-time.Minute)} })).To(Succeed())
		l.EventuallySays(ctx, trial, v1alpha1.ConditionReady, v1alpha1.ReasonTrialEnded, "")
		Eventually(func(g Gomega) {
			got, err := review(ctx, as, v1alpha1.SelfReviewSpec{})
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got.Organizations).To(ContainElement(And(HaveField("Name", trial.Name), HaveField("Suspended", true))))
		}).WithContext(ctx).Should(Succeed())
		r := wish(v1alpha1.RequestLeave, trial.Name, "")
		Expect(ask(ctx, as, r)).To(Succeed())
		eventuallyTold(ctx, as, r, v1alpha1.ReasonLeft)
	}, NodeTimeout(2*time.Minute))

	It("R6: leaves, even while suspended", func(ctx context.Context) {
		var memberships v1alpha1.MembershipList
		Expect(l.Platform.List(ctx, &memberships, client.InNamespace(lab.NamespaceOf(org)))).To(Succeed())
		for i := range memberships.Items {
			if m := &memberships.Items[i]; m.Spec.User == john {
				Expect(lab.Change(ctx, l.Platform, m, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })).To(Succeed())
			}
		}
		r := wish(v1alpha1.RequestLeave, org.Name, "")
		Expect(ask(ctx, as, r)).To(Succeed())
		eventuallyTold(ctx, as, r, v1alpha1.ReasonLeft)
		got, err := review(ctx, as, v1alpha1.SelfReviewSpec{})
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Organizations).To(BeEmpty())
		Expect(ask(ctx, l.As(alice, customers), wish(v1alpha1.RequestLeave, org.Name, ""))).To(lab.BeRefusedBy("R3"))
	}, NodeTimeout(2*time.Minute))

	It("R4: changes an Organization as its author would, and no further", func(ctx context.Context) {
		super := l.As(alice, customers)
		r := wish(v1alpha1.RequestChange, org.Name, `{"displayName": "Zylker Labs"}`)
		Expect(ask(ctx, super, r)).To(Succeed())
		eventuallyTold(ctx, super, r, v1alpha1.ReasonChanged)
		Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
		Expect(org.Spec.DisplayName).To(Equal("Zylker Labs"))
		Expect(org.ManagedFields).To(ContainElement(HaveField("Manager", v1alpha1.RequestFieldOwner(r.Name))))

		Expect(ask(ctx, as, wish(v1alpha1.RequestChange, org.Name, `{"displayName": "Mine"}`))).To(lab.BeRefusedBy("R4"))
		By("being judged by the rules of the change itself, at once")
		Expect(ask(ctx, super, wish(v1alpha1.RequestChange, org.Name, `{"superAdmin": "`+john+`"}`))).To(lab.BeRefusedBy("R2"))
		Expect(ask(ctx, super, wish(v1alpha1.RequestChange, org.Name, `{"trialEndsAt": "2027-01-01T00:00:00Z"}`))).To(lab.BeRefusedBy("E2"))
		for _, patch := range []string{`{"suspended": {"reason": "Later"}}`, `{"subscription": {"endsAt": "2099-01-01T00:00:00Z"}}`} {
			Expect(ask(ctx, super, wish(v1alpha1.RequestChange, org.Name, patch))).To(lab.BeRefusedBy("E8"), patch)
		}
		Expect(ask(ctx, super, wish(v1alpha1.RequestChange, org.Name, `{"dispalyName": "Z"}`))).To(MatchError(ContainSubstring("dispalyName")))
		By("and by the schema, when it is carried out")
		wrong := wish(v1alpha1.RequestChange, org.Name, `{"displayName": ""}`)
		Expect(ask(ctx, super, wrong)).To(Succeed())
		Expect(eventuallyTold(ctx, super, wrong, v1alpha1.ReasonRefused).Message).To(ContainSubstring("displayName"))
	}, NodeTimeout(2*time.Minute))

	It("O7: deletes an Organization, unless it is protected", func(ctx context.Context) {
		super := l.As(alice, customers)
		Expect(ask(ctx, as, wish(v1alpha1.RequestDelete, org.Name, ""))).To(lab.BeRefusedBy("R4"))
		Expect(lab.Change(ctx, l.Platform, org, func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = true })).To(Succeed())
		Expect(ask(ctx, super, wish(v1alpha1.RequestDelete, org.Name, ""))).To(lab.BeRefusedBy("O7"))
		Expect(lab.Change(ctx, l.Platform, org, func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = false })).To(Succeed())
		r := wish(v1alpha1.RequestDelete, org.Name, "")
		Expect(ask(ctx, super, r)).To(Succeed())
		eventuallyTold(ctx, super, r, v1alpha1.ReasonTerminating)
		l.EventuallyGone(ctx, org)
	}, NodeTimeout(3*time.Minute))

	It("U3: tells no names, and has none that its author chose", func(ctx context.Context) {
		foreign := l.Organization(ctx, lab.Person("bob"), 10)
		ended := l.Organization(ctx, lab.Person("bob"), 10)
		Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, ended) })).To(Succeed())
		l.EventuallyGone(ctx, ended)
		for action, patch := range map[v1alpha1.RequestAction]string{
			v1alpha1.RequestChooseDefault: "", v1alpha1.RequestLeave: "", v1alpha1.RequestDelete: "", v1alpha1.RequestChange: `{"displayName": "Mine"}`,
		} {
			nowhere := ask(ctx, as, wish(action, "nowhere", patch))
			Expect(nowhere).To(HaveOccurred())
			for _, name := range []string{foreign.Name, ended.Name} {
				Expect(ask(ctx, as, wish(action, name, patch))).To(MatchError(nowhere.Error()), "%s %s", action, name)
			}
		}
		for _, wrong := range []string{"[]", `{"displayName": 1}`, `{"nothing": true}`} {
			there, nowhere := ask(ctx, as, wish(v1alpha1.RequestChange, foreign.Name, wrong)), ask(ctx, as, wish(v1alpha1.RequestChange, "nowhere", wrong))
			Expect(there).To(MatchError(nowhere.Error()), wrong)
		}
		named := wish(v1alpha1.RequestLeave, org.Name, "")
		named.Name, named.GenerateName = "mine", ""
		Expect(ask(ctx, as, named)).To(lab.BeRefusedBy("U3"))
		posed := wish(v1alpha1.RequestLeave, org.Name, "")
		posed.Spec.User = alice
		Expect(ask(ctx, as, posed)).To(lab.BeRefusedBy("R9"), "an act for another")
	}, NodeTimeout(2*time.Minute))

	It("R4, O7: gives the operator no more power than its author has, when it is carried out", func(ctx context.Context) {
		operator := l.As(operatorAccount, "system:serviceaccounts", "system:serviceaccounts:polyorg-system", "system:authenticated")
		By("writing for a request whose author is no administrator")
		r := wish(v1alpha1.RequestChooseDefault, org.Name, "")
		Expect(ask(ctx, as, r)).To(Succeed())
		mine := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"displayName":"Mine"}}`))
		write := func(owner string) error {
			return operator.Patch(ctx, org.DeepCopy(), mine, client.FieldOwner(owner))
		}
		Expect(write(v1alpha1.RequestFieldOwner(r.Name))).To(lab.BeRefusedBy("R4"))
		By("writing for a request that is done, or that there is not")
		super := l.As(alice, customers)
		done := wish(v1alpha1.RequestChange, org.Name, `{"displayName": "Zylker Labs"}`)
		Expect(ask(ctx, super, done)).To(Succeed())
		eventuallyTold(ctx, super, done, v1alpha1.ReasonChanged)
		Expect(write(v1alpha1.RequestFieldOwner(done.Name))).To(lab.BeRefusedBy("R4"))
		Expect(write(v1alpha1.RequestFieldOwner("nothing"))).To(lab.BeRefusedBy("R4"))
		By("deleting an Organization that nobody asks to delete")
		Expect(operator.Delete(ctx, org.DeepCopy())).To(lab.BeRefusedBy("O7"))
	}, NodeTimeout(2*time.Minute))

	It("I6: warns of what follows from a change, as the change itself does", func(ctx context.Context) {
		lab.Create(ctx, l.Platform, lab.NewInvitation(org, lab.Person("guest")))
		restricts := wish(v1alpha1.RequestChange, org.Name, `{"ipRestriction": {"allowedCIDRs": ["203.0.113.0/24"]}}`)
		Expect(warned(ctx, alice, func(c client.Client) error { return c.Create(ctx, restricts) })).To(ContainElement(ContainSubstring("[I6]")))
	}, NodeTimeout(time.Minute))

	It("R9: is made at most so often an hour, by any number of attempts at once", func(ctx context.Context) {
		super := l.As(alice, customers)
		answers := lab.AtOnce(ctx, rules.RequestsKept+10, func(int) error {
			return askUntilNoOtherIsUnderWay(ctx, super, wish(v1alpha1.RequestChange, org.Name, `{"displayName": "Zylker"}`))
		})
		Expect(lab.Succeeded(answers)).To(Equal(rules.RequestsKept), "%v", answers)
		Expect(answers).To(HaveEach(Or(BeNil(), lab.BeRefusedBy("R9"))))
		Expect(ask(ctx, super, wish(v1alpha1.RequestChooseDefault, org.Name, ""))).To(And(lab.BeRefusedBy("R9"), MatchError(ContainSubstring("LimitExceeded"))))
		Expect(ask(ctx, as, wish(v1alpha1.RequestLeave, org.Name, ""))).To(Succeed(), "nobody else is bounded by it")
	}, NodeTimeout(3*time.Minute))

	It("R9: is one of its kind at a time", func(ctx context.Context) {
		answers := lab.AtOnce(ctx, 20, func(int) error { return ask(ctx, as, wish(v1alpha1.RequestLeave, org.Name, "")) })
		Expect(lab.Succeeded(answers)).To(Equal(1), "%v", answers)
	}, NodeTimeout(time.Minute))
})

// askUntilNoOtherIsUnderWay makes a request again while the same one is under way.
func askUntilNoOtherIsUnderWay(ctx context.Context, as client.Client, r *v1alpha1.OrganizationRequest) error {
	for {
		err := ask(ctx, as, r)
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "under way") {
			return err
		}
	}
}
