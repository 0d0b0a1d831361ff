// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"net/http"
	"net/url"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
	"github.com/polyorg/polyorg/internal/web/view"
	"github.com/polyorg/polyorg/test/lab"
)

// mute declines an invitation by the link in its e-mail, asks for no more e-mail, and returns the link's token.
func mute(ctx context.Context, i *v1alpha1.Invitation, m mailtest.Message, of view.Mute) (token string) {
	GinkgoHelper()
	accept, _ := links(m)
	token = tokenOf(accept)
	form := url.Values{view.FieldToken: {token}, view.FieldDecision: {"Decline"}, view.FieldMute: {string(of)}}
	done := send(ctx, http.MethodPost, l.Operator.PageURL()+"/answer", form.Encode())
	Expect(done.status).To(Equal(http.StatusOK), done.body)
	Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationDeclined))
	return token
}

// optedOut returns when an invitation says that its recipient wants no e-mail. None was sent then.
func optedOut(ctx context.Context, i *v1alpha1.Invitation) {
	GinkgoHelper()
	l.EventuallySays(ctx, i, v1alpha1.ConditionDelivered, v1alpha1.ReasonRecipientOptedOut, "the recipient asked for no more e-mail")
	Expect(i.Status.Delivery).To(BeNil())
}

var _ = Describe("A person who asked for no more e-mail", func() {
	It("I12: gets none of that organization, and still others' and the list", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		first, m := invite(ctx, org, bob)
		mute(ctx, first, m, view.MuteOrganization)

		second := lab.Create(ctx, l.Platform, lab.NewInvitation(org, bob))
		optedOut(ctx, second)
		lab.Create(ctx, l.Platform, lab.NewInvitation(organization(ctx), bob))
		message(ctx, bob, 2)

		Expect(l.As(bob, people).Create(ctx, lab.NewResponse(second, v1alpha1.DecisionAccept))).To(Succeed())
		Eventually(ctx, stateOf(ctx, second)).Should(Equal(v1alpha1.InvitationAccepted))
		Expect(sentTo(bob)).To(HaveLen(2))
	}, NodeTimeout(time.Minute))

	It("I12: gets none of any organization, until they take it back by the link", func(ctx context.Context) {
		bob := lab.Person("bob")
		first, m := invite(ctx, organization(ctx), bob)
		token := mute(ctx, first, m, view.MutePlatform)
		other := organization(ctx)
		optedOut(ctx, lab.Create(ctx, l.Platform, lab.NewInvitation(other, bob)))

		By("a look at the link again, later")
		again := open(ctx, l.Operator.PageURL()+"/"+token)
		Expect(again.heading()).To(Equal("This invitation was already answered"))
		Expect(again.body).To(ContainSubstring("You get no more invitations by e-mail from any organization"))
		back := press(ctx, again)
		Expect(back.status).To(Equal(http.StatusOK), back.body)
		Expect(back.heading()).To(Equal("You can get e-mail again"))
		Expect(open(ctx, l.Operator.PageURL()+"/"+token).elements("form")).To(BeEmpty())
		lab.Create(ctx, l.Platform, lab.NewInvitation(organization(ctx), bob))
		message(ctx, bob, 2)
	}, NodeTimeout(time.Minute))

	It("I12: gets it again where the platform says when they agreed, and nobody else can say so", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		first, m := invite(ctx, org, bob)
		mute(ctx, first, m, view.MuteOrganization)
		i := lab.Create(ctx, l.Platform, lab.NewInvitation(org, bob))
		optedOut(ctx, i)

		agrees := func(at time.Time) func(*v1alpha1.Invitation) {
			return func(i *v1alpha1.Invitation) {
				metav1.SetMetaDataAnnotation(&i.ObjectMeta, v1alpha1.RecipientAgreedAtAnnotation, at.UTC().Format(time.RFC3339))
			}
		}
		l.EventuallyHasAccess(ctx, org.Spec.SuperAdmin, v1alpha1.RoleSuperAdmin, org)
		boss := l.As(org.Spec.SuperAdmin, people)
		Expect(lab.Change(ctx, boss, i, agrees(time.Now()))).To(lab.BeRefusedBy("R4"))
		By("an agreement of before")
		Expect(lab.Change(ctx, l.Platform, i, agrees(time.Now().Add(-time.Hour)))).To(Succeed())
		Consistently(ctx, func() int { return len(sentTo(bob)) }, "1s").Should(Equal(1))
		By("an agreement of now")
		Expect(lab.Change(ctx, l.Platform, i, agrees(time.Now().Add(time.Minute)))).To(Succeed())
		message(ctx, bob, 2)
	}, NodeTimeout(time.Minute))
})

