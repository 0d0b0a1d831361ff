// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"errors"
	"net"
	"net/textproto"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
)

func TestI12OnlyARefusalOfThisMessageIsPermanent(t *testing.T) {
	for name, tc := range map[string]struct {
		step   mailtest.Step
		answer error
		want   mail.Failure
	}{
		"an unknown recipient": {mailtest.Recipient, mailtest.Refuse(550, "5.1.1", "No such user here"),
			mail.Failure{Permanent: true, Code: 550, Enhanced: "5.1.1", Stage: StageRecipient, Reason: "No such user here"}},
		"a full mailbox": {mailtest.Recipient, mailtest.Refuse(452, "4.2.2", "Mailbox full"),
			mail.Failure{Code: 452, Enhanced: "4.2.2", Stage: StageRecipient, Reason: "Mailbox full"}},
		"a server without enhanced codes": {mailtest.Recipient, mailtest.Refuse(553, "", "sorry"),
			mail.Failure{Permanent: true, Code: 553, Stage: StageRecipient, Reason: "sorry"}},
		"a relay that is refused": {mailtest.Recipient, mailtest.Refuse(554, "5.7.1", "Relay access denied"),
			mail.Failure{Code: 554, Enhanced: "5.7.1", Stage: StageRecipient, Reason: "Relay access denied"}},
		"a refused sender": {mailtest.Sender, mailtest.Refuse(550, "5.7.1", "Not from there"),
			mail.Failure{Platform: true, Code: 550, Enhanced: "5.7.1", Stage: StageSender, Reason: "Not from there"}},
		"a sender that is not the operator's": {mailtest.Sender, mailtest.Refuse(553, "5.1.8", "Bad sender"),
			mail.Failure{Platform: true, Code: 553, Enhanced: "5.1.8", Stage: StageSender, Reason: "Bad sender"}},
		"a sign-in that the server wants first": {mailtest.Sender, mailtest.Refuse(530, "5.7.0", "Authentication required"),
			mail.Failure{Platform: true, Code: 530, Enhanced: "5.7.0", Stage: StageSender, Reason: "Authentication required"}},
		"the quota of a day": {mailtest.Content, mailtest.Refuse(550, "5.4.5", "Daily limit"),
			mail.Failure{Platform: true, Code: 550, Enhanced: "5.4.5", Stage: StageAccept, Reason: "Daily limit"}},
		"a content that is refused": {mailtest.Content, mailtest.Refuse(554, "5.6.0", "Looks like spam"),
			mail.Failure{Permanent: true, Code: 554, Enhanced: "5.6.0", Stage: StageAccept, Reason: "Looks like spam"}},
		"a content that is refused for now": {mailtest.Content, mailtest.Refuse(451, "4.3.0", "Try later"),
			mail.Failure{Code: 451, Enhanced: "4.3.0", Stage: StageAccept, Reason: "Try later"}},
		"an answer that SMTP does not have there": {mailtest.Content, mailtest.Refuse(299, "", "perhaps"),
			mail.Failure{Uncertain: true, Code: 299, Stage: StageAccept, Reason: "perhaps" + maybeAccepted}},
		"a server that takes nobody": {mailtest.Connect, mailtest.Refuse(554, "", "Go away"),
			mail.Failure{Platform: true, Code: 554, Stage: StageGreeting, Reason: "Go away"}},
		"a server that does not like the name": {mailtest.Hello, mailtest.Refuse(550, "5.7.1", "Need a proper name"),
			mail.Failure{Platform: true, Code: 550, Enhanced: "5.7.1", Stage: StageHello, Reason: "Need a proper name"}},
		"a sign-in that is refused": {mailtest.SignInStep, mailtest.Refuse(535, "5.7.8", "Bad credentials"),
			mail.Failure{Platform: true, Code: 535, Enhanced: "5.7.8", Stage: StageSignIn, Reason: "Bad credentials"}},
		"a sign-in that is refused for good": {mailtest.SignInStep, mailtest.Refuse(554, "5.7.1", "Account closed"),
			mail.Failure{Platform: true, Code: 554, Enhanced: "5.7.1", Stage: StageSignIn, Reason: "Account closed"}},
		"no reason": {mailtest.Recipient, mailtest.Refuse(550, "5.0.0", ""),
			mail.Failure{Permanent: true, Code: 550, Enhanced: "5.0.0", Stage: StageRecipient, Reason: "the mail server gave no reason"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := signedIn(t)
			d.At(tc.step, mailtest.Always(tc.answer))
			if diff := cmp.Diff(&tc.want, fails(t, d.Sender, invitation("jane@example.org"))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			d.At(tc.step, nil)
			d.must(t, invitation("jane@example.org"))
		})
	}
}

func TestWhatSomebodyCanMendIsTemporary(t *testing.T) {
	stranger, err := mailtest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		options []mailtest.Option
		change  func(*config.Mail)
		spoil   func(desk) error
		stage   string
		reason  string
	}{
		"a wrong password": {
			options: []mailtest.Option{mailtest.SignIn(user, password)},
			spoil:   func(d desk) error { d.SetCredentials(user, "another"); return nil },
			stage:   StageSignIn, reason: "Authentication failed",
		},
		"a wrong token": {
			options: []mailtest.Option{mailtest.SignIn(user, password, "XOAUTH2")},
			change:  authentication(config.MailAuthXOAUTH2),
			spoil:   func(d desk) error { d.SetCredentials(user, "another"); return nil },
			stage:   StageSignIn, reason: "Authentication failed",
		},
		"no way to sign in that the configuration allows": {
			options: []mailtest.Option{mailtest.SignIn(user, password, "XOAUTH2")},
			stage:   StageSignIn, reason: "the mail server offers no way to sign in that the configuration allows",
		},
		"a certificate of an unknown authority, by STARTTLS": {
			spoil: func(d desk) error { return d.Certify(stranger, "127.0.0.1") },
			stage: StageEncrypt, reason: "the mail server's certificate is not trusted: x509: certificate signed by unknown authority",
		},
		"a certificate of an unknown authority": {
			options: []mailtest.Option{mailtest.TLS(config.MailImplicitTLS)},
			spoil:   func(d desk) error { return d.Certify(stranger, "127.0.0.1") },
			stage:   StageEncrypt, reason: "the mail server's certificate is not trusted: x509: certificate signed by unknown authority",
		},
		"a certificate of another name": {
			change: func(c *config.Mail) { c.ServerName = "mail.example.com" },
			stage:  StageEncrypt, reason: "the mail server's certificate is not trusted: x509: certificate is valid for localhost, not mail.example.com",
		},
		"no STARTTLS": {
			options: []mailtest.Option{mailtest.TLS(config.MailPlain)},
			change:  func(c *config.Mail) { c.TLS = config.MailStartTLS },
			stage:   StageEncrypt, reason: "the mail server does not offer STARTTLS",
		},
		"no TLS where it should be from the first byte": {
			options: []mailtest.Option{mailtest.TLS(config.MailPlain)},
			change:  func(c *config.Mail) { c.TLS = config.MailImplicitTLS },
			stage:   StageEncrypt, reason: "the mail server does not answer with TLS",
		},
		"a port where nobody listens": {
			spoil: func(d desk) error { return d.Server.Close() },
			stage: StageConnect, reason: "the connection was refused",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, tc.change, append(tc.options, mailtest.Keep(10))...)
			// Nothing of a message may come to a server that is not the right one.
			d.At(mailtest.Sender, func(mailtest.Envelope) error {
				t.Error("the message is on its way")
				return nil
			})
			if tc.spoil != nil {
				if err := tc.spoil(d); err != nil {
					t.Fatal(err)
				}
			}
			f := fails(t, d.Sender, invitation("jane@example.org"))
			if f.Permanent || !f.Platform || f.Stage != tc.stage || !strings.HasPrefix(f.Reason, tc.reason) {
				t.Errorf("got %+v", f)
			}
			if d.Received() != 0 {
				t.Errorf("%d messages", d.Received())
			}
		})
	}
}

