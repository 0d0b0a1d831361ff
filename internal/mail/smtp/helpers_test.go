// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"context"
	"errors"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
)

const (
	user     = "polyorg-sender"
	password = "s3cret pass/word"
)

// headers are those of a message with a Reply-To, sorted, as the parser spells them.
var headers = []string{
	"Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Reply-To", "Subject", "To",
	"X-Auto-Response-Suppress",
}

func headersOf(m mailtest.Message) []string {
	var names []string
	for f := m.Header.Fields(); f.Next(); {
		names = append(names, f.Key())
	}
	slices.Sort(names)
	return names
}

// desk is a server, and a sender for it with files of its own.
type desk struct {
	*mailtest.Server
	*Sender
	dir string
}

// newDesk changes the configuration before the sender is made from it.
func newDesk(tb testing.TB, change func(*config.Mail), options ...mailtest.Option) desk {
	tb.Helper()
	d := desk{Server: mailtest.Start(tb, options...), dir: tb.TempDir()}
	c, err := d.Config(d.dir)
	if err != nil {
		tb.Fatal(err)
	}
	if change != nil {
		change(&c)
	}
	d.Sender = newSender(tb, c)
	return d
}

func newSender(tb testing.TB, c config.Mail) *Sender {
	tb.Helper()
	s, err := New(c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// signedIn is a desk that wants credentials.
func signedIn(tb testing.TB) desk {
	tb.Helper()
	return newDesk(tb, nil, mailtest.SignIn(user, password))
}

// Close ends the sender's connection, not the server.
func (d desk) Close() { d.Sender.Close() }

func (d desk) must(tb testing.TB, m mail.Message) {
	tb.Helper()
	if err := d.Send(tb.Context(), written(m)); err != nil {
		tb.Fatal(err)
	}
}

func (d desk) write(tb testing.TB, name, text string) {
	tb.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

func (d desk) await(tb testing.TB, holds func(*mailtest.Server) bool) {
	tb.Helper()
	if err := d.Await(tb.Context(), holds); err != nil {
		tb.Fatal(err)
	}
}

// fails sends a message that must fail.
func fails(tb testing.TB, s *Sender, m mail.Message) *mail.Failure {
	tb.Helper()
	return failureOf(tb, s.Send(tb.Context(), written(m)))
}

func failureOf(tb testing.TB, err error) *mail.Failure {
	tb.Helper()
	var f *mail.Failure
	if !errors.As(err, &f) {
		tb.Fatalf("want a failure, got %T %v", err, err)
	}
	return f
}

// written is a message that nothing speaks against when its turn comes.
func written(m mail.Message) func(context.Context) (mail.Message, error) {
	return func(context.Context) (mail.Message, error) { return m, nil }
}

func invitation(to string) mail.Message {
	return mail.Message{
		ID:       "inv-7f3a.1@example.com",
		From:     netmail.Address{Name: "Polyorg", Address: "invitations@example.com"},
		To:       netmail.Address{Address: to},
		Language: "en",
		Subject:  "Join Zylker Products",
		Text:     "Hello,\n\nJohn invites you.\n.\nhttps://example.com/respond?token=abc\n",
		HTML:     "<p>Hello,</p><p>John invites you – <a href=\"https://example.com/\">accept</a></p>\n",
	}
}
