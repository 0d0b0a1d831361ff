// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"slices"
	"strings"

	gosmtp "github.com/wneessen/go-mail/smtp"

	"github.com/polyorg/polyorg/internal/config"
)

// open connects to the mail server and signs in. What it sends before the connection is encrypted is EHLO and STARTTLS.
func (s *Sender) open(ctx context.Context, f files) (*connection, error) {
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.config.Address)
	if err != nil {
		return nil, &stopped{StageConnect, err}
	}
	c := &connection{raw: &bounded{Conn: raw}, files: f, patience: min(recipientTime, s.config.Timeout.Duration/2)}
	if err := c.within(ctx, func() error { return s.begin(ctx, c) }); err != nil {
		c.drop()
		return nil, err
	}
	return c, nil
}

func (s *Sender) begin(ctx context.Context, c *connection) error {
	var conn net.Conn = c.raw
	return inOrder(
		step{StageEncrypt, func() (err error) {
			if s.config.TLS == config.MailImplicitTLS {
				conn, err = s.handshake(ctx, conn, c.files)
			}
			return err
		}},
		step{StageGreeting, func() (err error) {
			c.client, err = gosmtp.NewClient(conn, s.host)
			return err
		}},
		step{StageHello, func() error {
			// Addresses are in ASCII (U1). A client that asks for SMTPUTF8 all the same has its messages refused by a next server without it.
			c.client.SkipSMTPUTF8(true)
			return c.client.Hello(cmp.Or(s.config.HeloName, literal(conn.LocalAddr())))
		}},
		step{StageEncrypt, func() error {
			if s.config.TLS != config.MailStartTLS {
				return nil
			}
			return s.startTLS(c)
		}},
		step{StageSignIn, func() error { return s.signIn(c) }},
	)
}

func (s *Sender) handshake(ctx context.Context, conn net.Conn, f files) (net.Conn, error) {
	encrypted := tls.Client(conn, s.tlsConfig(f))
	err := encrypted.HandshakeContext(ctx)
	return encrypted, err
}

// startTLS refuses a server without STARTTLS: perhaps somebody on the way took the offer out of its answer.
func (s *Sender) startTLS(c *connection) error {
	if offered, _ := c.client.Extension("STARTTLS"); !offered {
		return said("the mail server does not offer STARTTLS")
	}
	return c.client.StartTLS(s.tlsConfig(c.files))
}

func (s *Sender) tlsConfig(f files) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: cmp.Or(s.config.ServerName, s.host), RootCAs: f.roots()}
}

// mechanisms are the ways to sign in that a configuration allows, the best first.
var mechanisms = map[config.MailAuthentication][]string{
	config.MailAuthAuto:    {"PLAIN", "LOGIN"},
	config.MailAuthPlain:   {"PLAIN"},
	config.MailAuthLogin:   {"LOGIN"},
	config.MailAuthXOAUTH2: {"XOAUTH2"},
}

// signIn does nothing without credentials.
func (s *Sender) signIn(c *connection) error {
	user, password := c.files.username, c.files.password
	if user == "" {
		return nil
	}
	_, offer := c.client.Extension("AUTH")
	offered := strings.Fields(strings.ToUpper(offer))
	for _, mechanism := range mechanisms[s.config.Authentication] {
		if !slices.Contains(offered, mechanism) {
			continue
		}
		switch mechanism {
		case "PLAIN":
			return c.client.Auth(gosmtp.PlainAuth("", user, password, s.host, false))
		case "LOGIN":
			return c.client.Auth(gosmtp.LoginAuth(user, password, s.host, false))
		case "XOAUTH2":
			return c.client.Auth(gosmtp.XOAuth2Auth(user, password))
		}
	}
	return said("the mail server offers no way to sign in that the configuration allows")
}

// literal is an address as EHLO names a client without a domain. The name of a pod would tell strangers what runs here, and where.
func literal(a net.Addr) string {
	host, _, _ := net.SplitHostPort(a.String())
	host, _, _ = strings.Cut(host, "%") // the zone of a link-local address
	if strings.Contains(host, ":") {
		host = "IPv6:" + host
	}
	return "[" + host + "]"
}
