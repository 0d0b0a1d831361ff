// SPDX-License-Identifier: Apache-2.0

package mailtest

import (
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"github.com/polyorg/polyorg/internal/config"
)

// session is one client between two EHLOs.
type session struct {
	server *Server
	conn   *gosmtp.Conn
	now    Envelope
	to     []string
}

func (s *Server) begin(conn *gosmtp.Conn) (gosmtp.Session, error) {
	_, encrypted := conn.TLSConnectionState()
	started := &session{server: s, conn: conn, now: Envelope{Encrypted: encrypted}}
	err := started.judge(Hello)
	return started, err
}

// judge closes the connection where the judge wants that. The error is then for nobody.
func (s *session) judge(step Step) error {
	err := s.server.judge(step, s.now)
	if errors.Is(err, ErrDrop) {
		_ = s.conn.Conn().Close()
	}
	return err
}

func (s *session) AuthMechanisms() []string {
	if s.server.settings.username == "" {
		return nil
	}
	return s.server.settings.mechanisms
}

func (s *session) Auth(mechanism string) (sasl.Server, error) {
	if err := s.judge(SignInStep); err != nil {
		return nil, err
	}
	if !slices.Contains(s.AuthMechanisms(), mechanism) {
		return nil, gosmtp.ErrAuthUnknownMechanism
	}
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, username, password string) error { return s.signIn(username, password) }), nil
	case sasl.Login:
		return &login{signIn: s.signIn}, nil
	case "XOAUTH2":
		return &xoauth2{signIn: s.signIn}, nil
	}
	return nil, gosmtp.ErrAuthUnknownMechanism
}

func (s *session) signIn(username, password string) error {
	s.server.mutex.Lock()
	defer s.server.mutex.Unlock()
	if username != s.server.username || password != s.server.password {
		return gosmtp.ErrAuthFailed
	}
	s.now.User = username
	return nil
}

func (s *session) Mail(from string, _ *gosmtp.MailOptions) error {
	s.now.From = from
	switch {
	case !s.now.Encrypted && s.server.settings.tls != config.MailPlain:
		return Refuse(530, "5.7.0", "Must issue a STARTTLS command first")
	case s.now.User == "" && s.server.settings.username != "":
		return Refuse(530, "5.7.0", "Authentication required")
	}
	return s.judge(Sender)
}

func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.now.To = to
	err := s.judge(Recipient)
	if err == nil {
		s.to = append(s.to, to)
	}
	return err
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.judge(Content); err != nil {
		return err
	}
	m, err := Parse(raw)
	if err != nil {
		return Refuse(554, "5.6.0", "the message cannot be read: "+strings.ReplaceAll(err.Error(), "\n", " "))
	}
	m.User, m.Encrypted, m.From, m.To, m.At = s.now.User, s.now.Encrypted, s.now.From, slices.Clone(s.to), time.Now()
	s.server.deliver(m)
	return s.judge(Sent)
}

func (s *session) Reset() { s.now.From, s.now.To, s.to = "", "", nil }

func (s *session) Logout() error { return nil }

func (s *Server) deliver(m Message) {
	s.change(func() {
		s.received++
		s.inbox = append(s.inbox, m)
		if over := len(s.inbox) - s.settings.keep; over > 0 {
			s.inbox = slices.Delete(s.inbox, 0, over)
		}
	})
}
