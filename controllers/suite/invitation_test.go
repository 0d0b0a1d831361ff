// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/grant"
	reconcilers "github.com/polyorg/polyorg/controllers/invitation"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/test/lab"
)

// invited makes an invitation to a settled organization, and waits until it is pending.
func invited(ctx context.Context, email string) *v1alpha1.Invitation {
	GinkgoHelper()
	org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
	return becomes(ctx, create(ctx, invitation(org.Name, email)), v1alpha1.ReasonPending)
}

var _ = Describe("An invitation", func() {
	It("is pending for seven days, and expired at their end (I1)", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		Expect(i.Status.State).To(Equal(v1alpha1.InvitationPending))
		end := i.CreationTimestamp.Add(7 * day)
		Expect(i.Status.ExpiresAt.Time).To(BeTemporally("==", end))

		r := &reconcilers.Reconciler{Client: mgr.GetClient(), Own: mgr.GetClient(), Live: mgr.GetAPIReader(), Clock: clock, Events: mgr.GetEventRecorder("test"), Desk: grant.NewDesk(mgr.GetClient(), nil)}
		at(end.Add(rules.ClockSkew - time.Second))
		Eventually(func() (ctrl.Result, error) {
			return r.Reconcile(ctx, ctrl.Request{NamespacedName: key(i)})
		}).Should(Equal(ctrl.Result{RequeueAfter: time.Second}))
		clock.SetTime(end.Add(rules.ClockSkew))
		touch(ctx, i)
		Expect(becomes(ctx, i, v1alpha1.ReasonExpired).Status.State).To(Equal(v1alpha1.InvitationExpired))

		clock.SetTime(end.Add(-time.Hour))
		change(ctx, i, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })
		eventually(ctx, i, func(g Gomega, i *v1alpha1.Invitation) {
			g.Expect(i.Status.ObservedGeneration).To(Equal(i.Generation))
			g.Expect(i.Status.State).To(Equal(v1alpha1.InvitationExpired), "a final state is final (I2)")
		})
	})

	It("is not Ready while nobody can accept it, and says why (I6)", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		name := facts.OrganizationOf(i.Namespace)
		cliq := create(ctx, &v1alpha1.IntegrationBinding{
			ObjectMeta: lab.Inside(name, "cliq"),
			Spec:       v1alpha1.IntegrationBindingSpec{Application: rules.Cliq, Account: lab.Unique("network"), InitiatedFrom: v1alpha1.InitiatedFromCRM},
		})
		becomes(ctx, i, v1alpha1.ReasonEmailOnly)
		Expect(condition(i, v1alpha1.ConditionReady)).To(And(
			HaveField("Status", metav1.ConditionFalse), HaveField("Message", ContainSubstring("the operator has no mail server"))))
		Expect(condition(i, v1alpha1.ConditionStalled).Status).To(Equal(metav1.ConditionTrue))
		Expect(i.Status.State).To(Equal(v1alpha1.InvitationPending), "the invitee can decline it")
		Expect(kube.Delete(ctx, cliq)).To(Succeed())
		becomes(ctx, i, v1alpha1.ReasonPending)

		org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: name}}
		subscribe(ctx, org, &v1alpha1.Subscription{Edition: v1alpha1.EditionCRMPlus, Licenses: 5})
		becomes(ctx, i, v1alpha1.ReasonEmailOnly)
		subscribe(ctx, org, ultimate)
		becomes(ctx, i, v1alpha1.ReasonPending)
	})

	It("of a suspended organization waits, is in no list, and comes back with a subscription (E3)", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: facts.OrganizationOf(i.Namespace)}}
		offered := func(n int32) {
			GinkgoHelper()
			eventually(ctx, userOf(i.Spec.Email), func(g Gomega, u *v1alpha1.User) {
				g.Expect(u.Status.Answerable).To(HaveValue(Equal(n)))
				g.Expect(u.Status.Invitations).To(HaveLen(int(n)))
			})
		}
		offered(1)
		end := clock.Now().Add(day).Truncate(time.Second)
		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = &metav1.Time{Time: end} })
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.ObservedGeneration).To(Equal(o.Generation))
		})
		r := &reconcilers.Reconciler{Client: mgr.GetClient(), Own: mgr.GetClient(), Live: mgr.GetAPIReader(), Clock: clock, Events: mgr.GetEventRecorder("test"), Desk: grant.NewDesk(mgr.GetClient(), nil)}
		at(end.Add(-time.Minute))
		Eventually(func() (ctrl.Result, error) {
			return r.Reconcile(ctx, ctrl.Request{NamespacedName: key(i)})
		}).Should(Equal(ctrl.Result{RequeueAfter: time.Minute}), "it looks again when the trial ends")

		clock.SetTime(end)
		touch(ctx, i)
		touch(ctx, org)
		becomes(ctx, i, v1alpha1.ReasonOrganizationSuspended)
		Expect(condition(i, v1alpha1.ConditionReady).Status).To(Equal(metav1.ConditionFalse))
		offered(0)
		subscribe(ctx, org, ultimate)
		becomes(ctx, i, v1alpha1.ReasonPending)
		offered(1)
	})

	It("is revoked at once (I10)", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		change(ctx, i, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })
		Expect(becomes(ctx, i, v1alpha1.ReasonRevoked).Status.State).To(Equal(v1alpha1.InvitationRevoked))
	})

	It("holds a seat while it is pending (E5)", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: facts.OrganizationOf(i.Namespace)}}
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.Seats).To(Equal(v1alpha1.SeatsStatus{Purchased: 3, Used: 2, Pending: 1, Summary: "2/3"}))
		})
		change(ctx, i, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.Seats.Summary).To(Equal("1/3")) })
	})

	It("does not expire under an answer that was admitted and is not stored yet (I2)", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		claim := rules.Claim{Kind: rules.ClaimAnswer, Name: string(i.UID), Holder: "answer"}
		entry := facts.NewEntry(facts.Entry{Kind: "InvitationResponse", Name: "answer", UID: "answer", Operation: facts.Create, Facts: []rules.Fact{claim}})
		stored := create(ctx, &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: conf.LeaderElection.Namespace, Name: journal.Name},
			Data:       map[string]string{"format": "1", "entries": entry.Text + "\n"},
		})
		r := &reconcilers.Reconciler{Client: mgr.GetClient(), Own: mgr.GetClient(), Live: mgr.GetAPIReader(), Namespace: stored.Namespace, Clock: clock, Events: mgr.GetEventRecorder("test"), Desk: grant.NewDesk(mgr.GetClient(), nil)}
		at(i.Status.ExpiresAt.Add(rules.ClockSkew))
		result, err := r.Reconcile(ctx, ctrl.Request{NamespacedName: key(i)})
		Expect(err).NotTo(HaveOccurred())
		Expect(result.RequeueAfter).To(Equal(time.Second))
		Expect(read(ctx, i).Status.State).To(Equal(v1alpha1.InvitationPending))

		Expect(kube.Delete(ctx, stored)).To(Succeed())
		touch(ctx, i)
		becomes(ctx, i, v1alpha1.ReasonExpired)
	})
})