func TestAMessageThatNoServerUnderstandsIsNotSent(t *testing.T) {
	d := newDesk(t, nil)
	for name, tc := range map[string]struct {
		change func(*mail.Message)
		reason string
	}{
		"no recipient":                {func(m *mail.Message) { m.To.Address = "" }, "the address of the recipient is not valid"},
		"two recipients":              {func(m *mail.Message) { m.To.Address = "a@b.c>,<d@e.f" }, ""},
		"a command after the address": {func(m *mail.Message) { m.To.Address = "a@b.c>\r\nRCPT TO:<d@e.f" }, "the address of the recipient is not valid"},
		"a parameter of RCPT":         {func(m *mail.Message) { m.To.Address = "a@b.c> NOTIFY=NEVER" }, "the address of the recipient is not valid"},
		"a line end in the sender":    {func(m *mail.Message) { m.From.Address = "a@b.c\n" }, "the address of the sender is not valid"},
		"a comment in an address":     {func(m *mail.Message) { m.To.Address = "a(x)@b.c" }, ""},
		"an address beyond ASCII":     {func(m *mail.Message) { m.To.Address = "jané@example.org" }, "the address of the recipient is not valid"},
		"an address too long":         {func(m *mail.Message) { m.To.Address = strings.Repeat("a", 300) + "@b.c" }, "the address of the recipient is not valid"},
		"a reply to nobody":           {func(m *mail.Message) { m.ReplyTo.Name = "Jane" }, "the address of the header Reply-To is not valid"},
		"no Message-ID":               {func(m *mail.Message) { m.ID = "" }, "the Message-ID is not valid"},
		"a header in the Message-ID":  {func(m *mail.Message) { m.ID = "a@b.c>\r\nBcc: <d@e.f" }, "the Message-ID is not valid"},
		"a header in the language":    {func(m *mail.Message) { m.Language = "en\r\nBcc: d@e.f" }, "the language is not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			m := invitation("jane@example.org")
			tc.change(&m)
			err := d.Send(t.Context(), written(m))
			if tc.reason == "" {
				// A strange address is quoted, or refused. In no case does another person get the message.
				for _, got := range d.Messages() {
					if len(got.To) != 1 || got.To[0] != m.To.Address {
						t.Errorf("the message is for %q", got.To)
					}
				}
				d.Clear()
				return
			}
			if f := failureOf(t, err); f.Permanent || f.Stage != StageWrite || f.Reason != tc.reason {
				t.Errorf("got %+v", f)
			}
		})
	}
	if d.Received() > 2 {
		t.Errorf("%d messages", d.Received())
	}
}

