// SPDX-License-Identifier: Apache-2.0

// Package mail tests invitations by e-mail as people meet them: a mail server gets the message, the link in it leads to the page, and the
// page makes a member.
package mail

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
	l      *lab.Lab
	post   *mailtest.Server
	traces *collector
)

func TestMail(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Mail")
}

var _ = BeforeSuite(func(ctx context.Context) {
	EnforceDefaultTimeoutsWhenUsingContexts()
	post, traces = lab.MailServer(), newCollector()
	l = lab.Start(ctx, lab.Options{Configure: func(c *config.OperatorConfig) {
		lab.WithMail(post)(c)
		c.Mail.Timeout.Duration = timeout
		traces.everything(c)
	}})
	lab.Bind(ctx, l.Platform, "polyorg-self-service", lab.Group(people))
}, NodeTimeout(5*time.Minute))

// people is the group of everybody who may act for themselves.
const people = "zylker:people"

// timeout is how long the operator waits for a mail server that hangs. On a busy machine, much else can happen within it.
const timeout = 30 * time.Second
