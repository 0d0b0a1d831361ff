// SPDX-License-Identifier: Apache-2.0

package endoflife

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// shows makes a change, and returns when a person's User is as it should be. It reports the time from the change until then.
func shows(ctx context.Context, email, after string, change func(), should func(Gomega, *v1alpha1.User)) *v1alpha1.User {
	GinkgoHelper()
	var u *v1alpha1.User
	began := time.Now()
	change()
	accepted := time.Now()
	Eventually(func(g Gomega) {
		u = l.User(ctx, email)
		g.Expect(u).NotTo(BeNil())
		should(g, u)
	}).WithContext(ctx).WithPolling(10 * time.Millisecond).Should(Succeed())
	AddReportEntry("User right after "+after, time.Since(accepted).Round(time.Millisecond).String()+
		" (the change itself took "+accepted.Sub(began).Round(time.Millisecond).String()+")")
	return u
}

// byDefault expects a User's default organization, or none, with a reason.
func byDefault(organization, reason string) func(Gomega, *v1alpha1.User) {
	return func(g Gomega, u *v1alpha1.User) {
		g.Expect(u.Status.DefaultOrganization).To(Equal(organization))
		g.Expect(lab.Condition(u, v1alpha1.ConditionDefaultOrganizationChosen)).To(HaveValue(HaveField("Reason", reason)))
	}
}

// standing expects an organization in a User's list, active or not.
func standing(organization string, active bool) func(Gomega, *v1alpha1.User) {
	return func(g Gomega, u *v1alpha1.User) {
		g.Expect(u.Status.Organizations).To(ContainElement(And(HaveField("Name", organization), HaveField("Active", active))))
	}
}

func both(first, second func(Gomega, *v1alpha1.User)) func(Gomega, *v1alpha1.User) {
	return func(g Gomega, u *v1alpha1.User) { first(g, u); second(g, u) }
}

