// SPDX-License-Identifier: Apache-2.0

//go:build long

package browser

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/browser/chromium"
	"github.com/polyorg/polyorg/test/lab"
)

// guest is a person who got an invitation.
type guest struct {
	email           string
	org             *v1alpha1.Organization
	invitation      *v1alpha1.Invitation
	accept, decline string
}

// invited invites a person, and fetches the e-mail from the mail server.
func invited(ctx context.Context) guest {
	GinkgoHelper()
	g := guest{email: lab.Person("bob"), org: l.Organization(ctx, lab.Person("boss"), 5)}
	g.invitation = lab.Create(ctx, l.Platform, lab.NewInvitation(g.org, g.email))
	g.accept, g.decline = l.Links(lab.AwaitMessage(ctx, post, g.email, 1))
	return g
}

func (g guest) state(ctx context.Context) v1alpha1.InvitationState {
	GinkgoHelper()
	Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(g.invitation), g.invitation)).To(Succeed())
	return g.invitation.Status.State
}

// enters expects that the person is a member with access.
func (g guest) enters(ctx context.Context) {
	GinkgoHelper()
	Eventually(ctx, g.state).WithArguments(ctx).Should(Equal(v1alpha1.InvitationAccepted))
	var members v1alpha1.MembershipList
	Expect(l.Platform.List(ctx, &members, client.InNamespace(lab.NamespaceOf(g.org)), client.MatchingFields{"spec.user": g.email})).To(Succeed())
	Expect(members.Items).To(HaveLen(1))
	l.EventuallyReady(ctx, &members.Items[0])
	l.EventuallyHasAccess(ctx, g.email, v1alpha1.RoleStandard, g.org)
}

// kept expects that the pages of a tab asked nobody else for anything, told nobody where they are, and had nothing refused.
func kept(t *chromium.Tab, site string) {
	GinkgoHelper()
	Expect(t.Requests()).NotTo(BeEmpty())
	for _, r := range t.Requests() {
		Expect(r.URL).To(HavePrefix(site + "/"))
		Expect(r.Referer).To(BeEmpty(), r.URL)
	}
	Expect(t.Complaints()).To(BeEmpty())
}

// focused is what has the focus.
func focused(t *chromium.Tab) string {
	GinkgoHelper()
	return value[string](t, `(e => [e.localName, e.name, e.value].join(" "))(document.activeElement)`)
}

// tabTo presses Tab until something has the focus, and expects that a person can see where it is.
func tabTo(t *chromium.Tab, what string) {
	GinkgoHelper()
	for range 10 {
		Expect(t.Press("\t")).To(Succeed())
		width := value[string](t, `getComputedStyle(document.activeElement).outlineWidth`)
		Expect(width).To(Equal("3px"), focused(t))
		if focused(t) == what {
			return
		}
	}
	Fail("Tab does not lead to " + what)
}

var _ = Describe("An invitee with a browser", func() {
	for how, without := range map[string]bool{"with JavaScript": false, "without JavaScript": true} {
		It("I4, I7: follows the link of the e-mail, accepts by a click, and enters, "+how, func(ctx context.Context) {
			g := invited(ctx)
			t := open(chromium.Person{WithoutScript: without})
			visit(t, g.accept, http.StatusOK)
			Expect(heading(t)).To(ContainSubstring("Zylker"))
			Expect(g.state(ctx)).To(Equal(v1alpha1.InvitationPending))
			status, err := t.Click(`button[value="Accept"]`)
			Expect(err).NotTo(HaveOccurred())
			Expect(status).To(BeEquivalentTo(http.StatusOK))
			Expect(heading(t)).To(ContainSubstring("You are a member of"))
			g.enters(ctx)
			kept(t, l.Operator.PageURL())
		}, NodeTimeout(2*time.Minute))
	}

	It("I4: accepts by the keyboard alone", func(ctx context.Context) {
		g := invited(ctx)
		t := open(chromium.Person{})
		visit(t, g.accept, http.StatusOK)
		tabTo(t, "button decision Accept")
		status, err := t.Enter()
		Expect(err).NotTo(HaveOccurred())
		Expect(status).To(BeEquivalentTo(http.StatusOK))
		g.enters(ctx)
	}, NodeTimeout(2*time.Minute))

	It("I4, I12: declines by the keyboard alone, and asks for no more e-mail", func(ctx context.Context) {
		g := invited(ctx)
		t := open(chromium.Person{})
		visit(t, g.decline, http.StatusOK)
		tabTo(t, "input mute None")
		Expect(t.Press("\u0301")).To(Succeed()) // the arrow down
		Expect(focused(t)).To(Equal("input mute Organization"))
		tabTo(t, "button decision Decline")
		status, err := t.Enter()
		Expect(err).NotTo(HaveOccurred())
		Expect(status).To(BeEquivalentTo(http.StatusOK))
		Expect(html(t, "main")).To(ContainSubstring("You get no more e-mail from"))
		Eventually(ctx, g.state).WithArguments(ctx).Should(Equal(v1alpha1.InvitationDeclined))
		again := lab.Create(ctx, l.Platform, lab.NewInvitation(g.org, g.email))
		l.EventuallySays(ctx, again, v1alpha1.ConditionDelivered, v1alpha1.ReasonRecipientOptedOut, "")
	}, NodeTimeout(2*time.Minute))

	It("I4: reads and answers on a phone, in their own language, in the dark", func(ctx context.Context) {
		g := invited(ctx)
		t := open(chromium.Person{Language: "fr", Width: 320, Height: 568, Dark: true})
		visit(t, g.accept, http.StatusOK)
		usable(t)
		Expect(value[string](t, `document.documentElement.lang`)).To(Equal("fr"))
		status, err := t.Click(`button[value="Accept"]`)
		Expect(err).NotTo(HaveOccurred())
		Expect(status).To(BeEquivalentTo(http.StatusOK))
		usable(t)
		Expect(heading(t)).To(ContainSubstring("Vous"))
		g.enters(ctx)
	}, NodeTimeout(2*time.Minute))

	It("I7: cannot be made to answer by another site", func(ctx context.Context) {
		g := invited(ctx)
		t := open(chromium.Person{})
		visit(t, shown.attack(l.Operator.PageURL()+"/answer", g.accept[len(l.Operator.PageURL())+1:]), http.StatusOK)
		status, err := t.Click("button")
		Expect(err).NotTo(HaveOccurred())
		Expect(status).To(BeEquivalentTo(http.StatusForbidden))
		Expect(heading(t)).To(ContainSubstring("another website"))
		Expect(g.state(ctx)).To(Equal(v1alpha1.InvitationPending))
	}, NodeTimeout(2*time.Minute))
})
