// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
)

// MailServer starts a mail server that wants encryption and a password, until the end of the suite or the spec that calls it.
func MailServer() *mailtest.Server {
	GinkgoHelper()
	server, err := mailtest.New(mailtest.SignIn("polyorg", "correct horse"))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(server.Close)
	return server
}

// MailConfigMap is the ConfigMap in which a suite can change how e-mails and pages look.
const MailConfigMap = "polyorg-mail"

// WithMail configures the operator for a mail server, as an administrator would, and serves the page of invitations.
func WithMail(server *mailtest.Server) func(*config.OperatorConfig) {
	return func(c *config.OperatorConfig) {
		GinkgoHelper()
		mail, err := server.Config(GinkgoT().TempDir())
		Expect(err).NotTo(HaveOccurred())
		mail.ConfigMap = MailConfigMap
		c.Mail, c.InvitationPage = &mail, &config.InvitationPage{}
	}
}

// MessagesTo are the e-mails that a mail server took for an address.
func MessagesTo(server *mailtest.Server, to string) (got []mailtest.Message) {
	for _, m := range server.Messages() {
		if slices.Contains(m.To, to) {
			got = append(got, m)
		}
	}
	return got
}

// AwaitMessage waits for so many e-mails to an address, and returns the last.
func AwaitMessage(ctx context.Context, server *mailtest.Server, to string, count int) mailtest.Message {
	GinkgoHelper()
	var got []mailtest.Message
	Eventually(ctx, func() []mailtest.Message {
		got = MessagesTo(server, to)
		return got
	}).Should(HaveLen(count))
	return got[count-1]
}

var href = regexp.MustCompile(`href="([^"]+)"`)

// Links are the links to accept and to decline in an e-mail.
func (l *Lab) Links(m mailtest.Message) (accept, decline string) {
	GinkgoHelper()
	for _, found := range href.FindAllStringSubmatch(m.HTML, -1) {
		switch link := found[1]; {
		case !strings.HasPrefix(link, l.Operator.PageURL()):
		case strings.HasSuffix(link, "/decline"):
			decline = link
		default:
			accept = link
		}
	}
	Expect(accept).NotTo(BeEmpty(), m.HTML)
	Expect(decline).NotTo(BeEmpty(), m.HTML)
	return accept, decline
}

// KillLeader ends the replica that leads, as a crash does, and returns its number. It is started again at the end of the spec.
func (l *Lab) KillLeader(ctx context.Context) int {
	GinkgoHelper()
	for replica := range l.Operator.Replicas() {
		leads, err := l.Operator.Leads(ctx, replica)
		Expect(err).NotTo(HaveOccurred())
		if leads {
			Expect(l.Operator.Kill(replica)).To(Succeed())
			DeferCleanup(func(ctx context.Context) { Expect(l.Operator.Restart(ctx, replica)).To(Succeed()) })
			return replica
		}
	}
	Fail("no replica leads")
	return -1
}
