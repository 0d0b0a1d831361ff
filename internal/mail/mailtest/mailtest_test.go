// SPDX-License-Identifier: Apache-2.0

package mailtest

import (
	"errors"
	"fmt"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/polyorg/polyorg/internal/config"
)

// send is Go's own client: it has nothing in common with the operator's.
func send(s *Server, to, text string) error {
	return smtp.SendMail(s.Address(), nil, "a@example.com", []string{to}, []byte(text))
}

const letter = "From: a@example.com\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n"

func TestAMessageIsParsed(t *testing.T) {
	s := Start(t, TLS(config.MailPlain))
	if err := send(s, "jane@example.org", letter); err != nil {
		t.Fatal(err)
	}
	got := s.Messages()
	if len(got) != 1 || got[0].Subject != "Café" || got[0].Text != "Hello\r\n" || got[0].From != "a@example.com" || got[0].To[0] != "jane@example.org" {
		t.Errorf("got %+v", got)
	}
	if err := s.Await(t.Context(), func(s *Server) bool { return s.Open() == 0 }); err != nil {
		t.Error(err)
	}
	if s.Accepted() != 1 || s.Received() != 1 {
		t.Errorf("%d connections, %d messages", s.Accepted(), s.Received())
	}
}

func TestTheServerAnswersAsItsJudgeSays(t *testing.T) {
	s := Start(t, TLS(config.MailPlain))
	for step, answer := range map[Step]error{
		Connect: Refuse(421, "", "busy"), Hello: Refuse(550, "5.7.1", "no"), Sender: Refuse(451, "4.3.0", "later"),
		Recipient: Refuse(550, "5.1.1", "unknown"), Content: Refuse(554, "5.6.0", "spam"), Sent: ErrDrop,
	} {
		s.At(step, Times(2, answer)) // net/smtp says EHLO, and then HELO
		if err := send(s, "jane@example.org", letter); err == nil {
			t.Errorf("%s: no error", step)
		}
		s.At(step, nil)
	}
	if s.Received() != 1 {
		t.Errorf("%d messages, and only the last step has one", s.Received())
	}
	s.At(Recipient, For(Refuse(550, "5.1.1", "unknown"), "joe@example.org"))
	if send(s, "joe@example.org", letter) == nil || send(s, "jane@example.org", letter) != nil {
		t.Error("the wrong recipient is refused")
	}
	s.At(Recipient, Greylist())
	if send(s, "joe@example.org", letter) == nil || send(s, "joe@example.org", letter) != nil {
		t.Error("a greylist refuses the first try, and no other")
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	s := Start(t, TLS(config.MailPlain))
	for name, text := range map[string]string{
		"an attachment":   "Content-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\nx\r\n",
		"another part":    "Content-Type: text/calendar\r\n\r\nx\r\n",
		"a broken header": "Subject without a colon\r\n\r\nx\r\n",
	} {
		if err := send(s, "jane@example.org", text); err == nil || !strings.Contains(err.Error(), "cannot be read") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTheInboxHasABound(t *testing.T) {
	s := Start(t, TLS(config.MailPlain), Keep(2))
	for i := range 3 {
		if err := send(s, fmt.Sprintf("p%d@example.org", i), letter); err != nil {
			t.Fatal(err)
		}
	}
	got := s.Messages()
	if len(got) != 2 || got[0].To[0] != "p1@example.org" || s.Received() != 3 {
		t.Errorf("%d messages of %d, the first for %q", len(got), s.Received(), got[0].To)
	}
}

func TestNothingIsAcceptedInTheClear(t *testing.T) {
	s := Start(t)
	c, err := smtp.Dial(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.Mail("a@example.com"); err == nil || !strings.Contains(err.Error(), "530") {
		t.Errorf("got %v", err)
	}
	if ok, _ := c.Extension("AUTH"); ok {
		t.Error("a password is asked for in the clear")
	}
}

func TestAnAddressThatIsTakenIsAnError(t *testing.T) {
	s := Start(t)
	if other, err := New(Listen(s.Address())); err == nil {
		t.Error(errors.Join(errors.New("two servers have one address"), other.Close()))
	}
}

func TestAServerThatIsDownIsUpAgainAtItsAddress(t *testing.T) {
	s := Start(t, TLS(config.MailPlain))
	address := s.Address()
	if err := send(s, "jane@example.org", letter); err != nil {
		t.Fatal(err)
	}
	open, err := smtp.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Down(); err != nil {
		t.Fatal(err)
	}
	if open.Noop() == nil || send(s, "jane@example.org", letter) == nil {
		t.Error("a server that is down answers")
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	if err := send(s, "jane@example.org", letter); err != nil || s.Received() != 2 || s.Address() != address {
		t.Errorf("%v; %d messages at %s", err, s.Received(), s.Address())
	}
	if err := errors.Join(s.Down(), s.Down()); err != nil {
		t.Errorf("down twice: %v", err)
	}
}

func TestJudgesAreAskedInTurn(t *testing.T) {
	first, second := Refuse(550, "5.1.1", "first"), Refuse(451, "4.7.1", "second")
	judge := First(Only(Times(1, first), "jane@example.org"), For(second, "jane@example.org", "joe@example.org"))
	for n, want := range []struct {
		to  string
		err error
	}{{"jane@example.org", first}, {"joe@example.org", second}, {"jane@example.org", second}, {"ann@example.org", nil}} {
		if got := judge(Envelope{To: want.to}); !errors.Is(got, want.err) {
			t.Errorf("%d: %s: got %v, want %v", n, want.to, got, want.err)
		}
	}
}

// Files are replaced all at once: a reader who has one folder of them open finds nothing of the next in it.
func TestFilesAreReplacedAsThoseOfASecret(t *testing.T) {
	dir := t.TempDir()
	for _, generation := range []string{"1", "2", "3"} {
		if err := mount(dir, map[string][]byte{"username": []byte("u" + generation), "password": []byte("p" + generation)}); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"username": "u", "password": "p"} {
			path := filepath.Join(dir, name)
			got, err := os.ReadFile(path)
			if err != nil || string(got) != want+generation {
				t.Errorf("%s: %q, %v", name, got, err)
			}
			if to, err := os.Readlink(path); err != nil || to != filepath.Join(current, name) {
				t.Errorf("%s leads to %q, %v", name, to, err)
			}
		}
	}
	all, err := os.ReadDir(dir)
	if err != nil || len(all) != 4 { // two files, the link, and one folder
		t.Errorf("%v, %v", all, err)
	}
}
