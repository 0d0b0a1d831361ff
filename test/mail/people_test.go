// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/net/html"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
	"github.com/polyorg/polyorg/test/lab"
)

// organization is one with room for guests.
func organization(ctx context.Context, change ...func(*v1alpha1.Organization)) *v1alpha1.Organization {
	GinkgoHelper()
	org := lab.NewOrganization(lab.Person("boss"), 20)
	for _, c := range change {
		c(org)
	}
	lab.Create(ctx, l.Platform, org)
	Eventually(ctx, func(g Gomega) {
		g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
		g.Expect(org.Status.Namespace).NotTo(BeEmpty())
	}).Should(Succeed())
	return org
}

// invite invites a person, and waits for the e-mail.
func invite(ctx context.Context, org *v1alpha1.Organization, email string) (*v1alpha1.Invitation, mailtest.Message) {
	GinkgoHelper()
	i := lab.Create(ctx, l.Platform, lab.NewInvitation(org, email))
	return i, message(ctx, email, 1)
}

// message waits for so many e-mails to an address, and returns the last.
func message(ctx context.Context, to string, count int) mailtest.Message {
	GinkgoHelper()
	return lab.AwaitMessage(ctx, post, to, count)
}

// sentTo are the e-mails that the mail server took for an address.
func sentTo(to string) []mailtest.Message { return lab.MessagesTo(post, to) }

// links are the links to accept and to decline.
func links(m mailtest.Message) (accept, decline string) {
	GinkgoHelper()
	return l.Links(m)
}

// tokenOf is the token in a link.
func tokenOf(link string) string {
	token := strings.TrimPrefix(link, l.Operator.PageURL()+"/")
	return strings.TrimSuffix(token, "/decline")
}

// idOf is the Message-ID of an e-mail.
func idOf(m mailtest.Message) string {
	GinkgoHelper()
	id, err := m.Header.MessageID()
	Expect(err).NotTo(HaveOccurred())
	return id
}

// page is what a browser got.
type page struct {
	status int
	header http.Header
	body   string
}

// heading tells one kind of page from another.
func (p page) heading() string {
	GinkgoHelper()
	for _, n := range p.elements("h1") {
		return n.FirstChild.Data
	}
	return ""
}

func (p page) elements(names ...string) (all []*html.Node) {
	GinkgoHelper()
	root, err := html.Parse(strings.NewReader(p.body))
	Expect(err).NotTo(HaveOccurred())
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && slices.Contains(names, n.Data) {
			all = append(all, n)
		}
	}
	return all
}

// press sends the one form of a page, as a browser does.
func press(ctx context.Context, shown page) page {
	GinkgoHelper()
	forms := shown.elements("form")
	Expect(forms).To(HaveLen(1), shown.body)
	action, err := url.Parse(l.Operator.PageURL())
	Expect(err).NotTo(HaveOccurred())
	action, err = action.Parse(attribute(forms[0], "action"))
	Expect(err).NotTo(HaveOccurred())
	values := url.Values{}
	for _, control := range shown.elements("input", "button") {
		values.Add(attribute(control, "name"), attribute(control, "value"))
	}
	return send(ctx, strings.ToUpper(attribute(forms[0], "method")), action.String(), values.Encode())
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// send sends a request without following redirects.
func send(ctx context.Context, method, to, body string, change ...func(*http.Request)) page {
	GinkgoHelper()
	once := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(ctx, method, to, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range change {
		c(r)
	}
	got, err := once.Do(r)
	Expect(err).NotTo(HaveOccurred())
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	Expect(err).NotTo(HaveOccurred())
	return page{got.StatusCode, got.Header, string(text)}
}

func open(ctx context.Context, link string, change ...func(*http.Request)) page {
	GinkgoHelper()
	return send(ctx, http.MethodGet, link, "", change...)
}

// choose sends the page's form.
func choose(ctx context.Context, token string, decision v1alpha1.Decision, change ...func(*http.Request)) page {
	GinkgoHelper()
	form := url.Values{"token": {token}, "decision": {string(decision)}}
	return send(ctx, http.MethodPost, l.Operator.PageURL()+"/answer", form.Encode(), change...)
}

// stateOf waits for the state of an invitation.
func stateOf(ctx context.Context, i *v1alpha1.Invitation) func() v1alpha1.InvitationState {
	return func() v1alpha1.InvitationState {
		if err := l.Platform.Get(ctx, client.ObjectKeyFromObject(i), i); err != nil {
			return v1alpha1.InvitationState(err.Error())
		}
		return i.Status.State
	}
}

// memberships are those of a person in an organization.
func memberships(ctx context.Context, org *v1alpha1.Organization, user string) []v1alpha1.Membership {
	GinkgoHelper()
	var all v1alpha1.MembershipList
	Expect(l.Platform.List(ctx, &all, client.InNamespace(lab.NamespaceOf(org)), client.MatchingFields{"spec.user": user})).To(Succeed())
	return all.Items
}

// responses are the answers to an invitation.
func responses(ctx context.Context, i *v1alpha1.Invitation) []v1alpha1.InvitationResponse {
	GinkgoHelper()
	var all v1alpha1.InvitationResponseList
	Expect(l.Platform.List(ctx, &all, client.MatchingFields{"spec.invitationUID": string(i.UID)})).To(Succeed())
	return all.Items
}
