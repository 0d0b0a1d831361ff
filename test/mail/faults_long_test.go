// SPDX-License-Identifier: Apache-2.0

//go:build long

package mail

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A message that meets one fault after another", func() {
	It("I9, I12: is tried again at each pause until it is taken, and counts as one send", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		Expect(post.Down()).To(Succeed())
		DeferCleanup(func() { Expect(post.Restart()).To(Succeed()) })
		i := lab.Create(ctx, l.Platform, lab.NewInvitation(org, bob))
		deferred := func(attempts int32, why string) {
			GinkgoHelper()
			Eventually(ctx, func(g Gomega) {
				g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(i), i)).To(Succeed())
				g.Expect(i.Status.Delivery).To(HaveValue(HaveField("Attempts", attempts)))
			}).WithTimeout(3 * time.Minute).Should(Succeed())
			says(ctx, i, v1alpha1.ReasonDeferred, "the platform's mail server cannot be used now")
			Eventually(ctx, l.Logs).Should(ContainElement(ContainSubstring(why)), "the log says why, and only the log")
		}
		deferred(1, "the connection was refused")

		By("a server that is up again, with a certificate of another authority")
		other, err := mailtest.NewAuthority()
		Expect(err).NotTo(HaveOccurred())
		Expect(post.Certify(other, "127.0.0.1")).To(Succeed())
		Expect(post.Up()).To(Succeed())
		deferred(2, "certificate is not trusted")

		By("the certificate of that authority, and another password")
		Expect(post.WriteFiles(mounted())).To(Succeed())
		post.SetCredentials("polyorg", lab.Unique("new"))
		deferred(3, "535")

		By("that password, too")
		Expect(post.WriteFiles(mounted())).To(Succeed())
		Eventually(ctx, func() []mailtest.Message { return sentTo(bob) }).WithTimeout(3 * time.Minute).Should(HaveLen(1))
		says(ctx, i, v1alpha1.ReasonSent, "")
		Expect(deliveryOf(ctx, i)).To(And(HaveField("Sends", BeEquivalentTo(1)), HaveField("Attempts", BeEquivalentTo(4)), HaveField("LastError", BeEmpty())))
	}, NodeTimeout(5*time.Minute))
})

var _ = Describe("An operator that is killed", func() {
	It("I9, I12: between a message and its note sends the message again, with the same Message-ID", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		killed := make(chan struct{})
		kill := sync.OnceFunc(func() {
			defer GinkgoRecover()
			l.KillLeader(ctx)
			close(killed)
		})
		at(mailtest.Sent, mailtest.Only(func(mailtest.Envelope) error { kill(); return nil }, bob))
		i := lab.Create(ctx, l.Platform, lab.NewInvitation(org, bob))
		Eventually(ctx, killed).Should(BeClosed())
		second := message(ctx, bob, 2)
		Expect(idOf(second)).To(Equal(idOf(sentTo(bob)[0])))
		says(ctx, i, v1alpha1.ReasonSent, "")
		Expect(deliveryOf(ctx, i)).To(And(HaveField("Sends", BeEquivalentTo(1)), HaveField("Attempts", BeEquivalentTo(1))))
		By("the link of the first, which is valid like that of the second")
		accept, _ := links(sentTo(bob)[0])
		Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
	}, NodeTimeout(3*time.Minute))
})

var _ = Describe("Two replicas", func() {
	It("I12: send one message at a time, and the next leader sends what the last one left", func(ctx context.Context) {
		const organizations, each = 5, 19
		var all []*v1alpha1.Invitation
		for range organizations {
			all = append(all, guests(organization(ctx), each)...)
		}
		before := post.Received()
		var now, together atomic.Int32
		at(mailtest.Content, func(mailtest.Envelope) error {
			if now.Add(1) > 1 {
				together.Add(1)
			}
			defer now.Add(-1)
			<-time.After(100 * time.Millisecond) // a slow server: there is time to kill the leader
			return nil
		})
		create(ctx, all...)
		Expect(post.Await(ctx, func(s *mailtest.Server) bool { return s.Received() > before+len(all)/4 })).To(Succeed())
		l.KillLeader(ctx)
		Expect(post.Received()).To(BeNumerically("<", before+len(all)), "nothing was left")
		for _, i := range all {
			says(ctx, i, v1alpha1.ReasonSent, "")
		}
		Expect(together.Load()).To(BeZero(), "messages that were sent at the same time")
		Expect(twice(all)).To(BeNumerically("<=", 4), "the messages that the leader's workers had not noted when it was killed")
	}, NodeTimeout(5*time.Minute))
})

// twice counts the messages that came again. Each of them has the same Message-ID as before.
func twice(all []*v1alpha1.Invitation) (again int) {
	GinkgoHelper()
	for _, i := range all {
		var ids []string
		for _, m := range sentTo(i.Spec.Email) {
			ids = append(ids, idOf(m))
		}
		Expect(ids).NotTo(BeEmpty(), i.Spec.Email)
		again += len(ids) - 1
		Expect(slices.Compact(ids)).To(HaveLen(1), fmt.Sprint("one invitation, several messages: ", ids))
	}
	return again
}
