// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/test/lab"
)

// inTime is the time within which a waiting object takes free room.
const inTime = time.Second

// limited sets the limits of a user for one spec.
func limited(ctx context.Context, change func(*v1alpha1.LimitsPolicy)) *v1alpha1.PlatformPolicy {
	GinkgoHelper()
	return setPolicy(ctx, v1alpha1.PlatformPolicySpec{Limits: allLimits(9, change)})
}

// allLimits sets all limits to one number, and then some to others.
func allLimits(n int32, change func(*v1alpha1.LimitsPolicy)) *v1alpha1.LimitsPolicy {
	l := &v1alpha1.LimitsPolicy{
		OrganizationsPerUser: new(n), CreatedOrganizationsPerUser: new(n), CreatedCRMPlusPerUser: new(n), InvitedCRMPlusPerUser: new(n),
		InternalZohoOnePerUser: new(n), PendingInvitationsPerUser: new(n), PendingInvitationsPerSuperAdmin: new(n),
	}
	if change != nil {
		change(l)
	}
	return l
}

// surplus waits until an object's status says that it got no place, and names the rule.
func surplus[O client.Object](ctx context.Context, obj O, reason, rule string) O {
	GinkgoHelper()
	return eventually(ctx, obj, func(g Gomega, obj O) {
		granted := condition(obj, v1alpha1.ConditionGranted)
		g.Expect(granted.Status).To(Equal(metav1.ConditionFalse))
		g.Expect(granted.Reason).To(Equal(reason))
		g.Expect(granted.Message).To(ContainSubstring("[" + rule + "]"))
		g.Expect(condition(obj, v1alpha1.ConditionReady).Reason).To(Equal(reason))
		g.Expect(condition(obj, v1alpha1.ConditionStalled).Status).To(Equal(metav1.ConditionTrue))
	})
}

// byRank sorts objects by their rank: several may be made in one second.
func byRank[O client.Object](objects []O) {
	slices.SortFunc(objects, func(a, b O) int {
		if rules.RankOf(a).Before(rules.RankOf(b)) {
			return -1
		}
		return 1
	})
}

// onEdition makes an organization on an edition, in service.
func onEdition(ctx context.Context, edition v1alpha1.Edition, superAdmin string) *v1alpha1.Organization {
	GinkgoHelper()
	org := organization(lab.Unique("zylker"), superAdmin)
	org.Spec.Subscription = &v1alpha1.Subscription{Edition: edition, Licenses: 9}
	return becomes(ctx, create(ctx, org), v1alpha1.ReasonActive)
}

