// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/polyorg/polyorg/internal/locale"
)

const token = "eyJhbGciOiJIUzI1NiIsImtpZCI6IjIwMjYtMTEtMjkifQ.eyJqdGkiOiJhIn0.c2lnbmF0dXJl"

// full is an invitation with everything.
func full(language string) Invitation {
	return Invitation{
		Locale: locale.Match(language), Organization: "Zylker & Sons", Inviter: "john@zylker.com",
		Role: "Administrator", UserType: "Internal",
		Message: "Hello Bob,\n\nwe start on Monday. The plan is on https://wiki.zylker.com/plan, and it is long enough to need a second line.\n" +
			"  - bring your <laptop>\n\nJohn",
		Deadline: time.Date(2026, time.December, 7, 13, 30, 0, 0, time.UTC), TimeZone: "Europe/Paris",
		Others: []string{"Initech", "Société Générale de Démonstration", "שלום 7"}, To: "bob@example.com",
		AcceptURL:  "https://invitations.crm.example.com/answer?choice=accept&token=" + token,
		DeclineURL: "https://invitations.crm.example.com/answer?choice=decline&token=" + token,
		ID:         "9f1c0c1e-3c0b-4c70-9a53-4d2f6ad4a8a5.1@crm.example.com",
	}
}

// least is an invitation with nothing that can be left out.
func least(language string) Invitation {
	i := full(language)
	i.Inviter, i.UserType, i.Message, i.TimeZone, i.Others, i.Role = "", "", "", "", nil, "Standard"
	return i
}

