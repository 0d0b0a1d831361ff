// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// change reads an object, changes it, and writes it as somebody, until the answer is final.
func change[T client.Object](ctx context.Context, c client.Client, object T, edit func(T)) error {
	return lab.Insist(ctx, func() error {
		current := object.DeepCopyObject().(T)
		if err := platform.Get(ctx, client.ObjectKeyFromObject(object), current); err != nil {
			return err
		}
		edit(current)
		return c.Update(ctx, current)
	})
}

var _ = Describe("Authority", Ordered, func() {
	var (
		org                                                *v1alpha1.Organization
		owner, admin, second, standard, outsider           string
		adminMembership, secondMembership, standardsMember *v1alpha1.Membership
	)

	BeforeAll(func(ctx SpecContext) {
		owner, admin, second, standard, outsider = lab.Person("owner"), lab.Person("admin"), lab.Person("second"), lab.Person("standard"), lab.Person("outsider")
		org = organization(ctx, owner, 20)
		adminMembership, secondMembership = lab.NewMembership(org, admin, v1alpha1.RoleAdministrator), lab.NewMembership(org, second, v1alpha1.RoleAdministrator)
		standardsMember = lab.NewMembership(org, standard, v1alpha1.RoleStandard)
		for _, m := range []*v1alpha1.Membership{lab.NewMembership(org, owner, v1alpha1.RoleAdministrator), adminMembership, secondMembership, standardsMember} {
			Expect(platform.Create(ctx, m)).To(Succeed())
			lab.Grant(ctx, platform, m)
		}
	})

	// refuses expects a Forbidden that cites a rule.
	refuses := func(err error, rule string) {
		GinkgoHelper()
		Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%v", err)
		Expect(err).To(MatchError(ContainSubstring("[" + rule + "]")))
	}

	It("O1, O2, O3, O4, E2, U2: lets only some people create an organization", func(ctx SpecContext) {
		create := func(actor string, edit func(*v1alpha1.Organization)) error {
			o := lab.NewOrganization(actor, 0)
			edit(o)
			return as(actor).Create(ctx, o, client.DryRunAll)
		}
		asIs := func(*v1alpha1.Organization) {}
		refuses(create(standard, asIs), "O1")
		refuses(create(outsider, asIs), "O2")
		refuses(create(admin, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = standard }), "O3")
		refuses(create(admin, func(o *v1alpha1.Organization) {
			o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionUltimate, Licenses: 5}
		}), "O4")
		refuses(create(admin, func(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = &metav1.Time{Time: time.Now().Add(time.Hour)} }), "E2")
		refuses(create(owner, func(o *v1alpha1.Organization) { o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: "Later"} }), "E8")
		refuses(create("robot", func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = admin }), "U2")
		Expect(create(admin, asIs)).To(Succeed())
		Expect(create(owner, asIs)).To(Succeed())
		refuses(platform.Create(ctx, lab.NewOrganization(standard, 0), client.DryRunAll), "O1")
		Expect(platform.Create(ctx, lab.NewOrganization(outsider, 0), client.DryRunAll)).To(Succeed())
	})

	It("A3, R2, R4, E2, E8: lets only some people change one", func(ctx SpecContext) {
		rename := func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: lab.Unique("shop")} }
		refuses(change(ctx, as(admin), org, rename), "A3")
		Expect(change(ctx, as(owner), org, rename)).To(Succeed())
		describe := func(o *v1alpha1.Organization) { o.Spec.DisplayName += "!" }
		refuses(change(ctx, as(standard), org, describe), "R4")
		refuses(change(ctx, as(outsider), org, describe), "R4")
		Expect(change(ctx, as(admin), org, describe)).To(Succeed())
		refuses(change(ctx, as(owner), org, func(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = &metav1.Time{Time: time.Now()} }), "E2")
		suspend := func(o *v1alpha1.Organization) {
			o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: "Unpaid invoices"}
		}
		refuses(change(ctx, as(owner), org, suspend), "E8")
		Expect(change(ctx, platform, org, suspend)).To(Succeed())
		refuses(change(ctx, as(owner), org, func(o *v1alpha1.Organization) { o.Spec.Suspended = nil }), "E8")
		refuses(lab.Insist(ctx, func() error {
			return as(admin).Create(ctx, lab.NewInvitation(org, lab.Person("carol")), client.DryRunAll)
		}), "E8")
		Expect(change(ctx, platform, org, func(o *v1alpha1.Organization) { o.Spec.Suspended = nil })).To(Succeed())
		refuses(change(ctx, as(admin), org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = admin }), "R2")
		refuses(change(ctx, as(owner), org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = standard }), "R2")
		refuses(change(ctx, platform, org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = outsider }), "R2")
		Expect(change(ctx, as(owner), org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = admin })).To(Succeed())
		Expect(change(ctx, as(admin), org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = owner })).To(Succeed())
	})

	It("R3, R4, R5, R6: lets only some people write memberships", func(ctx SpecContext) {
		own := &v1alpha1.Membership{}
		all := &v1alpha1.MembershipList{}
		Expect(platform.List(ctx, all, client.InNamespace(v1alpha1.NamespacePrefix+org.Name))).To(Succeed())
		for _, m := range all.Items {
			if m.Spec.User == owner {
				own = m.DeepCopy()
			}
		}
		suspend := func(m *v1alpha1.Membership) { m.Spec.Suspended = true }
		lower := func(m *v1alpha1.Membership) { m.Spec.Role = v1alpha1.RoleStandard }
		raise := func(m *v1alpha1.Membership) { m.Spec.Role = v1alpha1.RoleAdministrator }
		refuses(as(admin).Create(ctx, lab.NewMembership(org, outsider, v1alpha1.RoleStandard)), "R5")
		refuses(change(ctx, platform, own, lower), "R3")
		refuses(change(ctx, as(owner), own, suspend), "R3")
		refuses(as(owner).Delete(ctx, own), "R3")
		refuses(change(ctx, as(standard), standardsMember, raise), "R4")
		refuses(change(ctx, as(outsider), standardsMember, suspend), "R4")
		refuses(change(ctx, as(admin), secondMembership, lower), "R4")
		refuses(change(ctx, as(admin), secondMembership, suspend), "R4")
		refuses(as(admin).Delete(ctx, secondMembership), "R4")
		refuses(as(second).Delete(ctx, own), "R3")
		refuses(as(outsider).Delete(ctx, standardsMember), "R4")
		Expect(change(ctx, as(admin), standardsMember, suspend)).To(Succeed())
		Expect(change(ctx, as(admin), standardsMember, func(m *v1alpha1.Membership) { m.Spec.Suspended = false })).To(Succeed())
		Expect(lab.Insist(ctx, func() error { return as(standard).Delete(ctx, standardsMember) })).To(Succeed(), "R6")
		Expect(lab.Insist(ctx, func() error { return as(owner).Delete(ctx, secondMembership) })).To(Succeed())
	})

	It("R4, I7, I2, U3: lets only some people invite, and only the invitee answer", func(ctx SpecContext) {
		inv := lab.NewInvitation(org, outsider)
		refuses(as(second).Create(ctx, inv.DeepCopy()), "R4")
		other := inv.DeepCopy()
		other.Spec.InvitedBy = owner
		refuses(as(admin).Create(ctx, other), "R4")
		Expect(as(admin).Create(ctx, inv)).To(Succeed())
		for _, stranger := range []string{admin, owner, standard} {
			err := as(stranger).Create(ctx, lab.NewResponse(inv, v1alpha1.DecisionAccept))
			refuses(err, "I7")
			missing := inv.DeepCopy()
			missing.Name = "missing"
			Expect(as(stranger).Create(ctx, lab.NewResponse(missing, v1alpha1.DecisionAccept))).To(MatchError(err.Error()), "nobody learns whether there is one")
		}
		refuses(platform.Create(ctx, lab.NewResponse(inv, v1alpha1.DecisionAccept)), "I7")
		forged := lab.NewResponse(inv, v1alpha1.DecisionAccept)
		forged.Spec.Author, forged.Spec.Invitee, forged.Spec.Role = admin, admin, v1alpha1.RoleAdministrator
		Expect(as(outsider).Create(ctx, forged)).To(Succeed())
		Expect(forged.Spec.Author).To(Equal(outsider))
		Expect(forged.Spec.Invitee).To(Equal(outsider))
		Expect(forged.Spec.Role).To(Equal(v1alpha1.RoleStandard), "what was offered, not what was asked for")
		Expect(forged.Spec.InvitationUID).To(Equal(inv.UID))
	})

	It("O7: lets only the platform keep an object by a finalizer or an owner", func(ctx SpecContext) {
		o := lab.NewOrganization(admin, 0)
		o.Finalizers = []string{"example.com/keep"}
		refuses(as(admin).Create(ctx, o), "O7")
		o.Finalizers, o.OwnerReferences = nil, []metav1.OwnerReference{{APIVersion: "v1", Kind: "Namespace", Name: "default", UID: "1"}}
		refuses(as(admin).Create(ctx, o), "O7")
		refuses(change(ctx, as(admin), adminMembership, func(m *v1alpha1.Membership) { m.Finalizers = []string{"example.com/keep"} }), "O7")
		Expect(change(ctx, platform, adminMembership, func(m *v1alpha1.Membership) { m.Finalizers = []string{"example.com/keep"} })).To(Succeed())
		refuses(change(ctx, as(admin), adminMembership, func(m *v1alpha1.Membership) { m.Finalizers = nil }), "R4")
		Expect(change(ctx, platform, adminMembership, func(m *v1alpha1.Membership) { m.Finalizers = nil })).To(Succeed())
	})

	It("R4: lets only the platform remove or rewrite an owner reference", func(ctx SpecContext) {
		owner := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: adminMembership.Namespace, Name: "owner"}}
		Expect(platform.Create(ctx, owner)).To(Succeed())
		tie := metav1.OwnerReference{APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID, BlockOwnerDeletion: new(true)}
		tied := func(o metav1.OwnerReference) func(*v1alpha1.Membership) {
			return func(m *v1alpha1.Membership) { m.OwnerReferences = []metav1.OwnerReference{o} }
		}
		Expect(change(ctx, platform, adminMembership, tied(tie))).To(Succeed())
		rewritten := tie
		rewritten.BlockOwnerDeletion = new(false)
		refuses(change(ctx, as(admin), adminMembership, tied(rewritten)), "R4")
		refuses(change(ctx, as(admin), adminMembership, func(m *v1alpha1.Membership) { m.OwnerReferences = nil }), "R4")
		Expect(change(ctx, platform, adminMembership, func(m *v1alpha1.Membership) { m.OwnerReferences = nil })).To(Succeed())
	})

	// The API server adds a finalizer during the deletion, and admission is asked only about the deletion. The garbage collector, which is no
	// platform actor here, removes it again.
	It("R4: lets people delete with any propagation policy, and leaves other finalizers to the platform", func(ctx SpecContext) {
		kept := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"finalizers":["example.com/keep"]}}`))
		free := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`))
		for _, policy := range []metav1.DeletionPropagation{metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan, metav1.DeletePropagationBackground} {
			inv := lab.NewInvitation(org, lab.Person("guest"))
			Expect(as(admin).Create(ctx, inv)).To(Succeed())
			Expect(lab.Insist(ctx, func() error { return platform.Patch(ctx, inv, kept) })).To(Succeed())
			Expect(lab.Insist(ctx, func() error { return as(admin).Delete(ctx, inv, client.PropagationPolicy(policy)) })).To(Succeed())
			Eventually(func(g Gomega) {
				g.Expect(platform.Get(ctx, client.ObjectKeyFromObject(inv), inv)).To(Succeed())
				g.Expect(inv.DeletionTimestamp).NotTo(BeNil())
				g.Expect(inv.Finalizers).To(ConsistOf("example.com/keep"))
			}).WithContext(ctx).Should(Succeed())
			refuses(as(admin).Patch(ctx, inv.DeepCopy(), free), "R4")
			Expect(lab.Insist(ctx, func() error { return platform.Patch(ctx, inv, free) })).To(Succeed())
			Expect(platform.Get(ctx, client.ObjectKeyFromObject(inv), inv)).To(Satisfy(apierrors.IsNotFound))
		}
	})

	It("R7: gives no power to a member without a place, and tells one that waits for it to try again", func(ctx SpecContext) {
		surplus := lab.NewMembership(org, lab.Person("surplus"), v1alpha1.RoleAdministrator)
		Expect(platform.Create(ctx, surplus)).To(Succeed())
		invites := func() error {
			return as(surplus.Spec.User).Create(ctx, lab.NewInvitation(org, lab.Person("guest")), client.DryRunAll)
		}
		asked := make(chan error, 1)
		go func() { asked <- lab.Insist(ctx, invites) }()
		lab.Grant(ctx, platform, surplus)
		Eventually(asked).WithContext(ctx).Should(Receive(BeNil()), "asked to try again until then, never refused")
		withhold := client.RawPatch(types.MergePatchType, []byte(`{"status":{"conditions":[{"type":"Granted","status":"False","reason":"OverLimit","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`))
		Expect(platform.Status().Patch(ctx, surplus, withhold)).To(Succeed())
		Eventually(func() error { return lab.Insist(ctx, invites) }).WithContext(ctx).Should(lab.BeRefusedBy("R4"))
		Expect(platform.Delete(ctx, surplus)).To(Succeed())
	})

	It("U3: tells a stranger nothing of an invitation that was answered", func(ctx SpecContext) {
		guest := lab.Person("guest")
		inv := lab.NewInvitation(org, guest)
		Expect(as(admin).Create(ctx, inv)).To(Succeed())
		Expect(lab.Insist(ctx, func() error { return as(guest).Create(ctx, lab.NewResponse(inv, v1alpha1.DecisionDecline)) })).To(Succeed())
		err := as(outsider).Create(ctx, lab.NewResponse(inv, v1alpha1.DecisionAccept))
		refuses(err, "I7")
		Expect(err).NotTo(MatchError(ContainSubstring("answered already")))
	})

	It("U3: gives answers their names, so that nobody meets another's", func(ctx SpecContext) {
		guests := []string{lab.Person("bob"), lab.Person("bob")}
		var inv *v1alpha1.Invitation
		var answers []string
		for _, guest := range guests {
			inv = lab.NewInvitation(org, guest)
			Expect(lab.Insist(ctx, func() error { return as(admin).Create(ctx, inv) })).To(Succeed())
			answer := lab.NewResponse(inv, v1alpha1.DecisionDecline)
			answer.GenerateName = "bob-"
			Expect(lab.Insist(ctx, func() error { return as(guest).Create(ctx, answer) })).To(Succeed())
			answers = append(answers, answer.Name)
		}
		Expect(answers[0]).NotTo(Equal(answers[1]))
		for _, name := range []string{answers[0], answers[1], "bob-of-nobody"} {
			for _, who := range append(guests, outsider, owner) {
				named := lab.NewResponse(inv, v1alpha1.DecisionAccept)
				named.Name, named.GenerateName = name, "bob-"
				Expect(as(who).Create(ctx, named)).To(And(lab.BeRefusedBy("U3"), MatchError(apierrors.IsInvalid, "IsInvalid")), "%s as %s", name, who)
			}
		}
	})

	It("U3: hides a taken name from people who may not create the object", func(ctx SpecContext) {
		reserved := &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: lab.Unique("kept") + ".example.org"}}
		invited := lab.NewInvitation(org, lab.Person("guest"))
		for _, there := range []client.Object{reserved, invited} {
			lab.Create(ctx, platform, there)
		}
		for _, there := range []client.Object{reserved, invited, adminMembership} {
			free := there.DeepCopyObject().(client.Object)
			free.SetName(lab.Unique("free") + ".example.org")
			said := func(o client.Object) error {
				o = o.DeepCopyObject().(client.Object)
				o.SetResourceVersion("")
				o.SetUID("")
				return as(outsider).Create(ctx, o)
			}
			is, isNot := said(there), said(free)
			Expect(is).To(MatchError(apierrors.IsForbidden, "IsForbidden"), "%T", there)
			Expect(isNot).To(MatchError(is.Error()), "%T, whether there is one or not", there)
		}
	})

	It("I6: lets an invitee decline from the list an invitation that only the e-mail can accept", func(ctx SpecContext) {
		plus := organization(ctx, lab.Person("plus"), 9, func(o *v1alpha1.Organization) { o.Spec.Subscription.Edition = v1alpha1.EditionCRMPlus })
		guest := lab.Person("guest")
		inv := lab.NewInvitation(plus, guest)
		lab.Create(ctx, platform, inv)
		refuses(as(guest).Create(ctx, lab.NewResponse(inv, v1alpha1.DecisionAccept)), "I6")
		refuses(as(outsider).Create(ctx, lab.NewResponse(inv, v1alpha1.DecisionDecline)), "I7")
		Expect(lab.Insist(ctx, func() error { return as(guest).Create(ctx, lab.NewResponse(inv, v1alpha1.DecisionDecline)) })).To(Succeed())
	})

	It("R3, R8: admits no organization whose super admin has no power there", func(ctx SpecContext) {
		late := lab.NewOrganization(lab.Person("late"), 0)
		Expect(platform.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.NamespacePrefix + late.Name}})).To(Succeed())
		early := lab.NewMembership(late, late.Spec.SuperAdmin, v1alpha1.RoleAdministrator)
		early.Spec.Suspended = true
		Expect(platform.Create(ctx, early)).To(Succeed())
		refuses(lab.Insist(ctx, func() error { return platform.Create(ctx, late.DeepCopy()) }), "R3")
	})

	It("F2, U1: lets people choose their own default, and nothing else of a User", func(ctx SpecContext) {
		user := &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(admin)}, Spec: v1alpha1.UserSpec{Email: admin}}
		refuses(as(admin).Create(ctx, user.DeepCopy()), "U1")
		Expect(platform.Create(ctx, user)).To(Succeed())
		choose := func(name string) func(*v1alpha1.User) {
			return func(u *v1alpha1.User) { u.Spec.DefaultOrganization = name }
		}
		refuses(change(ctx, as(owner), user, choose(org.Name)), "F2")
		refuses(change(ctx, as(admin), user, choose("elsewhere")), "F2")
		Expect(change(ctx, as(admin), user, choose(org.Name))).To(Succeed())
	})

	It("R8: admits a platform's objects in any order, and judges the organization with the existing ones", func(ctx SpecContext) {
		late := lab.NewOrganization(outsider, 0)
		late.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionEnterprise, Licenses: 2}
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.NamespacePrefix + late.Name}}
		Expect(platform.Create(ctx, namespace)).To(Succeed())
		early := lab.NewMembership(late, lab.Person("early"), v1alpha1.RoleAdministrator)
		Expect(platform.Create(ctx, early)).To(Succeed())
		Expect(platform.Create(ctx, lab.NewMembership(late, lab.Person("early"), v1alpha1.RoleStandard))).To(Succeed())
		refuses(as(early.Spec.User).Create(ctx, lab.NewInvitation(late, lab.Person("guest"))), "R4")
		Expect(lab.Insist(ctx, func() error { return platform.Create(ctx, late.DeepCopy()) })).To(MatchError(ContainSubstring("[E5]")))
		late.Spec.Subscription.Licenses = 3
		lab.Create(ctx, platform, late)
		Expect(lab.Insist(ctx, func() error {
			return platform.Create(ctx, lab.NewMembership(late, lab.Person("x"), v1alpha1.RoleStandard))
		})).To(MatchError(ContainSubstring("[E5]")))
	})

	It("O7: lets only some people delete an organization, and nobody while it is protected", func(ctx SpecContext) {
		protect := func(on bool) func(*v1alpha1.Organization) {
			return func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = on }
		}
		Expect(change(ctx, as(owner), org, protect(true))).To(Succeed())
		refuses(lab.Insist(ctx, func() error { return platform.Delete(ctx, org) }), "O7")
		Expect(change(ctx, as(owner), org, protect(false))).To(Succeed())
		refuses(lab.Insist(ctx, func() error { return as(outsider).Delete(ctx, org) }), "O7")

		By("asking to try again while there is no finalizer: no operator runs here to add it")
		err := as(admin).Delete(ctx, org)
		Expect(err).To(And(Satisfy(apierrors.IsTooManyRequests), MatchError(ContainSubstring("is not prepared yet; try again [O7]"))))
		after, asked := apierrors.SuggestsClientDelay(err)
		Expect(asked && after > 0).To(BeTrue())
		Expect(change(ctx, platform, org, func(o *v1alpha1.Organization) { o.Finalizers = []string{v1alpha1.OrganizationFinalizer} })).To(Succeed())
		Expect(lab.Insist(ctx, func() error { return as(admin).Delete(ctx, org) })).To(Succeed())

		By("admitting nothing new from then on, and the same deletion at any time")
		for _, edit := range []func(*v1alpha1.Organization){protect(true), func(o *v1alpha1.Organization) {
			o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: "crm.zylker.com"}
		}, func(o *v1alpha1.Organization) { o.Spec.Subscription.Licenses++ }, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = admin }} {
			refuses(change(ctx, platform, org, edit), "O7")
		}
		Expect(change(ctx, platform, org, func(*v1alpha1.Organization) {})).To(Succeed())
	})

	It("refuses nonsense, by field", func(ctx SpecContext) {
		for _, c := range []struct {
			edit  func(*v1alpha1.Organization)
			field string
		}{
			{func(o *v1alpha1.Organization) { o.Spec.TimeZone = "Europe/Zylker" }, "spec.timeZone"},
			{func(o *v1alpha1.Organization) { o.Spec.Locale = "xx-yy-zz-aaaaaaaaaa" }, "spec.locale"},
			{func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: "login"} }, "spec.accessURL.name"},
			{func(o *v1alpha1.Organization) {
				o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: "a." + baseDomain}
			}, "spec.accessURL.customDomain"},
			{func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: "co.uk"} }, "spec.accessURL.customDomain"},
			{func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: "xn--a.com"} }, "spec.accessURL.customDomain"},
			{func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: "xn--80ak6aa92e"} }, "spec.accessURL.name"},
			{func(o *v1alpha1.Organization) { o.Name = "www" }, "metadata.name"},
		} {
			o := lab.NewOrganization(outsider, 0)
			c.edit(o)
			err := platform.Create(ctx, o)
			Expect(apierrors.IsInvalid(err)).To(BeTrue(), "%v", err)
			Expect(err).To(MatchError(ContainSubstring(c.field)))
		}
		inUse := &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: organization(ctx, lab.Person("holder"), 0).Name + "." + baseDomain}}
		Expect(platform.Create(ctx, inUse)).To(And(Satisfy(apierrors.IsInvalid), MatchError(ContainSubstring("metadata.name"))))
		astray := lab.NewMembership(lab.NewOrganization(outsider, 0), outsider, v1alpha1.RoleStandard)
		astray.Namespace = "default"
		Expect(platform.Create(ctx, astray)).To(MatchError(ContainSubstring("starts with org-")))
	})
})
