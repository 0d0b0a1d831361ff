// SPDX-License-Identifier: Apache-2.0

package brand

import (
	"net/mail"
	"strings"
	"testing"

	compose "github.com/polyorg/polyorg/internal/mail"
)

var settings = Settings{From: mail.Address{Name: "CRM", Address: "crm@example.com"}}

const (
	goodHTML = `<html lang="{{.Language}}"><h1>{{.Platform}}</h1><p>{{.Plain .Organization}}</p>
<a href="{{.AcceptURL}}">{{.Text "mail.accept"}}</a><a href="{{.DeclineURL}}">{{.Text "mail.decline"}}</a></html>`
	goodText = "{{.Platform}}\n{{.AcceptURL}}\n{{.DeclineURL}}\n"
)

func TestMake(t *testing.T) {
	b, err := Make(settings, map[string]string{
		"platform": "Zylker CRM\n", "logoURL": "https://crm.example.com/logo.png\n", "accent": "#fc0\n",
		"from": "Zylker <hello@zylker.com>\n", "texts.en.yaml": "mail: {accept: Come in}\n", "invitation.html": goodHTML,
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := (compose.Look{Platform: "Zylker CRM", LogoURL: "https://crm.example.com/logo.png", Accent: "#fc0"}); b.Look != want {
		t.Errorf("got %+v", b.Look)
	}
	m, err := b.Composer.Compose(everything(b.Texts.Match("en"), "Initech"))
	if err != nil {
		t.Fatal(err)
	}
	if m.From != (mail.Address{Name: "Zylker", Address: "hello@zylker.com"}) {
		t.Errorf("from %v", m.From)
	}
	for _, want := range []string{"<h1>Zylker CRM</h1>", "Come in</a>", "Decline the invitation</a>"} {
		if !strings.Contains(m.HTML, want) {
			t.Errorf("%q is not in\n%s", want, m.HTML)
		}
	}
	if !strings.Contains(m.Text, "Come in:\nhttps://") {
		t.Errorf("got\n%s", m.Text)
	}
}

func TestBuiltIn(t *testing.T) {
	b, err := BuiltIn(settings)
	if err != nil || b.Composer == nil || b.Composer != b.BuiltIn || b.Look != (compose.Look{}) {
		t.Errorf("got %+v, %v", b, err)
	}
	if b, err = BuiltIn(Settings{}); err != nil || b.Composer != nil || b.Texts.Match("fr").Language() != "fr" {
		t.Errorf("the brand of pages alone: %+v, %v", b, err)
	}
}

// An empty value is as good as none: kubectl makes one of an empty file.
func TestEmptyValues(t *testing.T) {
	b, err := Make(settings, map[string]string{
		KeyPlatform: "", KeyLogoURL: "\n", KeyAccent: "", KeyFrom: "", KeyHTML: "", KeyText: "", "texts.fr.yaml": "",
	})
	if err != nil || b.Composer != b.BuiltIn || b.Look != (compose.Look{}) {
		t.Errorf("got %+v, %v", b, err)
	}
}

// A template is refused at once if it could let a tenant say what the platform did not, or if it fails anywhere.
func TestMakeRefuses(t *testing.T) {
	for sentence, tc := range map[string]struct {
		data map[string]string
		want string
	}{
		"a key that there is not":         {map[string]string{"plattform": "x"}, "plattform: there is no such key; there are platform, logoURL, "},
		"texts without an ending":         {map[string]string{"texts.fr": "x"}, "texts.fr: there is no such key"},
		"a value without a bound":         {map[string]string{KeyHTML: strings.Repeat("x", 129<<10)}, "invitation.html: it has more than 128 KiB"},
		"a name of two lines":             {map[string]string{KeyPlatform: "Zylker\nCRM"}, "platform: it must be one line"},
		"a name that nobody sees":         {map[string]string{KeyPlatform: "\u200b"}, "platform: it must be one line"},
		"a name of many letters":          {map[string]string{KeyPlatform: strings.Repeat("x", 61)}, "of at most 60 letters"},
		"a logo in the open":              {map[string]string{KeyLogoURL: "http://crm.example.com/logo.png"}, "logoURL: the address of the logo: its scheme must be https"},
		"a colour that is none":           {map[string]string{KeyAccent: "red"}, "accent: the accent \"red\" is no colour; write it as #rgb or #rrggbb"},
		"a sender that is none":           {map[string]string{KeyFrom: "nobody"}, "from: it must be an e-mail address in ASCII"},
		"a sender in other letters":       {map[string]string{KeyFrom: "crm@exämple.com"}, "from: it must be an e-mail address in ASCII"},
		"two senders":                     {map[string]string{KeyFrom: "a@b.c, d@e.f"}, "from: it must be"},
		"a text that there is not":        {map[string]string{"texts.fr.yaml": "mail: {acept: x}"}, "texts.fr.yaml: mail.acept: there is no such text"},
		"a language that lacks texts":     {map[string]string{"texts.de.yaml": "mail: {accept: x}"}, "texts.de.yaml: "},
		"two mistakes, both are told":     {map[string]string{KeyFrom: "x", KeyAccent: "y"}, "from: it must be"},
		"a template that does not parse":  {map[string]string{KeyHTML: goodHTML + "\n{{"}, "invitation.html:3: "},
		"I4: a link that is missing":      {map[string]string{KeyText: "{{.AcceptURL}}"}, "invitation.txt: it lacks the link to decline"},
		"I4: one that is there sometimes": {map[string]string{KeyText: "{{.AcceptURL}} {{if .Inviter}}{{.DeclineURL}}{{end}}"}, "invitation.txt: it lacks the link to decline"},
		"a link of a tenant":              {map[string]string{KeyHTML: goodHTML + `<a href="{{.Organization}}">x</a>`}, "invitation.html: <a href>"},
		"a part of one":                   {map[string]string{KeyHTML: goodHTML + `<a href="https://x.example/?{{.Organization}}">x</a>`}, "<a href> changes with what tenants write"},
		"a picture of one":                {map[string]string{KeyHTML: goodHTML + `{{range .Others}}<img src="{{.}}">{{end}}`}, "invitation.html: <img src>"},
		"a style of one":                  {map[string]string{KeyHTML: goodHTML + `<p class="{{.Inviter}}">x</p>`}, "<p class> changes with what tenants write"},
		"a sheet of one":                  {map[string]string{KeyHTML: goodHTML + `<style>{{.Organization}}</style>`}, "invitation.html: "},
		"a mail program's link to one":    {map[string]string{KeyHTML: goodHTML + `<p>{{.Organization}}</p>`}, "write {{.Plain .Organization}}"},
		"a message that looks like ours":  {map[string]string{KeyText: goodText + "{{range .Message}}{{.}}\n{{end}}"}, "invitation.txt: the inviter's message looks like a part"},
	} {
		t.Run(sentence, func(t *testing.T) {
			b, err := Make(settings, tc.data)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if b != nil {
				t.Error("there is a brand")
			}
		})
	}
}

// Each replica says the same of one mistake, each time.
func TestErrorsAreTheSameEachTime(t *testing.T) {
	data := map[string]string{KeyFrom: "x", KeyAccent: "y", KeyLogoURL: "z", "texts.fr.yaml": "a: b", "texts.en.yaml": "a: b\nc: d", KeyPlatform: "\u200b"}
	_, want := Make(settings, data)
	for range 20 {
		if _, err := Make(settings, data); err == nil || err.Error() != want.Error() {
			t.Fatalf("got %v, want %v", err, want)
		}
	}
}

func TestTheMessageCanBeQuoted(t *testing.T) {
	if _, err := Make(settings, map[string]string{KeyText: goodText + "{{range .Quoted}}> {{.}}\n{{end}}"}); err != nil {
		t.Error(err)
	}
}

// Whatever a ConfigMap holds, it is refused, or each invitation is written.
func FuzzMake(f *testing.F) {
	f.Add("Zylker", "https://crm.example.com/logo.png", "#fc0", "CRM <crm@example.com>", "mail: {accept: x}")
	f.Add("", "", "", "", "time: {full: '{{printf \"%02d\" .Day}}'}")
	f.Fuzz(func(t *testing.T, platform, logo, accent, from, texts string) {
		b, err := Make(settings, map[string]string{KeyPlatform: platform, KeyLogoURL: logo, KeyAccent: accent, KeyFrom: from, "texts.en.yaml": texts})
		if err == nil {
			writes(t, b, texts)
		}
	})
}

// Whatever a template holds, it is refused, or each invitation has both links.
func FuzzTemplates(f *testing.F) {
	for _, html := range []string{
		`{{range $n, $l := .Message}}{{if $n}}<br>{{end}}{{$.Plain $l}}{{end}}`, `{{if .Inviter}}<a href="{{else}}<a href='{{end}}{{.AcceptURL}}">x</a>`,
		`<style>p{color:{{.Accent}}}</style><script>x={{.Role}}</script>`, `{{$x := "a"}}{{if eq $x "b"}}{{$x = .Role}}{{end}}{{$x}}`,
		`<table background="{{.LogoURL}}">`, `{{with .Light}}<p style="color:{{.Text}}">{{end}}`, `<svg><a xlink:href="{{.AcceptURL}}">`,
	} {
		f.Add(html, "{{len .Others}} {{with .Light}}{{.Page}}{{end}}")
	}
	f.Fuzz(func(t *testing.T, html, text string) {
		for _, templates := range []map[string]string{{KeyHTML: goodHTML + html}, {KeyHTML: html + goodHTML}, {KeyText: goodText + text}} {
			if b, err := Make(settings, templates); err == nil {
				writes(t, b, html+text)
			}
		}
	})
}

// writes wants e-mails with both links. An own template may fail on a text that no sample had; ours may not.
func writes(t *testing.T, b *Brand, word string) {
	t.Helper()
	i := everything(b.Texts.Match("fr"), "x"+word)
	if _, err := b.BuiltIn.Compose(i); err != nil {
		t.Errorf("the built-in templates fail: %v", err)
	}
	m, err := b.Composer.Compose(i)
	if err == nil && (!strings.Contains(m.HTML, i.AcceptURL) || !strings.Contains(m.Text, i.DeclineURL)) {
		t.Errorf("a link is missing:\n%s\n%s", m.Text, m.HTML)
	}
}
