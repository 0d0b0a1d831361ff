// SPDX-License-Identifier: Apache-2.0

package lab

import (
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