var _ = Describe("Of objects that got past admission", func() {
	It("the eldest memberships of a user have power, and the next when there is room (L1)", func(ctx context.Context) {
		alice := lab.Person("alice")
		var organizations []*v1alpha1.Organization
		for range 4 {
			organizations = append(organizations, settled(ctx, lab.Unique("zylker"), lab.Person("john")))
		}
		policy := setPolicy(ctx, v1alpha1.PlatformPolicySpec{Limits: allLimits(0, nil)})
		var all []*v1alpha1.Membership
		for _, org := range organizations {
			all = append(all, surplus(ctx, create(ctx, membership(org.Name, alice)), v1alpha1.ReasonOverLimit, "L1"))
		}
		byRank(all)
		change(ctx, policy, func(p *v1alpha1.PlatformPolicy) { p.Spec.Limits.OrganizationsPerUser = new(int32(2)) })
		becomes(ctx, all[0], v1alpha1.ReasonActive)
		becomes(ctx, all[1], v1alpha1.ReasonActive)
		for _, m := range all[2:] {
			eventually(ctx, m, func(g Gomega, m *v1alpha1.Membership) {
				g.Expect(condition(m, v1alpha1.ConditionGranted).Message).To(ContainSubstring("of 2)"))
			})
			for _, other := range organizations {
				Expect(condition(m, v1alpha1.ConditionGranted).Message).NotTo(ContainSubstring(other.Name), "U3")
			}
		}

		By("an organization on its way out takes no place")
		ending := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: all[0].Namespace[len(v1alpha1.NamespacePrefix):]}}
		Expect(kube.Delete(ctx, ending)).To(Succeed())
		becomes(ctx, all[2], v1alpha1.ReasonActive)
		surplus(ctx, all[3], v1alpha1.ReasonOverLimit, "L1")

		By("leaving makes room at once")
		Expect(kube.Delete(ctx, all[1])).To(Succeed())
		Eventually(ctx, func() string {
			return condition(read(ctx, all[3]), v1alpha1.ConditionReady).Reason
		}).WithTimeout(inTime).Should(Equal(v1alpha1.ReasonActive))
	})

	It("an organization beyond its super admin's limit gives nobody anything, until there is room (L2)", func(ctx context.Context) {
		john, alice := lab.Person("john"), lab.Person("alice")
		first := settled(ctx, lab.Unique("first"), john)
		policy := limited(ctx, func(l *v1alpha1.LimitsPolicy) {
			l.CreatedOrganizationsPerUser, l.CreatedCRMPlusPerUser = new(int32(1)), new(int32(1))
		})
		second := surplus(ctx, create(ctx, organization(lab.Unique("second"), john)), v1alpha1.ReasonOverLimit, "L2")
		Expect(condition(second, v1alpha1.ConditionAccessURLReady).Status).To(Equal(metav1.ConditionFalse))
		m := create(ctx, membership(second.Name, alice))
		eventually(ctx, m, func(g Gomega, m *v1alpha1.Membership) {
			g.Expect(condition(m, v1alpha1.ConditionGranted).Status).To(Equal(metav1.ConditionFalse))
			g.Expect(m.Status.Role).To(BeEmpty())
		})
		Expect(kube.Get(ctx, key(ingressOf(second)), &networkingv1.Ingress{})).To(MatchError(apierrors.IsNotFound, "IsNotFound"))
		for _, who := range []string{john, alice} {
			Expect(as(who).List(ctx, &v1alpha1.MembershipList{}, client.InNamespace("org-"+second.Name))).To(MatchError(apierrors.IsForbidden, "IsForbidden"))
		}
		touch(ctx, first)
		becomes(ctx, first, v1alpha1.ReasonActive)

		Expect(kube.Delete(ctx, first)).To(Succeed())
		becomes(ctx, second, v1alpha1.ReasonActive)
		becomes(ctx, m, v1alpha1.ReasonActive)
		read(ctx, ingressOf(second))

		By("an object with power keeps it when the limit is lowered (L9)")
		change(ctx, policy, func(p *v1alpha1.PlatformPolicy) { p.Spec.Limits = allLimits(0, nil) })
		becomes(ctx, policy, v1alpha1.ReasonInForce)
		touch(ctx, second)
		Expect(condition(becomes(ctx, second, v1alpha1.ReasonActive), v1alpha1.ConditionGranted).Status).To(Equal(metav1.ConditionTrue))
	})

	It("a second CRM Plus organization of its creator waits for the first to leave the edition (L3)", func(ctx context.Context) {
		john := lab.Person("john")
		first := onEdition(ctx, v1alpha1.EditionCRMPlus, john)
		second := organization(lab.Unique("second"), john)
		second.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionCRMPlus, Licenses: 2}
		surplus(ctx, create(ctx, second), v1alpha1.ReasonOverLimit, "L3")
		change(ctx, first, func(o *v1alpha1.Organization) { o.Spec.Subscription.Edition = v1alpha1.EditionUltimate })
		becomes(ctx, second, v1alpha1.ReasonActive)
	})

	DescribeTable("a membership beyond what an edition allows waits for the edition to change",
		func(ctx context.Context, edition v1alpha1.Edition, rule string) {
			limited(ctx, func(l *v1alpha1.LimitsPolicy) {
				l.InvitedCRMPlusPerUser, l.InternalZohoOnePerUser = new(int32(1)), new(int32(1))
			})
			alice := lab.Person("alice")
			first, second := onEdition(ctx, edition, lab.Person("john")), onEdition(ctx, edition, lab.Person("mary"))
			becomes(ctx, create(ctx, membership(first.Name, alice)), v1alpha1.ReasonActive)
			m := surplus(ctx, create(ctx, membership(second.Name, alice)), v1alpha1.ReasonOverLimit, rule)
			change(ctx, first, func(o *v1alpha1.Organization) { o.Spec.Subscription.Edition = v1alpha1.EditionUltimate })
			becomes(ctx, m, v1alpha1.ReasonActive)
		},
		Entry("CRM Plus (L4)", v1alpha1.EditionCRMPlus, "L4"),
		Entry("Zoho One (L5)", v1alpha1.EditionZohoOne, "L5"),
	)

	It("the second membership of one user in one organization has no power (L6)", func(ctx context.Context) {
		org, alice := settled(ctx, lab.Unique("zylker"), lab.Person("john")), lab.Person("alice")
		first := becomes(ctx, create(ctx, membership(org.Name, alice)), v1alpha1.ReasonActive)
		second := membership(org.Name, alice)
		second.Name, second.Spec.Role = "again", v1alpha1.RoleAdministrator
		surplus(ctx, create(ctx, second), v1alpha1.ReasonDuplicate, "L6")
		Expect(as(alice).List(ctx, &v1alpha1.InvitationList{}, client.InNamespace("org-"+org.Name))).To(MatchError(apierrors.IsForbidden, "IsForbidden"))
		Expect(kube.Delete(ctx, first)).To(Succeed())
		becomes(ctx, second, v1alpha1.ReasonActive)
	})

	It("the eldest have the seats, after the super admin, and the next when one is free (E5)", func(ctx context.Context) {
		name := lab.Unique("zylker")
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + name, Labels: map[string]string{v1alpha1.OrganizationLabel: name}}})
		var all []*v1alpha1.Membership
		for range 4 {
			all = append(all, becomes(ctx, create(ctx, membership(name, lab.Person("member"))), v1alpha1.ReasonOrganizationNotFound))
		}
		byRank(all)
		org := becomes(ctx, create(ctx, organization(name, lab.Person("john"))), v1alpha1.ReasonActive)
		becomes(ctx, all[0], v1alpha1.ReasonActive)
		becomes(ctx, all[1], v1alpha1.ReasonActive)
		surplus(ctx, all[2], v1alpha1.ReasonNoSeat, "E5")
		surplus(ctx, all[3], v1alpha1.ReasonNoSeat, "E5")
		Eventually(func() int64 { return time.Now().Unix() }).Should(BeNumerically(">", all[3].CreationTimestamp.Unix()), "of one second, UIDs would decide")
		i := surplus(ctx, create(ctx, invitation(name, lab.Person("bob"))), v1alpha1.ReasonNoSeat, "E5")

		change(ctx, all[0], func(m *v1alpha1.Membership) { m.Spec.Suspended = true })
		becomes(ctx, all[2], v1alpha1.ReasonActive)
		surplus(ctx, all[3], v1alpha1.ReasonNoSeat, "E5")
		change(ctx, org, func(o *v1alpha1.Organization) {
			o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionStandard, Licenses: 5}
		})
		becomes(ctx, all[3], v1alpha1.ReasonActive)
		becomes(ctx, i, v1alpha1.ReasonPending)

		By("licences lowered under the seats in use take nothing away (L9)")
		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.Subscription.Licenses = 1 })
		surplus(ctx, create(ctx, membership(name, lab.Person("late"))), v1alpha1.ReasonNoSeat, "E5")
		for _, m := range all[1:] {
			touch(ctx, m)
			becomes(ctx, m, v1alpha1.ReasonActive)
		}
	})

	It("the members with a seat are never more than the seats, under concurrent requests (E5)", func(ctx context.Context) {
		name := settled(ctx, lab.Unique("zylker"), lab.Person("john")).Name
		var all []client.Object
		for range 8 {
			all = append(all, membership(name, lab.Person("member")), invitation(name, lab.Person("guest")))
		}
		var creating sync.WaitGroup
		for _, obj := range all {
			creating.Go(func() {
				defer GinkgoRecover()
				create(ctx, obj)
			})
		}
		creating.Wait()
		granted := 0
		for _, obj := range all {
			eventually(ctx, obj, func(g Gomega, obj client.Object) { g.Expect(rules.Judged(obj)).To(BeTrue()) })
			if rules.Granted(obj) {
				granted++
			}
		}
		Expect(granted).To(Equal(2), "of three seats the super admin has one")
	})

	It("an accepted invitation's seat goes to its membership, not to a member who waits (E5)", func(ctx context.Context) {
		org, bob := settled(ctx, lab.Unique("zylker"), lab.Person("john")), lab.Person("bob")
		becomes(ctx, create(ctx, membership(org.Name, lab.Person("alice"))), v1alpha1.ReasonActive)
		i := becomes(ctx, create(ctx, invitation(org.Name, bob)), v1alpha1.ReasonPending)
		waits := surplus(ctx, create(ctx, membership(org.Name, lab.Person("carol"))), v1alpha1.ReasonNoSeat, "E5")
		becomes(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), v1alpha1.ReasonAccepted)
		becomes(ctx, membership(org.Name, bob), v1alpha1.ReasonActive)
		surplus(ctx, waits, v1alpha1.ReasonNoSeat, "E5")
	})

	DescribeTable("an invitation beyond the invitee's list is not in it and cannot be accepted, until there is room (L7)",
		func(ctx context.Context, sameSuperAdmin bool, change func(*v1alpha1.LimitsPolicy)) {
			limited(ctx, change)
			john, mary, bob := lab.Person("john"), lab.Person("mary"), lab.Person("bob")
			if sameSuperAdmin {
				mary = john
			}
			first, second := settled(ctx, lab.Unique("first"), john), settled(ctx, lab.Unique("second"), mary)
			listed := becomes(ctx, create(ctx, invitation(first.Name, bob)), v1alpha1.ReasonPending)
			i := surplus(ctx, create(ctx, invitation(second.Name, bob)), v1alpha1.ReasonOverLimit, "L7")
			Expect(condition(i, v1alpha1.ConditionGranted).Message).NotTo(ContainSubstring(first.Name), "U3")
			eventually(ctx, userOf(bob), func(g Gomega, u *v1alpha1.User) {
				g.Expect(u.Status.Invitations).To(ConsistOf(HaveField("Organization", first.Name)))
			})
			a := becomes(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), v1alpha1.ReasonOverLimit)
			Expect(condition(a, v1alpha1.ConditionStalled).Status).To(Equal(metav1.ConditionTrue))
			Expect(read(ctx, i).Status.State).To(Equal(v1alpha1.InvitationPending))
			Expect(kube.Get(ctx, key(membership(second.Name, bob)), &v1alpha1.Membership{})).To(MatchError(apierrors.IsNotFound, "IsNotFound"))

			becomes(ctx, create(ctx, answer(listed, v1alpha1.DecisionDecline)), v1alpha1.ReasonDeclined)
			becomes(ctx, i, v1alpha1.ReasonPending)
			becomes(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), v1alpha1.ReasonAccepted)
			becomes(ctx, membership(second.Name, bob), v1alpha1.ReasonActive)
		},
		Entry("in all", false, func(l *v1alpha1.LimitsPolicy) {
			l.PendingInvitationsPerUser, l.PendingInvitationsPerSuperAdmin = new(int32(1)), new(int32(1))
		}),
		Entry("of one super admin", true, func(l *v1alpha1.LimitsPolicy) { l.PendingInvitationsPerSuperAdmin = new(int32(1)) }),
	)

	It("a second invitation of one user to one organization cannot be accepted (L6)", func(ctx context.Context) {
		org, bob := settled(ctx, lab.Unique("zylker"), lab.Person("john")), lab.Person("bob")
		first := becomes(ctx, create(ctx, invitation(org.Name, bob)), v1alpha1.ReasonPending)
		second := invitation(org.Name, bob)
		second.Name = "again"
		surplus(ctx, create(ctx, second), v1alpha1.ReasonDuplicate, "L6")
		change(ctx, first, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })
		becomes(ctx, second, v1alpha1.ReasonPending)
	})

	It("nothing keeps an invitation from being accepted at once", func(ctx context.Context) {
		org, bob := settled(ctx, lab.Unique("zylker"), lab.Person("john")), lab.Person("bob")
		i := create(ctx, invitation(org.Name, bob))
		becomes(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), v1alpha1.ReasonAccepted)
		becomes(ctx, membership(org.Name, bob), v1alpha1.ReasonActive)
		becomes(ctx, i, v1alpha1.ReasonAccepted)
	})

	It("an account is bound once, by the eldest binding (G1)", func(ctx context.Context) {
		account := lab.Unique("portal")
		bind := func(name string) *v1alpha1.IntegrationBinding {
			return create(ctx, &v1alpha1.IntegrationBinding{
				ObjectMeta: lab.Inside(settled(ctx, lab.Unique("zylker"), lab.Person("john")).Name, name),
				Spec:       v1alpha1.IntegrationBindingSpec{Application: "ZohoDesk", Account: account, InitiatedFrom: v1alpha1.InitiatedFromCRM},
			})
		}
		first := becomes(ctx, bind("first"), v1alpha1.ReasonBound)
		second := surplus(ctx, bind("second"), v1alpha1.ReasonDuplicate, "G1")
		Expect(second.Status.BoundAt).To(BeNil())
		Expect(kube.Delete(ctx, first)).To(Succeed())
		Expect(becomes(ctx, second, v1alpha1.ReasonBound).Status.BoundAt).NotTo(BeNil())
	})
})