func composer(tb testing.TB, look Look) *Composer {
	tb.Helper()
	c, err := NewComposer(mail.Address{Name: "Example CRM", Address: "crm@example.com"}, look, true)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func compose(tb testing.TB, c *Composer, i Invitation) Message {
	tb.Helper()
	m, err := c.Compose(i)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// variants are the e-mails that golden files have.
func variants(language string) map[string]Invitation {
	withoutInviter, withoutMessage, withoutOthers := full(language), full(language), full(language)
	withoutInviter.Inviter, withoutMessage.Message, withoutOthers.Others = "", "", nil
	return map[string]Invitation{
		"full": full(language), "least": least(language),
		"without-inviter": withoutInviter, "without-message": withoutMessage, "without-others": withoutOthers,
	}
}

func TestGolden(t *testing.T) {
	looks := map[string]Look{"": {}, "branded-": {Platform: "Example CRM", LogoURL: "https://crm.example.com/logo.png", Accent: "#FC0"}}
	for prefix, look := range looks {
		for _, language := range []string{"en", "fr"} {
			for name, i := range variants(language) {
				if prefix != "" && name != "full" {
					continue
				}
				t.Run(prefix+name+"."+language, func(t *testing.T) {
					m := compose(t, composer(t, look), i)
					golden(t, prefix+name+"."+language+".txt", "Subject: "+m.Subject+"\n\n"+m.Text)
					golden(t, prefix+name+"."+language+".html", m.HTML)
				})
			}
		}
	}
}

func TestHeaders(t *testing.T) {
	i := full("fr")
	m := compose(t, composer(t, Look{}), i)
	want := Message{ID: i.ID, From: mail.Address{Name: "Example CRM", Address: "crm@example.com"}, To: mail.Address{Address: "bob@example.com"},
		ReplyTo: mail.Address{Address: "john@zylker.com"}, Language: "fr", Subject: "Invitation à rejoindre Zylker & Sons sur Polyorg"}
	m.Text, m.HTML = "", ""
	if m != want {
		t.Errorf("got  %+v\nwant %+v", m, want)
	}
}

func TestReplyTo(t *testing.T) {
	silent, err := NewComposer(mail.Address{Address: "crm@example.com"}, Look{}, false)
	if err != nil {
		t.Fatal(err)
	}
	if m := compose(t, silent, full("en")); m.ReplyTo.Address != "" || strings.Contains(m.Text+m.HTML, "delete the links") {
		t.Errorf("nobody asked for a Reply-To, and it is %v\n%s", m.ReplyTo, m.Text)
	}
	for language, warning := range map[string]string{"en": "delete the links first", "fr": "supprimez d’abord les liens"} {
		m := compose(t, composer(t, Look{}), full(language))
		if m.ReplyTo.Address != "john@zylker.com" || !strings.Contains(m.Text, warning) || !strings.Contains(m.HTML, warning) {
			t.Errorf("I7: a reply goes to %v with the links in it, and nothing says so\n%s", m.ReplyTo, m.Text)
		}
	}
	for _, inviter := range []string{"", "john", "John <john@zylker.com>", "john@zylker.com, eve@x.com", "john@zylker.com\r\nBcc: eve@x.com", "a@\u202eb.c"} {
		i := full("en")
		i.Inviter = inviter
		if m := compose(t, composer(t, Look{}), i); m.ReplyTo != (mail.Address{}) {
			t.Errorf("%q: got %v", inviter, m.ReplyTo)
		}
	}
}

func TestWithoutLocale(t *testing.T) {
	i := full("en")
	i.Locale = nil
	if m := compose(t, composer(t, Look{}), i); m.Language != "en" {
		t.Errorf("got %q", m.Language)
	}
}

func TestComposeRefuses(t *testing.T) {
	for sentence, tc := range map[string]struct {
		change func(*Invitation)
		want   string
	}{
		"no link to accept":              {func(i *Invitation) { i.AcceptURL = "" }, "AcceptURL: "},
		"a link that is a script":        {func(i *Invitation) { i.DeclineURL = "javascript:alert(1)//" + token }, "DeclineURL: "},
		"a link of another kind":         {func(i *Invitation) { i.AcceptURL = "ftp://x.com/" + token }, "scheme must be https or http"},
		"a link in two lines":            {func(i *Invitation) { i.AcceptURL += "\r\nBcc: x@y.z" }, "AcceptURL: "},
		"a link with a space":            {func(i *Invitation) { i.AcceptURL += " x" }, "AcceptURL: "},
		"a link with a quote":            {func(i *Invitation) { i.AcceptURL += `"onclick="` }, "AcceptURL: "},
		"a link that nobody could read":  {func(i *Invitation) { i.AcceptURL += strings.Repeat("x", 5000) }, "AcceptURL: it has more than"},
		"a link with a password":         {func(i *Invitation) { i.AcceptURL = "https://a:" + token + "@x.com/" }, "AcceptURL: "},
		"a link without a host":          {func(i *Invitation) { i.AcceptURL = "/answer?token=" + token }, "AcceptURL: "},
		"no address":                     {func(i *Invitation) { i.To = "" }, "is in To"},
		"two addresses":                  {func(i *Invitation) { i.To = "a@b.c, d@e.f" }, "is in To"},
		"a name before the address":      {func(i *Invitation) { i.To = "Bob <bob@example.com>" }, "is in To"},
		"an address in two lines":        {func(i *Invitation) { i.To = "bob@example.com\r\nBcc: x@y.z" }, "is in To"},
		"no Message-ID":                  {func(i *Invitation) { i.ID = "" }, "is in ID"},
		"a Message-ID in two lines":      {func(i *Invitation) { i.ID = "a@b\r\nBcc: x@y.z" }, "is in ID"},
		"a long Message-ID":              {func(i *Invitation) { i.ID = strings.Repeat("a", 200) + "@b" }, "is in ID"},
		"no deadline":                    {func(i *Invitation) { i.Deadline = time.Time{} }, "is in Deadline"},
		"R1: a role that is not offered": {func(i *Invitation) { i.Role = "SuperAdmin" }, "role.Internal.SuperAdmin"},
	} {
		t.Run(sentence, func(t *testing.T) {
			i := full("en")
			tc.change(&i)
			m, err := composer(t, Look{}).Compose(i)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("want %q, got %v", tc.want, err)
			}
			if strings.Contains(err.Error(), token) {
				t.Errorf("I11: the error shows the token: %v", err)
			}
			if m != (Message{}) {
				t.Errorf("there is a message: %+v", m)
			}
		})
	}
}

func TestNewComposerRefuses(t *testing.T) {
	for sentence, tc := range map[string]struct {
		from mail.Address
		look Look
	}{
		"no sender":                {mail.Address{Name: "CRM"}, Look{}},
		"a sender in two lines":    {mail.Address{Address: "crm@example.com\r\nBcc: x@y.z"}, Look{}},
		"a colour that is none":    {mail.Address{Address: "crm@example.com"}, Look{Accent: "red;}body{display:none"}},
		"a colour without a hash":  {mail.Address{Address: "crm@example.com"}, Look{Accent: "ffffff"}},
		"a logo in the open":       {mail.Address{Address: "crm@example.com"}, Look{LogoURL: "http://x.com/logo.png"}},
		"a logo that is a script":  {mail.Address{Address: "crm@example.com"}, Look{LogoURL: "javascript:alert(1)"}},
		"a logo that ends the tag": {mail.Address{Address: "crm@example.com"}, Look{LogoURL: `https://x.com/"><script>`}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if _, err := NewComposer(tc.from, tc.look, false); err == nil {
				t.Error("want an error")
			}
		})
	}
}
