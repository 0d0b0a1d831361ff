// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
	"github.com/polyorg/polyorg/test/lab"
)

// at makes the mail server fail at a step, until the end of the spec or container that calls it.
func at(step mailtest.Step, judge mailtest.Judge) {
	post.At(step, judge)
	DeferCleanup(func() { post.At(step, nil) })
}

// says waits until the condition Delivered of an invitation has a reason, and a text in its message.
func says(ctx context.Context, i *v1alpha1.Invitation, reason, text string) {
	GinkgoHelper()
	l.EventuallySays(ctx, i, v1alpha1.ConditionDelivered, reason, text)
}

// deliveryOf is what became of the e-mail of an invitation, as it is stored now.
func deliveryOf(ctx context.Context, i *v1alpha1.Invitation) v1alpha1.InvitationDeliveryStatus {
	GinkgoHelper()
	Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(i), i)).To(Succeed())
	Expect(i.Status.Delivery).NotTo(BeNil())
	return *i.Status.Delivery
}

// guests are invitations of so many people.
func guests(org *v1alpha1.Organization, count int) (all []*v1alpha1.Invitation) {
	for range count {
		all = append(all, lab.NewInvitation(org, lab.Person("guest")))
	}
	return all
}

// create creates invitations, all at once.
func create(ctx context.Context, all ...*v1alpha1.Invitation) {
	GinkgoHelper()
	lab.InParallel(len(all), func(n int) { lab.Create(ctx, l.Platform, all[n]) })
}

// addresses are those that invitations are for.
func addresses(invitations ...*v1alpha1.Invitation) (all []string) {
	for _, i := range invitations {
		all = append(all, i.Spec.Email)
	}
	return all
}

var _ = Describe("A mail server that does not take every message at once", Ordered, func() {
	var taken, unknown []*v1alpha1.Invitation
	var grey, cut *v1alpha1.Invitation

	BeforeAll(func(ctx context.Context) {
		org := organization(ctx)
		for range 3 {
			taken = append(taken, lab.NewInvitation(org, lab.Person("taken")))
			unknown = append(unknown, lab.NewInvitation(org, lab.Person("unknown")))
		}
		grey, cut = lab.NewInvitation(org, lab.Person("grey")), lab.NewInvitation(org, lab.Person("cut"))
		at(mailtest.Recipient, mailtest.First(
			mailtest.For(mailtest.Refuse(550, "5.1.1", "no such user"), addresses(unknown...)...),
			mailtest.Only(mailtest.Greylist(), addresses(grey)...),
		))
		at(mailtest.Sent, mailtest.Only(mailtest.Times(1, mailtest.ErrDrop), addresses(cut)...))
		create(ctx, slices.Concat(taken, unknown, []*v1alpha1.Invitation{grey, cut})...)
		says(ctx, grey, v1alpha1.ReasonDeferred, "451 4.7.1 Greylisted")
		says(ctx, cut, v1alpha1.ReasonDeferred, "it may have accepted the message")
	}, NodeTimeout(time.Minute))

	It("I12: refuses some addresses for good, and takes the others of the same burst", func(ctx context.Context) {
		for _, i := range unknown {
			says(ctx, i, v1alpha1.ReasonUndelivered, "550 5.1.1 no such user")
			Expect(deliveryOf(ctx, i).NextAttemptAt).To(BeNil())
		}
		for _, i := range taken {
			says(ctx, i, v1alpha1.ReasonSent, "")
			Expect(sentTo(i.Spec.Email)).To(HaveLen(1))
		}
	}, NodeTimeout(time.Minute))

	It("I12: lists new senders grey, and takes the message at the next attempt", func(ctx context.Context) {
		says(ctx, grey, v1alpha1.ReasonSent, "")
		Expect(sentTo(grey.Spec.Email)).To(HaveLen(1))
		Expect(deliveryOf(ctx, grey)).To(And(HaveField("Sends", BeEquivalentTo(1)), HaveField("Attempts", BeEquivalentTo(2))))
	}, NodeTimeout(time.Minute))

	It("I9, I12: loses the connection after it took a message, and gets it again with the same Message-ID", func(ctx context.Context) {
		says(ctx, cut, v1alpha1.ReasonSent, "")
		both := sentTo(cut.Spec.Email)
		Expect(both).To(HaveLen(2))
		Expect(idOf(both[0])).To(Equal(idOf(both[1])))
		Expect(deliveryOf(ctx, cut)).To(And(HaveField("Sends", BeEquivalentTo(1)), HaveField("Attempts", BeEquivalentTo(2))))
		By("the link of the first, which is valid like that of the second")
		accept, _ := links(both[0])
		Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
		Eventually(ctx, stateOf(ctx, cut)).Should(Equal(v1alpha1.InvitationAccepted))
	}, NodeTimeout(time.Minute))
})