var _ = Describe("A person's User", Ordered, func() {
	var mary, first, second *v1alpha1.Organization

	BeforeAll(func(ctx context.Context) {
		mary, first, second = l.Organization(ctx, lab.Person("mary"), 20), l.Organization(ctx, lab.Person("paul"), 20), l.Organization(ctx, lab.Person("anna"), 20)
	})

	chooses := func(ctx context.Context, email, organization string) error {
		return lab.Change(ctx, l.Platform, l.User(ctx, email), func(u *v1alpha1.User) { u.Spec.DefaultOrganization = organization })
	}
	suspend := func(ctx context.Context, m *v1alpha1.Membership, suspended bool) func() {
		return func() {
			Expect(lab.Change(ctx, l.Platform, m, func(m *v1alpha1.Membership) { m.Spec.Suspended = suspended })).To(Succeed())
		}
	}
	remove := func(ctx context.Context, m *v1alpha1.Membership) func() {
		return func() { Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, m) })).To(Succeed()) }
	}

	It("asks for a choice when the default is lost, and chooses none by itself (F1–F3)", func(ctx context.Context) {
		alice := lab.Person("alice")
		inFirst, inSecond := lab.NewMembership(first, alice, v1alpha1.RoleStandard), lab.NewMembership(second, alice, v1alpha1.RoleStandard)
		shows(ctx, alice, "joining", func() { lab.Create(ctx, l.Platform, inFirst) }, byDefault(first.Name, v1alpha1.ReasonFirstOrganization))
		shows(ctx, alice, "joining another", func() { lab.Create(ctx, l.Platform, inSecond) },
			both(byDefault(first.Name, v1alpha1.ReasonFirstOrganization), standing(second.Name, true)))

		due := byDefault("", v1alpha1.ReasonChoiceDue)
		shows(ctx, alice, "being suspended", suspend(ctx, inFirst, true), both(due, standing(first.Name, false)))
		Expect(chooses(ctx, alice, first.Name)).To(lab.BeRefusedBy("F2"), "it gives no access")
		shows(ctx, alice, "being reinstated", suspend(ctx, inFirst, false), both(due, standing(first.Name, true)))
		shows(ctx, alice, "choosing", func() { Expect(chooses(ctx, alice, second.Name)).To(Succeed()) },
			byDefault(second.Name, v1alpha1.ReasonChosen))

		shows(ctx, alice, "being removed", remove(ctx, inSecond), due)
		again := lab.NewMembership(second, alice, v1alpha1.RoleStandard)
		shows(ctx, alice, "coming back to what they chose", func() { lab.Create(ctx, l.Platform, again) }, byDefault(second.Name, v1alpha1.ReasonChosen))
		ending := l.Organization(ctx, lab.Person("zoe"), 20)
		lab.Create(ctx, l.Platform, lab.NewMembership(ending, alice, v1alpha1.RoleStandard))
		Eventually(func() error { return chooses(ctx, alice, ending.Name) }).WithContext(ctx).Should(Succeed())
		shows(ctx, alice, "their choice coming into force", func() {}, byDefault(ending.Name, v1alpha1.ReasonChosen))
		shows(ctx, alice, "the organization being deleted", func() { deletes(ctx, ending) }, due)
	})

	It("is deleted with the last organization, and starts anew (F1)", func(ctx context.Context) {
		bob := lab.Person("bob")
		l.Member(ctx, first, bob, v1alpha1.RoleStandard)
		m := l.Member(ctx, second, bob, v1alpha1.RoleStandard)
		Expect(chooses(ctx, bob, second.Name)).To(Succeed())
		var all v1alpha1.MembershipList
		Expect(l.Platform.List(ctx, &all)).To(Succeed())
		for i := range all.Items {
			if all.Items[i].Spec.User == bob {
				remove(ctx, &all.Items[i])()
			}
		}
		Eventually(func() *v1alpha1.User { return l.User(ctx, bob) }).WithContext(ctx).Should(BeNil())
		m.ObjectMeta = metav1.ObjectMeta{Namespace: lab.NamespaceOf(mary), Name: "bob"}
		shows(ctx, bob, "joining again", func() { lab.Create(ctx, l.Platform, m) }, byDefault(mary.Name, v1alpha1.ReasonFirstOrganization))
	})

	It("stays while there is an invitation, and still asks for a choice (F3)", func(ctx context.Context) {
		carol := lab.Person("carol")
		m := l.Member(ctx, first, carol, v1alpha1.RoleStandard)
		inv := lab.Create(ctx, l.Platform, lab.NewInvitation(second, carol))
		shows(ctx, carol, "being invited", func() {}, func(g Gomega, u *v1alpha1.User) { g.Expect(u.Status.Invitations).To(HaveLen(1)) })
		due := byDefault("", v1alpha1.ReasonChoiceDue)
		shows(ctx, carol, "leaving", remove(ctx, m), due)
		shows(ctx, carol, "accepting", func() { accept(ctx, inv) }, both(due, standing(second.Name, true)))
		shows(ctx, carol, "choosing", func() { Expect(chooses(ctx, carol, second.Name)).To(Succeed()) },
			byDefault(second.Name, v1alpha1.ReasonChosen))
	})

	It("still asks for one while their other organizations give no access (F3)", func(ctx context.Context) {
		frank := lab.Person("frank")
		lost, other := l.Member(ctx, first, frank, v1alpha1.RoleStandard), l.Member(ctx, second, frank, v1alpha1.RoleStandard)
		shows(ctx, frank, "joining", func() {}, byDefault(first.Name, v1alpha1.ReasonFirstOrganization))
		due := byDefault("", v1alpha1.ReasonChoiceDue)
		shows(ctx, frank, "being suspended", suspend(ctx, other, true), standing(second.Name, false))
		shows(ctx, frank, "leaving the default", remove(ctx, lost), due)
		shows(ctx, frank, "being reinstated", suspend(ctx, other, false), both(due, standing(second.Name, true)))
	})

	It("that Git has is kept without any organization, and never made anew", func(ctx context.Context) {
		dave := lab.Person("dave")
		git := lab.Create(ctx, l.Platform, &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(dave)}, Spec: v1alpha1.UserSpec{Email: dave}})
		none := byDefault("", v1alpha1.ReasonNoOrganization)
		shows(ctx, dave, "being written", func() {}, none)
		m := lab.NewMembership(first, dave, v1alpha1.RoleStandard)
		shows(ctx, dave, "joining", func() { lab.Create(ctx, l.Platform, m) }, byDefault(first.Name, v1alpha1.ReasonFirstOrganization))
		u := shows(ctx, dave, "leaving", remove(ctx, m), byDefault("", v1alpha1.ReasonChoiceDue))
		Expect(u.UID).To(Equal(git.UID))
		Expect(u.Status.Organizations).To(BeEmpty())
		Expect(u.Status.Usage.Organizations.Summary).To(Equal("0/10"))
		Expect(l.Platform.Delete(ctx, u)).To(Succeed())
		l.EventuallyGone(ctx, u)
	})

	It("shows an organization whose trial ended, which is still the default (E3)", func(ctx context.Context) {
		erin := lab.Person("erin")
		org := l.Organization(ctx, erin, 0)
		shows(ctx, erin, "the first organization", func() {}, byDefault(org.Name, v1alpha1.ReasonFirstOrganization))
		shows(ctx, erin, "the end of its trial", func() {
			Expect(lab.Change(ctx, l.Platform, org, func(o *v1alpha1.Organization) {
				o.Spec.TrialEndsAt = &metav1.Time{Time: o.CreationTimestamp.Add(time.Second)}
			})).To(Succeed())
		}, func(g Gomega, u *v1alpha1.User) {
			g.Expect(u.Status.Organizations).To(ConsistOf(And(HaveField("Active", true), HaveField("AccessURL", BeEmpty()))))
			g.Expect(u.Status.DefaultOrganization).To(Equal(org.Name))
		})
	})
})
