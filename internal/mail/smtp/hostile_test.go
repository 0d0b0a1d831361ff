// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
)

// hostile are names and subjects that tenants could set, with what a reader sees of them.
var hostile = map[string]string{
	`Zylker "Products" <boss@evil.example>`:           `Zylker "Products" <boss@evil.example>`,
	"Zylker\r\nBcc: victim@example.net":               "Zylker Bcc: victim@example.net",
	"Zylker\nBcc: victim@example.net\n\nA body":       "Zylker Bcc: victim@example.net A body",
	"Zylker\rBcc: victim@example.net":                 "Zylker Bcc: victim@example.net",
	"Zylker, victim@example.net":                      "Zylker, victim@example.net",
	"a@b.c>, <victim@example.net":                     "a@b.c>, <victim@example.net",
	`back\slash "quote`:                               `back\slash "quote`,
	"=?utf-8?q?Zylker=0D=0ABcc:_victim@example.net?=": "=?utf-8?q?Zylker=0D=0ABcc:_victim@example.net?=",
	"=?utf-8?b?Wnlsa2Vy?= =?utf-8?b?Wnlsa2Vy?=":       "=?utf-8?b?Wnlsa2Vy?= =?utf-8?b?Wnlsa2Vy?=",
	"=?bad?x?y?=":                                            "=?bad?x?y?=",
	"safe\u202eelpmaxe.live\u202c":                           "safeelpmaxe.live",
	"zero\u200bwidth\ufeff\u2060":                            "zerowidth",
	"line\u2028separator\u2029and\u0085next":                 "line separator and next",
	"nul\x00bell\x07esc\x1b":                                 "nul bell esc",
	"Éditions – 株式会社 🎉":                                      "Éditions – 株式会社 🎉",
	"broken \xff\xfe utf-8":                                  "broken � utf-8",
	"Undisclosed recipients:;":                               "Undisclosed recipients:;",
	"(comment) name":                                         "(comment) name",
	"   spaces \t everywhere   ":                             "spaces everywhere",
	strings.Repeat("long ", 300) + "end":                     strings.Repeat("long ", 300) + "end",
	strings.Repeat("x", 2000):                                strings.Repeat("x", 2000),
	strings.Repeat("é", 2000):                                strings.Repeat("é", 2000),
	strings.Repeat("x", 70) + "  " + strings.Repeat("y", 70): strings.Repeat("x", 70) + " " + strings.Repeat("y", 70),
}

func TestI4NothingInAFieldAddsAHeaderOrARecipient(t *testing.T) {
	d := newDesk(t, nil)
	for text, want := range hostile {
		m := invitation("jane@example.org")
		m.Subject, m.From.Name, m.To.Name, m.ReplyTo = text, text, text, netmail.Address{Name: text, Address: "john@example.net"}
		m.Text = text + "\r\n.\r\nMAIL FROM:<x@y.z>\n.\n" + text
		d.Clear()
		d.must(t, m)
		got := d.Messages()
		if len(got) != 1 {
			t.Fatalf("%q: %d messages", text, len(got))
		}
		judge(t, m, want, got[0])
		if !slices.Equal(got[0].To, []string{"jane@example.org"}) || got[0].From != m.From.Address {
			t.Errorf("%q: from %q to %q", text, got[0].From, got[0].To)
		}
	}
}

// judge compares a message with what an independent parser reads.
func judge(t *testing.T, sent mail.Message, text string, got mailtest.Message) {
	t.Helper()
	if names := headersOf(got); !slices.Equal(names, headers) {
		t.Errorf("%q: headers %q", text, names)
	}
	if got.Subject != text {
		t.Errorf("subject %q, want %q", got.Subject, text)
	}
	for header, address := range map[string]netmail.Address{"From": sent.From, "To": sent.To, "Reply-To": sent.ReplyTo} {
		list, err := got.Header.AddressList(header)
		if err != nil || len(list) != 1 || list[0].Address != address.Address || list[0].Name != text {
			t.Errorf("%s: %v, %v, want the name %q", header, list, err, text)
		}
	}
	for line := range strings.Lines(string(got.Raw)) {
		if len(line) > 998 {
			t.Errorf("%q: a line has %d bytes", text, len(line))
		}
	}
}

// FuzzSeal looks for a message that the parser reads as another one.
func FuzzSeal(f *testing.F) {
	for text := range hostile {
		f.Add(text, "a body\r\n.\r\n--boundary")
	}
	f.Fuzz(func(t *testing.T, text, body string) {
		m := invitation("jane@example.org")
		m.Subject, m.From.Name, m.To.Name, m.ReplyTo = text, text, text, netmail.Address{Name: text, Address: "john@example.net"}
		m.Text, m.HTML = body, body
		e, err := seal(m, time.Unix(1e9, 0))
		if err != nil {
			t.Fatal(err)
		}
		got, err := mailtest.Parse(e.content)
		if err != nil {
			t.Fatalf("%v in\n%s", err, e.content)
		}
		judge(t, m, oneLine(text), got)
		if want := strings.ToValidUTF8(body, "�"); flat(got.Text) != flat(want) || flat(got.HTML) != flat(want) {
			t.Errorf("body %q, text %q, HTML %q", want, got.Text, got.HTML)
		}
	})
}

// flat is a text without line ends, of which mail has one kind only.
func flat(text string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(text) }

// FuzzAddress looks for an address that becomes two, or another one.
func FuzzAddress(f *testing.F) {
	for _, address := range []string{"a@b.c", `"a b"@c.d`, "a@b.c>,<d@e.f", "a@[192.0.2.1]", "a\"b@c.d", "a@b.c\r\nRCPT TO:<d@e.f>", "@", "<a@b.c>", "a@b@c.d"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		text, err := path("the recipient", netmail.Address{Address: address})
		if err != nil {
			return
		}
		list, err := netmail.ParseAddressList(text)
		if err != nil || len(list) != 1 || list[0].Address != address || !printable.MatchString(text) || text[0] != '<' || text[len(text)-1] != '>' {
			t.Errorf("%q became %q: %v, %v", address, text, list, err)
		}
	})
}

// FuzzReason looks for an address, a secret or a strange character in what a server says.
func FuzzReason(f *testing.F) {
	f.Add("5.1.1 <jane@example.org>: no such user", "polyorg", "s3cret")
	f.Add("a\n\nb\u202e@x", "a", "b")
	f.Fuzz(func(t *testing.T, text, username, password string) {
		const ours = "… the mail server gave no reason"
		usable := username != "" && password != "" && utf8.ValidString(username) && utf8.ValidString(password) // readSecret refuses others
		if !usable || strings.Contains(ours, password) || strings.Contains(password, "…") {
			t.Skip()
		}
		_, got := files{username: username, password: password}.reason(reply(550, text))
		if utf8.RuneCountInString(got) > maxReason || got == "" {
			t.Errorf("%d characters", utf8.RuneCountInString(got))
		}
		if got != oneLine(got) || strings.Contains(got, "@") || strings.Contains(got, password) {
			t.Errorf("%q became %q", text, got)
		}
	})
}
