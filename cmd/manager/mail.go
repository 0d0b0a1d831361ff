// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/mail"
	"strings"

	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/polyorg/polyorg/controllers/delivery"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail/smtp"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/respond"
	"github.com/polyorg/polyorg/internal/token"
)

// newDelivery sends the e-mails of invitations; nil without a mail server.
func newDelivery(cfg *config.OperatorConfig, live client.Client, tokens *token.Store, known *recipients.Store, brands branding) (*delivery.Reconciler, error) {
	if cfg.Mail == nil {
		return nil, nil
	}
	sender, err := smtp.New(*cfg.Mail)
	if err != nil {
		return nil, err
	}
	if err := sender.Readable(); err != nil { // admission does not wait for mail: somebody mends the file, and the next message reads it
		ctrl.Log.WithName("mail").Error(err, "E-mails wait until this file can be used")
	}
	from, err := mail.ParseAddress(cfg.Mail.From)
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	return &delivery.Reconciler{
		Live: live, Domain: domain, Mailer: sender, Brand: brands.now, Tokens: tokens, Recipients: known,
		PageURL: cfg.InvitationPage.Parsed().String(), Clock: clock.RealClock{},
	}, nil
}

// addPage serves the page behind their links, if it is configured.
func addPage(mgr manager.Manager, cfg *config.OperatorConfig, live client.Client, tokens *token.Store, known *recipients.Store, brands branding) error {
	if cfg.InvitationPage == nil {
		return nil
	}
	return mgr.Add(&respond.Server{Address: cfg.InvitationPage.BindAddress, Page: &respond.Page{
		URL: cfg.InvitationPage.Parsed(), Client: live, Tokens: tokens, Recipients: known, Brand: brands.now,
		Clock: clock.RealClock{}, Rate: respond.NewRate(),
	}})
}