var _ = Describe("An answer", func() {
	It("makes the invitee a member, then says so, and is removed an hour later (I3)", func(ctx context.Context) {
		bob := lab.Person("bob")
		i := invited(ctx, bob)
		a := becomes(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), v1alpha1.ReasonAccepted)
		m := becomes(ctx, membership(facts.OrganizationOf(i.Namespace), bob), v1alpha1.ReasonActive)
		Expect(m.Spec).To(Equal(v1alpha1.MembershipSpec{
			User: bob, Role: v1alpha1.RoleAdministrator, UserType: v1alpha1.UserTypeInternal, Origin: v1alpha1.OriginInvited,
		}))
		becomes(ctx, i, v1alpha1.ReasonAccepted)
		Expect(i.Status.State).To(Equal(v1alpha1.InvitationAccepted))
		Expect(i.Status.Membership).To(Equal(m.Name))
		Expect(i.Status.RespondedAt).NotTo(BeNil())

		at(a.Status.CompletedAt.Add(time.Hour))
		// Wakes its controller, unless that is done already.
		Expect(client.IgnoreNotFound(kube.Patch(ctx, a, client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"touched":"yes"}}}`))))).To(Succeed())
		goes(ctx, a)
		Expect(read(ctx, i).Status.State).To(Equal(v1alpha1.InvitationAccepted))
	})

	It("can decline", func(ctx context.Context) {
		bob := lab.Person("bob")
		i := invited(ctx, bob)
		becomes(ctx, create(ctx, answer(i, v1alpha1.DecisionDecline)), v1alpha1.ReasonDeclined)
		Expect(becomes(ctx, i, v1alpha1.ReasonDeclined).Status.State).To(Equal(v1alpha1.InvitationDeclined))
		goes(ctx, &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(bob)}})
	})

	It("adopts the membership that an earlier attempt, killed after it, has made", func(ctx context.Context) {
		bob := lab.Person("bob")
		i := invited(ctx, bob)
		m := membership(facts.OrganizationOf(i.Namespace), bob)
		m.Name, m.Spec.Origin = "before", v1alpha1.OriginInvited
		becomes(ctx, create(ctx, m), v1alpha1.ReasonActive) // no admission here would refuse a second one
		becomes(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), v1alpha1.ReasonAccepted)
		Expect(becomes(ctx, i, v1alpha1.ReasonAccepted).Status.Membership).To(Equal("before"))
	})

	It("gives the membership another name where somebody else's has it", func(ctx context.Context) {
		bob := lab.Person("bob")
		i := invited(ctx, bob)
		theirs := membership(facts.OrganizationOf(i.Namespace), lab.Person("carol"))
		theirs.Name = identity.ObjectName(bob)
		create(ctx, theirs)
		becomes(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), v1alpha1.ReasonAccepted)
		m := membership(facts.OrganizationOf(i.Namespace), bob)
		m.Name = becomes(ctx, i, v1alpha1.ReasonAccepted).Status.Membership
		Expect(m.Name).To(Equal(identity.ObjectName(bob) + "-2"))
		Expect(becomes(ctx, m, v1alpha1.ReasonActive).Spec.User).To(Equal(bob))
	})

	It("is done when an earlier attempt was killed after the invitation was finished", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		create(ctx, membership(facts.OrganizationOf(i.Namespace), i.Spec.Email))
		Eventually(func() error {
			read(ctx, i).Status.State = v1alpha1.InvitationAccepted
			return kube.Status().Update(ctx, i)
		}).Should(Succeed())
		becomes(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), v1alpha1.ReasonAccepted)
	})

	It("gives its place up when its organization is gone", func(ctx context.Context) {
		i := invitation(lab.Unique("nowhere"), lab.Person("bob"))
		i.UID = "gone"
		goes(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)))
	})

	DescribeTable("says why it came to nothing", func(ctx context.Context, spoil func(context.Context, *v1alpha1.Invitation, *v1alpha1.InvitationResponse), want string) {
		i := invited(ctx, lab.Person("bob"))
		a := answer(i, v1alpha1.DecisionAccept)
		spoil(ctx, i, a)
		becomes(ctx, create(ctx, a), want)
		Expect(condition(a, v1alpha1.ConditionStalled).Status).To(Equal(metav1.ConditionTrue))
		Expect(a.Status.CompletedAt).NotTo(BeNil())
		Expect(condition(a, v1alpha1.ConditionStalled).Message).NotTo(Or(ContainSubstring("spec."), ContainSubstring("polyorg.io")), "no raw answer of the API server (U3)")
	},
		Entry("because the invitation was revoked", func(ctx context.Context, i *v1alpha1.Invitation, _ *v1alpha1.InvitationResponse) {
			change(ctx, i, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })
			becomes(ctx, i, v1alpha1.ReasonRevoked)
		}, v1alpha1.ReasonInvitationFinished),
		Entry("because the invitation is gone", func(ctx context.Context, i *v1alpha1.Invitation, _ *v1alpha1.InvitationResponse) {
			Expect(kube.Delete(ctx, i)).To(Succeed())
		}, v1alpha1.ReasonInvitationNotFound),
		Entry("because another invitation of the name is meant", func(_ context.Context, _ *v1alpha1.Invitation, a *v1alpha1.InvitationResponse) {
			a.Spec.InvitationUID = "another"
		}, v1alpha1.ReasonInvitationNotFound),
		Entry("because somebody else answered", func(_ context.Context, _ *v1alpha1.Invitation, a *v1alpha1.InvitationResponse) {
			a.Spec.Invitee = lab.Person("eve")
		}, v1alpha1.ReasonNotInvitee),
		Entry("because the API server refuses the membership", func(_ context.Context, _ *v1alpha1.Invitation, a *v1alpha1.InvitationResponse) {
			a.Spec.Role = v1alpha1.RoleSuperAdmin
		}, v1alpha1.ReasonInvalid),
	)
})
