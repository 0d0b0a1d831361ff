// SPDX-License-Identifier: Apache-2.0

// Package configuration tests both places of the operator's configuration: its file, which the real program reads, and the PlatformPolicy,
// which changes while requests run.
package configuration

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
	"github.com/polyorg/polyorg/test/lab"
)

var (
	l    *lab.Lab
	post *mailtest.Server
)

func TestConfiguration(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Configuration")
}

// The operator runs with the documented example, with every field set. The lab gives it addresses of its own.
var _ = BeforeSuite(func(ctx context.Context) {
	post = lab.MailServer()
	l = lab.Start(ctx, lab.Options{Configure: func(c *config.OperatorConfig) {
		example, err := config.Load(operatorFile)
		Expect(err).NotTo(HaveOccurred())
		mail, page := example.Mail, example.InvitationPage
		lab.WithMail(post)(example) // these files and this server exist
		mail.Address, mail.CAFile, mail.CredentialsDir, mail.ServerName = example.Mail.Address, example.Mail.CAFile, example.Mail.CredentialsDir, ""
		example.Mail, example.InvitationPage = mail, page
		*c = *example
	}})
}, NodeTimeout(5*time.Minute))
