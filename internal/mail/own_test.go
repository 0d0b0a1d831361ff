// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func builtIn(tb testing.TB, name string) string {
	tb.Helper()
	data, err := templates.ReadFile("templates/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

func own(tb testing.TB, templates Templates) *Composer {
	tb.Helper()
	c, err := composer(tb, Look{LogoURL: "https://crm.example.com/logo.png"}).With(templates)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// A platform begins with a copy of our templates.
func TestOurTemplatesCanBeOwnOnes(t *testing.T) {
	ours := composer(t, Look{LogoURL: "https://crm.example.com/logo.png"})
	copied := own(t, Templates{HTML: builtIn(t, HTMLTemplate), Text: builtIn(t, TextTemplate)})
	for name, i := range variants("fr") {
		if diff := cmp.Diff(compose(t, ours, i), compose(t, copied, i)); diff != "" {
			t.Errorf("%s (-ours +own)\n%s", name, diff)
		}
	}
}

const (
	goodHTML = `<html lang="{{.Language}}"><p>{{.Plain .Organization}}</p><a href="{{.AcceptURL}}">{{.Text "mail.accept"}}</a>
<a href="{{.DeclineURL}}">{{.Text "mail.decline"}}</a></html>`
	goodText = "{{.Organization}}\n{{.AcceptURL}}\n{{.DeclineURL}}\n"
)

func TestOwnTemplates(t *testing.T) {
	m := compose(t, own(t, Templates{Text: goodText}), full("en"))
	if i := full("en"); m.Text != "Zylker & Sons\n"+i.AcceptURL+"\n"+i.DeclineURL+"\n" || !strings.Contains(m.HTML, "<h1") {
		t.Errorf("got %q", m.Text)
	}
	m = compose(t, own(t, Templates{HTML: goodHTML}), full("fr"))
	if !strings.HasPrefix(m.HTML, `<html lang="fr"><p>Zylker &amp; Sons</p>`) || !strings.HasPrefix(m.Text, "Invitation à rejoindre Zylker") {
		t.Errorf("got %q", m.HTML)
	}
}

func TestWithAccepts(t *testing.T) {
	for sentence, html := range map[string]string{
		"a loop with an index":       `{{range $n, $line := .Message}}{{if $n}}<br>{{end}}{{$.Plain $line}}{{end}}`,
		"a loop with break":          `{{range .Others}}{{if eq . "x"}}{{break}}{{end}}{{$.Plain .}}{{else}}none{{end}}`,
		"with":                       `{{with .Inviter}}{{$.Plain .}}{{else}}nobody{{end}}`,
		"with a colour":              `{{with .Light}}<p style="color:{{.Text}}">x</p>{{end}}`,
		"conditions":                 `{{if and .Inviter (or .Message .Others) (not (eq .Role "x" "y"))}}x{{else if gt (len .Others) 3}}y{{end}}`,
		"variables":                  `{{$start := "left"}}{{if eq .Direction "rtl"}}{{$start = "right"}}{{end}}<p style="text-align:{{$start}}">x</p>`,
		"a comment":                  `{{/* nothing */}}<!-- nothing -->`,
		"links to elsewhere":         `<a href="https://crm.example.com/imprint">Imprint</a><a href="mailto:help@example.com">Help</a><a href="#top">Top</a>`,
		"a picture":                  `<img src="https://crm.example.com/l.png" alt="{{.Platform}}">`,
		"the address in plain sight": `<p>{{.AcceptURL}}</p>`,
		"a button of a picture":      `<a href="{{.AcceptURL}}"><img src="https://crm.example.com/b.png" alt="Accept"></a>`,
		"the charset of old":         `<meta http-equiv="Content-Type" content="text/html; charset=utf-8">`,
	} {
		t.Run(sentence, func(t *testing.T) {
			c := own(t, Templates{HTML: html + goodHTML})
			for _, i := range variants("en") {
				compose(t, c, i)
			}
		})
	}
}

// What a template may not have is refused before it is ever executed.
func TestWithRefuses(t *testing.T) {
	for sentence, tc := range map[string]struct{ html, want string }{
		"a template that does not parse":      {"\n\n{{.AcceptURL", "invitation.html:3: "},
		"an if without an end":                {"{{if .Inviter}}", ": unexpected EOF"},
		"a function that there is not":        {"{{shell .Inviter}}", `invitation.html:1: function "shell" not defined`},
		"a field that there is not":           {"x\n{{.Token}}", "invitation.html:2:2: <.Token>: there is no field .Token; there are .Accent .AcceptURL "},
		"in a branch that no sample takes":    {`{{if eq .Inviter "x"}}{{.Token}}{{end}}`, "there is no field .Token"},
		"what templates hold inside":          {"{{.Design}}", "there is no field .Design"},
		"a list as a text":                    {"{{.Others}}", "it is no text"},
		"a condition as a text":               {`{{eq .Role "x"}}`, "it is no text"},
		"everything as a text":                {"{{.}}", "it is no text"},
		"a colour scheme as a text":           {"{{.Light}}", "it is no text"},
		"a loop in a loop":                    {"{{range .Others}}{{range $.Message}}x{{end}}{{end}}", "a range inside of another one is not offered"},
		"even behind conditions":              {"{{range .Others}}{{with $.Inviter}}{{range $.Message}}x{{end}}{{end}}{{end}}", "a range inside of another one"},
		"a loop over a number":                {"{{range 1000000000}}{{end}}", "it is no list"},
		"a loop over a text":                  {"{{range .Inviter}}x{{end}}", "it is no list"},
		"a field in a loop":                   {"{{range .Others}}{{.Role}}{{end}}", "write $.Role"},
		"a method in a loop":                  {"{{range .Others}}{{.Plain .}}{{end}}", "write $.Plain"},
		"a definition":                        {`{{define "x"}}{{end}}`, "define and block are not offered"},
		"a template that calls itself":        {`{{define "x"}}{{template "x"}}{{end}}{{template "x"}}`, "define and block are not offered"},
		"a template that there is not":        {`{{template "x"}}`, "it is not offered"},
		"a text that grows":                   {`{{$x := "x"}}{{$x = print $x $x}}`, "the function print is not offered"},
		"a wide text":                         {`{{printf "%999999d" 1}}`, "the function printf is not offered"},
		"an index":                            {`{{index .Others 7}}`, "the function index is not offered"},
		"a pipeline":                          {`{{.Organization | len}}`, "a pipeline with | is not offered"},
		"a chain":                             {`{{(.Light).Page}}`, "it is not offered"},
		"nothing":                             {`{{if eq .Role nil}}{{end}}`, "it is not offered"},
		"a comparison of different things":    {`{{if eq .Others "x"}}{{end}}`, "the arguments of eq do not fit"},
		"a comparison with a broken number":   {`{{if eq (len .Others) 1.5}}{{end}}`, "it is not offered"},
		"the length of a number":              {`{{if len 3}}{{end}}`, "the arguments of len do not fit"},
		"a field with an argument":            {`{{.Role "x"}}`, "a field takes nothing behind it"},
		"a constant with an argument":         {`{{"x" "y"}}`, ""},
		"a text that there is not":            {`{{.Text "mail.acept"}}`, `there is no text "mail.acept" for e-mails`},
		"a text of the page":                  {`{{.Text "page.accept"}}`, `there is no text "page.accept" for e-mails`},
		"a text that a tenant names":          {`{{.Text .Organization}}`, ".Text takes the name of a text"},
		"a text without a name":               {`{{.Text}}`, "the arguments of .Text do not fit"},
		"a number as a text":                  {`{{.Plain 7}}`, "the arguments of .Plain do not fit"},
		"HTML as a text":                      {`{{.Plain (.Text "mail.accept")}}`, "the arguments of .Plain do not fit"},
		"a variable that is two things":       {`{{$x := "x"}}{{if .Inviter}}{{$x := 1}}{{end}}{{$x}}`, "it was something else before"},
		"a variable that is called":           {`{{$x := "x"}}{{$x.Y}}`, "it is not offered"},
		"nothing but space":                   {" ", ""},
		"a value where none can be":           {`<script>{{if .Inviter}}"{{end}}</script>`, ""},
		"a form":                              {`<form action="https://x.example/">`, "mail programs drop <form>"},
		"a script":                            {`<script>1</script>`, "mail programs drop <script>"},
		"a handler":                           {`<p onclick="x()">x</p>`, "<p onclick>: mail programs drop it"},
		"a redirect":                          {`<meta http-equiv="Refresh" content="0;url=https://x.example">`, "<meta http-equiv>: mail programs drop it"},
		"a style sheet of elsewhere":          {`<link rel="stylesheet" href="https://x.example/">`, "mail programs drop <link>"},
		"a style that loads":                  {`<style>p { background: URL(https://x.example/) }</style>`, "a style cannot have url("},
		"an attribute that loads by a style":  {`<p style="background:url('https://x.example/')">x</p>`, "a style cannot have url("},
		"an attribute that loads":             {`<table background="https://x.example/"></table>`, "loads nothing but pictures"},
		"a picture in the open":               {`<img src="http://x.example/">`, "the address must begin with https:"},
		"a link that is a script":             {`<a href="javascript:alert(1)">x</a>`, "the address must begin with"},
		"I11: the link in a picture":          {`<img src="https://x.example/?{{.AcceptURL}}">`, "the links to answer stand in <a href> alone"},
		"I11: the link in another link":       {`<a href="https://x.example/#{{.DeclineURL}}">x</a>`, "the links to answer stand in <a href> alone"},
		"I11: the link in a title":            {`<p title="{{.AcceptURL}}">x</p>`, "the links to answer stand in <a href> alone"},
		"elements in elements without an end": {strings.Repeat("<div>", 600), "it cannot be read"},
		"more than a mail program takes":      {strings.Repeat("<p>x</p>", 40_000), "it makes more than 256 KiB"},
	} {
		t.Run(sentence, func(t *testing.T) {
			refused(t, Templates{HTML: tc.html + suffix(tc.html)}, tc.want)
		})
	}
}

// suffix completes a template whose mistake is not that links are missing.
func suffix(html string) string {
	if strings.TrimSpace(html) == "" {
		return ""
	}
	return goodHTML
}

// refused wants a mistake in templates to be found before a person gets them.
func refused(t *testing.T, templates Templates, want string) {
	t.Helper()
	c, err := composer(t, Look{}).With(templates)
	if err == nil {
		_, err = c.Compose(full("en"))
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("got %v, want %q", err, want)
	}
	if !strings.HasPrefix(err.Error(), HTMLTemplate) && !strings.HasPrefix(err.Error(), TextTemplate) {
		t.Errorf("the error does not name the template: %v", err)
	}
	if strings.Contains(err.Error(), token) || strings.Contains(err.Error(), "john@zylker.com") {
		t.Errorf("I11: the error shows a value: %v", err)
	}
}

// I4: both parts have both links, or the template is refused.
func TestAPartNeedsBothLinks(t *testing.T) {
	for sentence, tc := range map[string]struct {
		templates Templates
		want      string
	}{
		"no link to accept":               {Templates{HTML: strings.Replace(goodHTML, "{{.AcceptURL}}", "https://crm.example.com/", 1)}, "it lacks the link to accept"},
		"no link to decline":              {Templates{HTML: strings.Replace(goodHTML, "{{.DeclineURL}}", "https://crm.example.com/", 1)}, "it lacks the link to decline"},
		"a link that says nothing":        {Templates{HTML: strings.Replace(goodHTML, `{{.Text "mail.accept"}}`, "", 1)}, "it lacks the link to accept"},
		"a link with more behind it":      {Templates{HTML: strings.Replace(goodHTML, "{{.AcceptURL}}", "{{.AcceptURL}}&x=1", 1)}, "the links to answer stand in <a href> alone"},
		"a link that is commented out":    {Templates{HTML: "<!--" + goodHTML + "-->"}, "it lacks the link to accept"},
		"a link for some languages":       {Templates{HTML: `{{if eq .Language "fr"}}` + goodHTML + `{{end}}`}, "it lacks the link to accept"},
		"a text without accept":           {Templates{Text: "{{.DeclineURL}}"}, "invitation.txt: it lacks the link to accept"},
		"a text without decline":          {Templates{Text: "{{.AcceptURL}}"}, "invitation.txt: it lacks the link to decline"},
		"a text with a letter behind":     {Templates{Text: "{{.AcceptURL}}x\n{{.DeclineURL}}"}, "it lacks the link to accept"},
		"a text with a field of HTML":     {Templates{Text: goodText + "{{.Plain .Role}}"}, "there is no field .Plain"},
		"a text that does not parse":      {Templates{Text: "a\nb {{"}, "invitation.txt:2: "},
		"a text that is longer than mail": {Templates{Text: goodText + strings.Repeat("x", 300<<10)}, "it makes more than 256 KiB"},
	} {
		t.Run(sentence, func(t *testing.T) { refused(t, tc.templates, tc.want) })
	}
}
