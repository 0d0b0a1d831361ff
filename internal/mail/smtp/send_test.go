// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"context"
	"fmt"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
)

func TestI4AMessageArrivesByEachWayToEncryptAndToSignIn(t *testing.T) {
	for name, tc := range map[string]struct {
		options   []mailtest.Option
		change    func(*config.Mail)
		open      bool
		anonymous bool
	}{
		"STARTTLS, no sign-in":                     {anonymous: true},
		"implicit TLS, no sign-in":                 {options: []mailtest.Option{mailtest.TLS(config.MailImplicitTLS)}, anonymous: true},
		"a relay without TLS":                      {options: []mailtest.Option{mailtest.TLS(config.MailPlain)}, open: true, anonymous: true},
		"STARTTLS, any way to sign in":             {options: []mailtest.Option{mailtest.SignIn(user, password)}},
		"implicit TLS, any way to sign in":         {options: []mailtest.Option{mailtest.SignIn(user, password), mailtest.TLS(config.MailImplicitTLS)}},
		"any way, and the server knows LOGIN only": {options: []mailtest.Option{mailtest.SignIn(user, password, "LOGIN")}},
		"any way, and the server knows PLAIN only": {options: []mailtest.Option{mailtest.SignIn(user, password, "PLAIN")}},
		"by PLAIN":   {options: []mailtest.Option{mailtest.SignIn(user, password)}, change: authentication(config.MailAuthPlain)},
		"by LOGIN":   {options: []mailtest.Option{mailtest.SignIn(user, password)}, change: authentication(config.MailAuthLogin)},
		"by XOAUTH2": {options: []mailtest.Option{mailtest.SignIn(user, password, "XOAUTH2")}, change: authentication(config.MailAuthXOAUTH2)},
		"the certificate has another name": {options: []mailtest.Option{mailtest.SignIn(user, password)}, change: func(c *config.Mail) {
			c.ServerName = "localhost"
		}},
		"with a name in EHLO": {options: []mailtest.Option{mailtest.SignIn(user, password)}, change: func(c *config.Mail) { c.HeloName = "crm.example.com" }},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, tc.change, tc.options...)
			sent := invitation("jane@example.org")
			d.must(t, sent)
			got := d.Messages()
			if len(got) != 1 {
				t.Fatalf("%d messages", len(got))
			}
			m := got[0]
			if m.From != sent.From.Address || !slices.Equal(m.To, []string{"jane@example.org"}) {
				t.Errorf("envelope: from %q to %q", m.From, m.To)
			}
			if m.Encrypted == tc.open || (m.User == "") != tc.anonymous {
				t.Errorf("encrypted %v, user %q", m.Encrypted, m.User)
			}
			if m.Subject != sent.Subject || lines(m.Text) != sent.Text || lines(m.HTML) != sent.HTML {
				t.Errorf("subject %q, text %q, HTML %q", m.Subject, m.Text, m.HTML)
			}
		})
	}
}

func authentication(by config.MailAuthentication) func(*config.Mail) {
	return func(c *config.Mail) { c.Authentication = by }
}

// lines have the line ends of a text file.
func lines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

func TestI4TheMessageHasTheseHeadersAndNoOther(t *testing.T) {
	d := newDesk(t, nil)
	m := invitation("jane@example.org")
	m.Language, m.ReplyTo = "fr", netmail.Address{Name: "Jörg", Address: "joerg@example.net"}
	m.Subject = "Rejoignez Zylker – Éditions"
	before := time.Now().Add(-time.Second)
	d.must(t, m)
	got := d.Messages()[0]

	if names := headersOf(got); !slices.Equal(names, headers) {
		t.Errorf("headers %q", names)
	}
	for header, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "Content-Language": "fr", "Mime-Version": "1.0", "X-Auto-Response-Suppress": "All",
		"Message-Id": "<inv-7f3a.1@example.com>",
	} {
		if got := got.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if date, err := got.Header.Date(); err != nil || date.Before(before.Truncate(time.Second)) {
		t.Errorf("date %v, %v", date, err)
	}
	if kind, _, err := got.Header.ContentType(); kind != "multipart/alternative" || err != nil {
		t.Errorf("type %q, %v", kind, err)
	}
	if to, err := got.Header.AddressList("Reply-To"); err != nil || len(to) != 1 || to[0].Name != "Jörg" || to[0].Address != "joerg@example.net" {
		t.Errorf("reply to %v, %v", to, err)
	}
	raw := string(got.Raw)
	if text, html := strings.Index(raw, "text/plain; charset=UTF-8"), strings.Index(raw, "text/html; charset=UTF-8"); text < 0 || html < text {
		t.Errorf("the text is at %d, the HTML at %d", text, html)
	}
	if n := strings.Count(raw, "Content-Transfer-Encoding: quoted-printable"); n != 2 {
		t.Errorf("%d parts are quoted-printable", n)
	}
	for line := range strings.Lines(raw) {
		if len(line) > 78+len("\r\n") || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
			t.Errorf("a line is long, or not ASCII: %q", line)
		}
	}
	if strings.Contains(strings.ToLower(raw), "go-mail") {
		t.Error("the message names the software")
	}
}