func TestAFailureNamesNoAddressAndNoSecret(t *testing.T) {
	f := files{username: "Polyorg-Sender", password: "s3cret pass/word"}
	token := "eyJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.eyJqdGkiOiI3In0xMjM0NTY3ODkwMTIz.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	for text, want := range map[string]string{
		"5.1.1 <jane@example.org>: Recipient address rejected":    "<…>: Recipient address rejected",
		"user Jane.Doe+x@EXAMPLE.org unknown":                     "user … unknown",
		`"jane doe"@example.org is unknown`:                       "… is unknown",
		"see https://example.com/?to=jane%40example.org":          "see https:…",
		"two\n5.7.1 lines\n5.7.1 here":                            "two lines here",
		"no\u200b zero\u202ewidth\x00 \x1b[31mred":                "no zerowidth [31mred",
		"jane\u200b@example.org\u2028is\u2029gone":                "… is gone",
		"blocked: https://x.example.com/respond?token=" + token:   "blocked: https://x.example.com/respond?….….…",
		"account polyorg-sender is closed":                        "account … is closed",
		"bad password s3cret pass/word":                           "bad password …",
		"bad " + encode("s3cret pass/word"):                       "bad …",
		"bad " + encode("\x00Polyorg-Sender\x00s3cret pass/word"): "bad …",
		"":                        "the mail server gave no reason",
		strings.Repeat("ab ", 90): strings.Repeat("ab ", 66) + "a…",
		"caf\xe9 ferm\xe9":        "caf� ferm�",
		"see https://support.google.com/mail/?p=NoSuchUser": "see https://support.google.com/mail/?p=NoSuchUser",
	} {
		if _, got := f.reason(reply(550, text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func reply(code int, text string) *textproto.Error { return &textproto.Error{Code: code, Msg: text} }

func TestAnEnhancedStatusIsTakenFromTheFirstLine(t *testing.T) {
	for text, want := range map[string]string{
		"5.1.1 no such user": "5.1.1", "4.7.1\n4.7.1 later": "4.7.1", "no such user 5.1.1": "", "5.1.1.1 version": "", "5.1": "", "5.1.1": "5.1.1",
	} {
		if got, _ := (files{}).reason(reply(550, text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestErrorsOfTheNetworkAreInWordsWithoutItsAddresses(t *testing.T) {
	at := &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 587}
	for want, err := range map[string]error{
		"the name of the mail server is not found": &net.OpError{Op: "dial", Net: "tcp", Addr: at, Err: &net.DNSError{Err: "no such host", Name: "mail.corp", Server: "10.0.0.2:53"}},
		"the connection was refused":               &net.OpError{Op: "dial", Net: "tcp", Addr: at, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		"the mail server closed the connection":    &net.OpError{Op: "read", Net: "tcp", Addr: at, Err: os.NewSyscallError("read", syscall.ECONNRESET)},
		"network is unreachable":                   &net.OpError{Op: "dial", Net: "tcp", Addr: at, Err: os.NewSyscallError("connect", syscall.ENETUNREACH)},
	} {
		f := failureOf(t, explain(t.Context(), &stopped{StageConnect, err}, files{}))
		if f.Reason != want || f.Permanent {
			t.Errorf("got %+v, want %q", f, want)
		}
	}
}

func TestTheInnermostErrorIsFound(t *testing.T) {
	inside := errors.New("inside")
	if got := root(errors.Join(&stopped{StageConnect, inside}, errors.New("beside"))); got != inside { //nolint:errorlint // the very one
		t.Errorf("got %v", got)
	}
}
