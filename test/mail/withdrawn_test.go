// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/web/view"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A re-send that its recipient does not want any more", func() {
	It("I9, I12: is withdrawn, and the link of the e-mail before is valid again", func(ctx context.Context) {
		policy(ctx, func(p *v1alpha1.InvitationPolicy) { p.MessagesPerMinute = new(int32(4)) })
		org, bob := organization(ctx), lab.Person("bob")
		i, m := invite(ctx, org, bob)
		accept, _ := links(m)
		other := lab.Create(ctx, l.Platform, lab.NewInvitation(organization(ctx), bob))
		m = message(ctx, bob, 2)

		By("a re-send, which waits for its turn")
		Expect(lab.Change(ctx, l.Platform, i, func(i *v1alpha1.Invitation) {
			metav1.SetMetaDataAnnotation(&i.ObjectMeta, v1alpha1.ResendRequestedAtAnnotation, time.Now().UTC().Format(time.RFC3339))
		})).To(Succeed())
		says(ctx, i, v1alpha1.ReasonQueued, "has its turn at")
		mute(ctx, other, m, view.MutePlatform)
		says(ctx, i, v1alpha1.ReasonRecipientOptedOut, "the recipient asked for no more e-mail")
		Consistently(ctx, func() v1alpha1.InvitationDeliveryStatus { return deliveryOf(ctx, i) }, "2s").Should(And(
			HaveField("Sends", BeEquivalentTo(2)), HaveField("Withdrawn", BeTrue()), HaveField("PreviousLink", BeEquivalentTo(1))))
		Expect(sentTo(bob)).To(HaveLen(2))

		Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
		Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationAccepted))
	}, NodeTimeout(2*time.Minute))
})
