// SPDX-License-Identifier: Apache-2.0

package locale

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestReplace(t *testing.T) {
	own, err := Shipped().Replace(map[string]string{
		"texts.en.yaml": "mail:\n  accept: Come in\n",
		"texts.fr.yaml": "invitation: {heading: 'Bienvenue chez {{.Organization}}'}",
	})
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]any{"Organization": "Zylker"}
	for _, tc := range []struct{ language, id, want string }{
		{"en", "mail.accept", "Come in"},
		{"en", "mail.decline", "Decline the invitation"},
		{"fr", "invitation.heading", "Bienvenue chez Zylker"},
		{"fr", "mail.accept", "Accepter l’invitation"},
	} {
		if got, err := own.Match(tc.language).Text(tc.id, data); got != tc.want || err != nil {
			t.Errorf("%s %s: got %q, %v; want %q", tc.language, tc.id, got, err, tc.want)
		}
	}
	if got, err := Match("en").Text("mail.accept", nil); got != "Accept the invitation" {
		t.Errorf("the shipped text changed too: %q, %v", got, err)
	}
}

// german is a file with every text: those of English.
func german(t *testing.T) string {
	t.Helper()
	data, err := files.ReadFile("texts/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(string(data), "accept: Accept the invitation", "accept: Einladung annehmen", 1)
}

func TestReplaceAddsALanguage(t *testing.T) {
	own, err := Shipped().Replace(map[string]string{"texts.de.yaml": german(t)})
	if err != nil {
		t.Fatal(err)
	}
	l := own.Match("de-AT")
	if got, err := l.Text("mail.accept", nil); l.Language() != "de" || got != "Einladung annehmen" || err != nil {
		t.Errorf("got %q in %s, %v", got, l.Language(), err)
	}
	var languages []string
	for _, each := range own.Locales() {
		languages = append(languages, each.Language())
	}
	if want := []string{"en", "de", "fr"}; !slices.Equal(languages, want) {
		t.Errorf("got %v, want %v", languages, want)
	}
	if Match("de").Language() != "en" {
		t.Error("the shipped texts have the language too")
	}
}

func TestReplaceRefuses(t *testing.T) {
	for sentence, tc := range map[string]struct{ name, file, want string }{
		"a text that there is not":             {"texts.en.yaml", "mail: {acept: x}", "texts.en.yaml: mail.acept: there is no such text"},
		"a text that is empty":                 {"texts.en.yaml", "mail: {accept: ' '}", "mail.accept: it is empty"},
		"a text that is none":                  {"texts.en.yaml", "mail: {accept: [a]}", "mail.accept: it is no text"},
		"a text that is nothing":               {"texts.en.yaml", "mail: {accept: }", "mail.accept: it is no text"},
		"a text that is there twice":           {"texts.en.yaml", "mail: {accept: x}\nmail.accept: z", "mail.accept: it is there twice"},
		"a text of many letters":               {"texts.en.yaml", "mail: {accept: '" + strings.Repeat("x", 2001) + "'}", "more than 2000 letters"},
		"what is no YAML":                      {"texts.en.yaml", "mail:\n\taccept: x", "line 2"},
		"a text without a name":                {"texts.en.yaml", "hello", "texts.en.yaml: "},
		"a direction that there is not":        {"texts.en.yaml", "direction: up", "it must be ltr or rtl"},
		"a placeholder that there is not":      {"texts.en.yaml", "mail: {subject: '{{.Nobody}}'}", "this text can have {{.Organization}}, {{.Platform}}"},
		"a placeholder of another text":        {"texts.en.yaml", "mail: {accept: '{{.Organization}}'}", "this text can have none"},
		"a field of a field":                   {"texts.en.yaml", "mail: {subject: '{{.Organization.Name}}'}", "this text can have"},
		"a template that does not parse":       {"texts.en.yaml", "mail: {subject: '{{.Organization'}", "unclosed action"},
		"a loop":                               {"texts.en.yaml", "mail: {subject: '{{range .Organization}}x{{end}}'}", "a text cannot have"},
		"a loop over numbers":                  {"texts.en.yaml", "mail: {subject: '{{range 1000000000}}{{end}}'}", "a text cannot have"},
		"a template inside":                    {"texts.en.yaml", `mail: {subject: '{{define "x"}}{{end}}{{template "x"}}'}`, "a text cannot have"},
		"a variable":                           {"texts.en.yaml", "mail: {subject: '{{$x := .Organization}}{{$x}}'}", "a text cannot have"},
		"a function that there is not":         {"texts.en.yaml", "mail: {subject: '{{html .Organization}}'}", `function "html" not defined`},
		"a wide number":                        {"texts.en.yaml", `time: {full: '{{printf "%999999d" .Day}}'}`, "a text cannot have"},
		"a number that is a text":              {"texts.en.yaml", `time: {full: '{{printf "%02d" .Month}}'}`, "a text cannot have"},
		"a text that is a number":              {"texts.en.yaml", `time: {full: '{{printf "%s" .Day}}'}`, "a text cannot have"},
		"a comparison that would fail":         {"texts.en.yaml", `time: {full: '{{if eq .Day "1"}}x{{end}}'}`, "a text cannot have"},
		"a comparison with a broken number":    {"texts.en.yaml", `time: {full: '{{if eq .Day 1.0}}x{{end}}'}`, "a text cannot have"},
		"a call of a field":                    {"texts.en.yaml", `mail: {subject: '{{.Organization .Platform}}'}`, "a text cannot have"},
		"a pipeline":                           {"texts.en.yaml", `mail: {subject: '{{.Organization | printf "%s"}}'}`, "a text cannot have"},
		"what is wrong in a branch":            {"texts.en.yaml", `mail: {subject: '{{if .Platform}}x{{else}}{{.Nobody}}{{end}}'}`, "this text can have"},
		"a language that lacks texts":          {"texts.de.yaml", "mail: {accept: x}", "these are missing: colon, direction, "},
		"a name that is no language":           {"texts.nothing!.yaml", "mail: {accept: x}", `"nothing!" is no language`},
		"a name without a language":            {"texts..yaml", "mail: {accept: x}", "is no language"},
		"a name of any language":               {"texts.und.yaml", "mail: {accept: x}", "is no language"},
		"a name that is written otherwise":     {"texts.FR.yaml", "mail: {accept: x}", "call it texts.fr.yaml"},
		"a name that would be none":            {"fr.yaml", "mail: {accept: x}", "is no language"},
		"a language of which nothing is known": {"texts.qaa.yaml", "", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			if tc.file == "" {
				tc.file = german(t)
			}
			_, err := Shipped().Replace(map[string]string{tc.name: tc.file})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// Each shipped text may be a platform's own one.
func TestShippedTextsAreAccepted(t *testing.T) {
	for tag, texts := range Shipped().words {
		for _, id := range slices.Sorted(maps.Keys(texts)) {
			if err := Shipped().checkOwn(id, texts[id]); err != nil {
				t.Errorf("%s %s: %v", tag, id, err)
			}
		}
	}
}

func FuzzReplace(f *testing.F) {
	f.Add("texts.en.yaml", "mail: {subject: '{{if .Organization}}{{.Platform}}{{end}}'}")
	f.Add("texts.fr-CA.yaml", "a: &a [*a]")
	f.Add("texts.en.yaml", "time: {full: '{{printf \"%02d\" .Day}}'}")
	data := map[string]any{"Organization": "Zylker", "Platform": "CRM", "Inviter": "a@b.c", "To": "b@c.d", "ReplyTo": "a@b.c", "Deadline": "soon"}
	f.Fuzz(func(t *testing.T, name, file string) {
		own, err := Shipped().Replace(map[string]string{name: file})
		if err != nil {
			return
		}
		for _, l := range own.Locales() {
			for id := range own.ids {
				if !strings.HasPrefix(id, "mail.") && !strings.HasPrefix(id, "invitation.") {
					continue
				}
				if text, err := l.Text(id, data); err != nil || len(text) > 16*maxText {
					t.Errorf("%s in %s: %d bytes, %v", id, l.Language(), len(text), err)
				}
			}
		}
	})
}
