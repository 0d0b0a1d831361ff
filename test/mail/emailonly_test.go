// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/test/lab"
)

// listed are the organizations whose invitations a person has in their list.
func listed(ctx context.Context, user string) func() []string {
	return func() (names []string) {
		GinkgoHelper()
		review := &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "me"}}
		Expect(lab.Insist(ctx, func() error { return l.As(user, people).Create(ctx, review, client.DryRunAll) })).To(Succeed())
		for _, i := range review.Status.Invitations {
			names = append(names, i.Organization)
		}
		return names
	}
}

var _ = Describe("An organization that becomes e-mail-only while an invitation is pending", func() {
	changes := func(change func(*v1alpha1.Organization)) func(context.Context, *v1alpha1.Organization) {
		return func(ctx context.Context, org *v1alpha1.Organization) {
			GinkgoHelper()
			Expect(lab.Change(ctx, l.Platform, org, change)).To(Succeed())
		}
	}
	DescribeTable("I6: takes it from the list, and leaves the link", func(ctx context.Context, switches func(context.Context, *v1alpha1.Organization)) {
		org, bob := organization(ctx), lab.Person("bob")
		i, m := invite(ctx, org, bob)
		Eventually(ctx, listed(ctx, bob)).Should(ConsistOf(org.Name))

		switches(ctx, org)
		Eventually(ctx, listed(ctx, bob)).Should(BeEmpty())
		Expect(l.As(bob, people).Create(ctx, lab.NewResponse(i, v1alpha1.DecisionAccept))).To(lab.BeRefusedBy("I6"))
		accept, _ := links(m)
		Expect(open(ctx, accept).status).To(Equal(http.StatusOK))
		Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
		Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationAccepted))
	},
		Entry("by its edition", changes(func(o *v1alpha1.Organization) { o.Spec.Subscription.Edition = v1alpha1.EditionCRMPlus }), NodeTimeout(time.Minute)),
		Entry("by a restriction of addresses", changes(func(o *v1alpha1.Organization) {
			o.Spec.IPRestriction = &v1alpha1.IPRestriction{AllowedCIDRs: []string{"203.0.113.0/24"}}
		}), NodeTimeout(time.Minute)),
		Entry("G5: by a Cliq binding", func(ctx context.Context, org *v1alpha1.Organization) {
			GinkgoHelper()
			lab.Create(ctx, l.Platform, lab.NewBinding(org, rules.Cliq, lab.Unique("team")))
		}, NodeTimeout(time.Minute)),
	)

	It("I6: puts it back into the list with the end of the restriction", func(ctx context.Context) {
		org, bob := organization(ctx, func(o *v1alpha1.Organization) {
			o.Spec.IPRestriction = &v1alpha1.IPRestriction{AllowedCIDRs: []string{"203.0.113.0/24"}}
		}), lab.Person("bob")
		invite(ctx, org, bob)
		Expect(listed(ctx, bob)()).To(BeEmpty())
		changes(func(o *v1alpha1.Organization) { o.Spec.IPRestriction = nil })(ctx, org)
		Eventually(ctx, listed(ctx, bob)).Should(ConsistOf(org.Name))
	}, NodeTimeout(time.Minute))

	It("I6: says of an invitation whose e-mail is not delivered that it cannot be accepted", func(ctx context.Context) {
		org, bob := organization(ctx), "gone-"+lab.Person("bob")
		post.At(mailtest.Recipient, mailtest.For(mailtest.Refuse(550, "5.1.1", "no such user"), bob))
		DeferCleanup(func() { post.At(mailtest.Recipient, nil) })
		i := lab.Create(ctx, l.Platform, lab.NewInvitation(org, bob))
		l.EventuallySays(ctx, i, v1alpha1.ConditionDelivered, v1alpha1.ReasonUndelivered, "no such user")
		Expect(lab.Condition(i, v1alpha1.ConditionReady)).To(HaveValue(HaveField("Status", metav1.ConditionTrue)))

		changes(func(o *v1alpha1.Organization) {
			o.Spec.IPRestriction = &v1alpha1.IPRestriction{AllowedCIDRs: []string{"203.0.113.0/24"}}
		})(ctx, org)
		l.EventuallySays(ctx, i, v1alpha1.ConditionReady, v1alpha1.ReasonEmailOnly, "which is not delivered")
		Expect(lab.Condition(i, v1alpha1.ConditionStalled)).To(HaveValue(HaveField("Status", metav1.ConditionTrue)))

		By("a re-send that the mail server takes")
		post.At(mailtest.Recipient, nil)
		Expect(lab.Change(ctx, l.Platform, i, func(i *v1alpha1.Invitation) {
			metav1.SetMetaDataAnnotation(&i.ObjectMeta, v1alpha1.ResendRequestedAtAnnotation, time.Now().UTC().Format(time.RFC3339))
		})).To(Succeed())
		message(ctx, bob, 1)
		l.EventuallyReady(ctx, i)
		Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(i), i)).To(Succeed())
		Expect(lab.Condition(i, v1alpha1.ConditionReady).Message).To(ContainSubstring("by the link in its e-mail"))
	}, NodeTimeout(time.Minute))
})