var _ = Describe("A mail server that hangs", func() {
	It("I12: delays nothing but e-mails", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		early, m := invite(ctx, org, bob)
		accept, _ := links(m)

		hangs, release := make(chan struct{}, 100), make(chan struct{})
		at(mailtest.Sender, func(mailtest.Envelope) error {
			hangs <- struct{}{}
			<-release
			return nil
		})
		goOn := sync.OnceFunc(func() { close(release) })
		DeferCleanup(goOn)
		waiting := guests(org, 15) // more than the operator has workers
		create(ctx, waiting...)
		Eventually(ctx, hangs).Should(Receive())

		By("all else that the operator does")
		other := l.Organization(ctx, lab.Person("alice"), 5)
		l.Member(ctx, other, lab.Person("carol"), v1alpha1.RoleStandard)
		Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
		Eventually(ctx, stateOf(ctx, early)).Should(Equal(v1alpha1.InvitationAccepted))
		revoked := waiting[:5]
		for _, i := range revoked {
			Expect(lab.Change(ctx, l.Platform, i, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })).To(Succeed())
			Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationRevoked))
		}

		By("the first message, which still waits")
		for _, i := range waiting {
			Expect(deliveryOf(ctx, i).Attempts).To(BeZero())
			Expect(sentTo(i.Spec.Email)).To(BeEmpty())
		}
		before := len(post.Messages())
		goOn()
		for _, i := range waiting[len(revoked):] {
			says(ctx, i, v1alpha1.ReasonSent, "")
		}

		By("those that were revoked meanwhile, except the one that was being handed over")
		first := post.Messages()[before].To
		for _, i := range revoked {
			if first[0] != i.Spec.Email {
				Expect(sentTo(i.Spec.Email)).To(BeEmpty(), "I10: it was sent after it was revoked")
				says(ctx, i, v1alpha1.ReasonUndelivered, "ended before its e-mail was sent")
			}
		}
	}, NodeTimeout(2*time.Minute))
})

var _ = Describe("The operator", func() {
	It("I12: reads a new certificate and a new password again, without a restart", func(ctx context.Context) {
		org := organization(ctx)
		invite(ctx, org, lab.Person("ann"))
		other, err := mailtest.NewAuthority()
		Expect(err).NotTo(HaveOccurred())
		for said, change := range map[string]func() error{
			"encrypt the connection: the platform's mail server cannot be used now": func() error { return post.Certify(other, "127.0.0.1") },
			"535": func() error { post.SetCredentials("polyorg", lab.Unique("new")); return nil },
		} {
			By(said)
			Expect(change()).To(Succeed())
			Expect(post.Restart()).To(Succeed()) // a session that is open would stay
			refused := lab.Create(ctx, l.Platform, lab.NewInvitation(org, lab.Person("bob")))
			says(ctx, refused, v1alpha1.ReasonDeferred, said)
			Expect(post.WriteFiles(mounted())).To(Succeed())
			invite(ctx, org, lab.Person("carol"))
		}
		Expect(slices.Collect(maps.Values(l.Logs()))).To(ContainElement(ContainSubstring("certificate is not trusted")), "nobody can find out why")
	}, NodeTimeout(time.Minute))
})

// mounted is the folder of the operator's Secret for the mail server.
func mounted() string { return filepath.Dir(l.Config.Mail.CAFile) }