func TestOneConnectionCarriesManyMessages(t *testing.T) {
	d := signedIn(t)
	for i := range 200 {
		d.must(t, invitation(fmt.Sprintf("p%d@example.org", i)))
	}
	if d.Accepted() != 1 || d.Received() != 200 {
		t.Errorf("%d connections, %d messages", d.Accepted(), d.Received())
	}
	for i, m := range d.Messages() {
		if m.To[0] != fmt.Sprintf("p%d@example.org", i) {
			t.Fatalf("message %d is for %q", i, m.To)
		}
	}
}

func TestManyGoroutinesShareTheConnection(t *testing.T) {
	d := signedIn(t)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for j := range 25 {
				if err := d.Send(t.Context(), written(invitation(fmt.Sprintf("p%d-%d@example.org", i, j)))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	to := map[string]bool{}
	for _, m := range d.Messages() {
		to[m.To[0]] = true
	}
	if d.Accepted() != 1 || d.Received() != 200 || len(to) != 200 {
		t.Errorf("%d connections, %d messages for %d people", d.Accepted(), d.Received(), len(to))
	}
}

func TestAnIdleConnectionIsClosed(t *testing.T) {
	d := signedIn(t)
	d.idle = time.Millisecond
	d.must(t, invitation("jane@example.org"))
	d.await(t, func(s *mailtest.Server) bool { return s.Open() == 0 })
	d.must(t, invitation("joe@example.org"))
	if d.Received() != 2 || d.Accepted() != 2 {
		t.Errorf("%d messages, %d connections", d.Received(), d.Accepted())
	}
}

func TestAConnectionThatIsUsedIsKept(t *testing.T) {
	d := signedIn(t)
	d.must(t, invitation("jane@example.org"))
	d.turn <- struct{}{} // somebody sends
	d.closeIdle()
	if d.kept == nil || d.Open() != 1 {
		t.Error("the connection is closed under a sender")
	}
	<-d.turn
	d.closeIdle()
	d.await(t, func(s *mailtest.Server) bool { return s.Open() == 0 })
}

func TestAMessageIsSentAgainOverAnotherConnectionIfTheKeptOneHasEnded(t *testing.T) {
	for name, tc := range map[string]struct {
		step   mailtest.Step
		answer error
		want   bool
	}{
		"it is closed at MAIL":              {mailtest.Sender, mailtest.ErrDrop, true},
		"it is closed at RCPT":              {mailtest.Recipient, mailtest.ErrDrop, true},
		"421 at MAIL":                       {mailtest.Sender, mailtest.Refuse(421, "4.7.0", "Too many messages in this connection"), true},
		"421 at RCPT":                       {mailtest.Recipient, mailtest.Refuse(421, "", "bye"), true},
		"another refusal at MAIL":           {mailtest.Sender, mailtest.Refuse(451, "4.3.0", "later"), false},
		"it is closed after the final dot":  {mailtest.Content, mailtest.ErrDrop, false},
		"it is closed after the acceptance": {mailtest.Sent, mailtest.ErrDrop, false},
		"421 after the final dot":           {mailtest.Content, mailtest.Refuse(421, "", "bye"), false},
	} {
		t.Run(name, func(t *testing.T) {
			d := signedIn(t)
			d.must(t, invitation("jane@example.org"))
			d.Clear()
			d.At(tc.step, mailtest.Times(1, tc.answer))
			if err := d.Send(t.Context(), written(invitation("joe@example.org"))); (err == nil) != tc.want {
				t.Errorf("got %v", err)
			}
			if tc.want && (len(d.Messages()) != 1 || d.Accepted() != 2) {
				t.Errorf("%d messages, %d connections", len(d.Messages()), d.Accepted())
			}
		})
	}
}

func TestANewConnectionThatEndsIsNotTriedAgainAtOnce(t *testing.T) {
	d := signedIn(t)
	d.At(mailtest.Sender, mailtest.Always(mailtest.Refuse(421, "4.3.2", "shutting down")))
	f := fails(t, d.Sender, invitation("jane@example.org"))
	if f.Permanent || f.Code != 421 || d.Accepted() != 1 {
		t.Errorf("got %+v, %d connections", f, d.Accepted())
	}
}

func TestI12ARefusedRecipientStopsNoOther(t *testing.T) {
	d := signedIn(t)
	d.At(mailtest.Recipient, mailtest.For(mailtest.Refuse(550, "5.1.1", "No such user"), "p3@example.org", "p4@example.org"))
	var refused []string
	for i := range 10 {
		m := invitation(fmt.Sprintf("p%d@example.org", i))
		if err := d.Send(t.Context(), written(m)); err != nil {
			if f := failureOf(t, err); !f.Permanent {
				t.Errorf("got %+v", f)
			}
			refused = append(refused, m.To.Address)
		}
	}
	if !slices.Equal(refused, []string{"p3@example.org", "p4@example.org"}) || d.Received() != 8 {
		t.Errorf("refused %q, %d messages", refused, d.Received())
	}
	d.Close()
	d.await(t, func(s *mailtest.Server) bool { return s.Open() == 0 })
}

func TestAGreylistedMessageIsAcceptedLater(t *testing.T) {
	d := signedIn(t)
	d.At(mailtest.Recipient, mailtest.Greylist())
	m := invitation("jane@example.org")
	if f := fails(t, d.Sender, m); f.Permanent || f.Code != 451 || f.Enhanced != "4.7.1" || f.Stage != StageRecipient {
		t.Errorf("got %+v", f)
	}
	d.must(t, m)
}

// A crash of either side between the acceptance and its record sends twice, and the recipient's server can tell.
func TestAMessageThatMayHaveBeenAcceptedIsSentAgainWithItsMessageID(t *testing.T) {
	for step, want := range map[mailtest.Step]int{mailtest.Content: 1, mailtest.Sent: 2} {
		t.Run(string(step), func(t *testing.T) {
			d := signedIn(t)
			d.At(step, mailtest.Times(1, mailtest.ErrDrop))
			m := invitation("jane@example.org")
			f := fails(t, d.Sender, m)
			if f.Permanent || f.Code != 0 || f.Stage != StageAccept || f.Reason != "the mail server closed the connection"+maybeAccepted {
				t.Errorf("got %+v", f)
			}
			d.must(t, m)
			got := d.Messages()
			if len(got) != want {
				t.Fatalf("%d messages", len(got))
			}
			for _, m := range got {
				if m.Header.Get("Message-Id") != "<inv-7f3a.1@example.com>" {
					t.Errorf("Message-ID %q", m.Header.Get("Message-Id"))
				}
			}
		})
	}
}

func TestASendWaitsForItsTurnAsLongAsItsContextAllows(t *testing.T) {
	d := signedIn(t)
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := failureOf(t, d.Send(ctx, written(invitation("jane@example.org"))))
	if f.Permanent || f.Stage != StageTurn || f.Reason != "the operator stopped waiting" {
		t.Errorf("got %+v", f)
	}
}

func TestACanceledSendHandsOverNothing(t *testing.T) {
	d := signedIn(t)
	d.must(t, invitation("jane@example.org"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := failureOf(t, d.Send(ctx, written(invitation("joe@example.org"))))
	if f.Permanent || f.Stage != StageTurn || f.Reason != "the operator stopped waiting" {
		t.Errorf("got %+v", f)
	}
	d.must(t, invitation("jack@example.org"))
	if d.Received() != 2 || d.Accepted() != 1 {
		t.Errorf("%d messages, %d connections", d.Received(), d.Accepted())
	}
}

func TestCheckSignsInAndLeaves(t *testing.T) {
	d := signedIn(t)
	if err := d.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.await(t, func(s *mailtest.Server) bool { return s.Open() == 0 })
	d.SetCredentials(user, "another")
	f := failureOf(t, d.Check(t.Context()))
	if f.Permanent || f.Stage != StageSignIn || f.Code != 535 {
		t.Errorf("got %+v", f)
	}
	if d.Received() != 0 || d.Accepted() != 2 {
		t.Errorf("%d messages, %d connections", d.Received(), d.Accepted())
	}
}

// BenchmarkSend is one message after another over one connection with STARTTLS, and a server that parses each.
func BenchmarkSend(b *testing.B) {
	d := newDesk(b, nil, mailtest.SignIn(user, password), mailtest.Keep(1))
	m := invitation("jane@example.org")
	d.must(b, m)
	for b.Loop() {
		d.must(b, m)
	}
	if d.Accepted() != 1 {
		b.Errorf("%d connections", d.Accepted())
	}
}