var _ = Describe("A finished invitation", func() {
	It("I2: goes where its spec asks for it, and its record stays", func(ctx context.Context) {
		org, bob, eve := organization(ctx), lab.Person("bob"), lab.Person("eve")
		i := lab.NewInvitation(org, bob)
		i.Spec.TTLSecondsAfterFinished, i.Spec.InvitedBy = new(int32(0)), org.Spec.SuperAdmin
		lab.Create(ctx, l.Platform, i)
		accept, _ := links(message(ctx, bob, 1))
		stays, m := invite(ctx, org, eve)
		_, no := links(m)
		Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
		Expect(choose(ctx, tokenOf(no), v1alpha1.DecisionDecline).status).To(Equal(http.StatusOK))
		l.EventuallyGone(ctx, i)

		Eventually(ctx, func(g Gomega) {
			all := memberships(ctx, org, bob)
			g.Expect(all).To(HaveLen(1))
			g.Expect(all[0].Status.Invitation).To(HaveValue(And(
				HaveField("Name", i.Name), HaveField("InvitedBy", org.Spec.SuperAdmin), HaveField("AcceptedAt.Time", BeTemporally("~", time.Now(), time.Minute)),
			)))
		}).Should(Succeed())
		Eventually(ctx, func() (string, error) {
			return l.Kubectl(ctx, "events", "-n", i.Namespace, "--for", "invitation.polyorg.io/"+i.Name, "--types", "Normal")
		}).Should(And(ContainSubstring(v1alpha1.ReasonInvitationRemoved), ContainSubstring("is Accepted since"), ContainSubstring("[I2]")))
		Eventually(ctx, stateOf(ctx, stays)).Should(Equal(v1alpha1.InvitationDeclined))
		Consistently(ctx, stateOf(ctx, stays), "2s").Should(Equal(v1alpha1.InvitationDeclined))
	}, NodeTimeout(time.Minute))

	It("I2: of a person goes after the days of the policy, one of a pipeline stays", func(ctx context.Context) {
		org, bob, eve := organization(ctx), lab.Person("bob"), lab.Person("eve")
		l.EventuallyHasAccess(ctx, org.Spec.SuperAdmin, v1alpha1.RoleSuperAdmin, org)
		persons := lab.Create(ctx, l.As(org.Spec.SuperAdmin, people), lab.NewInvitation(org, bob))
		pipelines := lab.Create(ctx, l.Platform, lab.NewInvitation(org, eve))
		for _, i := range []*v1alpha1.Invitation{persons, pipelines} {
			message(ctx, i.Spec.Email, 1)
			Expect(lab.Change(ctx, l.Platform, i, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })).To(Succeed())
			Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationRevoked))
		}
		policy(ctx, func(p *v1alpha1.InvitationPolicy) { p.TTLDaysAfterFinished = new(int32(0)) })
		l.EventuallyGone(ctx, persons)
		Consistently(ctx, stateOf(ctx, pipelines), "1s").Should(Equal(v1alpha1.InvitationRevoked))
	}, NodeTimeout(time.Minute))
})

// policy changes the platform's policy until the end of the spec.
func policy(ctx context.Context, change func(*v1alpha1.InvitationPolicy)) {
	GinkgoHelper()
	platformPolicy(ctx, func(p *v1alpha1.PlatformPolicySpec) {
		p.Invitations = &v1alpha1.InvitationPolicy{}
		change(p.Invitations)
	})
}

// platformPolicy makes the platform's policy, until the end of the spec.
func platformPolicy(ctx context.Context, change func(*v1alpha1.PlatformPolicySpec)) {
	GinkgoHelper()
	p := &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName}}
	change(&p.Spec)
	lab.Create(ctx, l.Platform, p)
	DeferCleanup(func(ctx context.Context) { Expect(client.IgnoreNotFound(l.Platform.Delete(ctx, p))).To(Succeed()) })
	l.EventuallyReady(ctx, p)
}
