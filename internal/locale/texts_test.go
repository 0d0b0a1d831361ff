// SPDX-License-Identifier: Apache-2.0

package locale

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"sigs.k8s.io/yaml"
)

// placeholders finds the fields of the data that a text needs, in its sentences and its conditions.
var (
	action      = regexp.MustCompile(`\{\{.*?\}\}`)
	placeholder = regexp.MustCompile(`\.[A-Z]\w*`)
)

// textsOf are the texts of a file by their IDs.
func textsOf(t *testing.T, path string) map[string]string {
	t.Helper()
	data, err := files.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	messages, err := i18n.ParseMessageBytes(data, func(data []byte, into any) error { return yaml.UnmarshalStrict(data, into) })
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, m := range messages {
		texts[m.ID] = m.Other
	}
	return texts
}

func placeholdersOf(text string) []string {
	found := map[string]bool{}
	for _, a := range action.FindAllString(text, -1) {
		for _, p := range placeholder.FindAllString(a, -1) {
			found[p] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestEveryLanguageHasEveryTextWithTheSamePlaceholders(t *testing.T) {
	paths, err := fs.Glob(files, "texts/*.yaml")
	if err != nil || len(paths) < 2 {
		t.Fatalf("want two languages at least, got %v, %v", paths, err)
	}
	english := textsOf(t, "texts/en.yaml")
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			texts := textsOf(t, path)
			want, got := slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(texts))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("not the texts of English (-want +got)\n%s", diff)
			}
			for id, text := range texts {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: it is empty", id)
				}
				if diff := cmp.Diff(placeholdersOf(english[id]), placeholdersOf(text)); diff != "" {
					t.Errorf("%s: not the placeholders of English (-want +got)\n%s", id, diff)
				}
			}
		})
	}
}

// French typography has a space before some signs, at which a line must not break.
func TestFrenchSpacesDoNotBreak(t *testing.T) {
	wrong := regexp.MustCompile(`[^\x{A0}][:;?!»]|«[^\x{A0}]`)
	for id, text := range textsOf(t, "texts/fr.yaml") {
		if found := wrong.FindString(action.ReplaceAllString(text, "x")); found != "" {
			t.Errorf("%s: %q", id, found)
		}
	}
}

var (
	inTemplate = regexp.MustCompile(`\.Text "([^"]+)"( \()?`)
	ofAKind    = regexp.MustCompile(`\.Words "([^"]+)"`)
	inCode     = regexp.MustCompile(`"([a-z]+\.(?:[A-Za-z]+)?)"`)
)

// uses are the IDs that templates and code use, and the beginnings of those that they put together.
func uses(t *testing.T) (whole, begun map[string]bool, words []string) {
	t.Helper()
	whole, begun = map[string]bool{}, map[string]bool{}
	for _, found := range everyMatch(t, inTemplate, "../mail/templates/*", "../web/view/templates/*") {
		if found[2] == "" {
			whole[found[1]] = true
		} else {
			begun[found[1]+"."] = true
		}
	}
	for _, found := range everyMatch(t, inCode, "*.go", "../mail/*.go", "../web/view/*.go") {
		if strings.HasSuffix(found[1], ".") {
			begun[found[1]] = true
		} else {
			whole[found[1]] = true
		}
	}
	whole["direction"] = true
	for _, found := range everyMatch(t, ofAKind, "../web/view/templates/*") {
		words = append(words, found[1])
	}
	return whole, begun, words
}

func everyMatch(t *testing.T, re *regexp.Regexp, patterns ...string) (all [][]string) {
	t.Helper()
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("nothing is in %s (%v)", pattern, err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, re.FindAllStringSubmatch(string(data), -1)...)
		}
	}
	return all
}

// Texts whose whole ID stands in a template exist. Golden files of the view show those of each kind of page.
func TestTemplatesUseTextsThatExist(t *testing.T) {
	english := textsOf(t, "texts/en.yaml")
	for _, found := range everyMatch(t, inTemplate, "../mail/templates/*", "../web/view/templates/*") {
		_, exists := english[found[1]]
		if found[2] != "" {
			exists = slices.ContainsFunc(slices.Collect(maps.Keys(english)), func(id string) bool { return strings.HasPrefix(id, found[1]+".") })
		}
		if !exists {
			t.Errorf("a template uses %q, which is no text", found[1])
		}
	}
}

func TestNoTextIsUnused(t *testing.T) {
	whole, begun, words := uses(t)
	kind := regexp.MustCompile(`^page\.[A-Z]\w*\.(` + strings.Join(words, "|") + `)$`)
	for id := range textsOf(t, "texts/en.yaml") {
		prefixed := slices.ContainsFunc(slices.Collect(maps.Keys(begun)), func(begin string) bool { return strings.HasPrefix(id, begin) })
		if !whole[id] && !prefixed && !kind.MatchString(id) {
			t.Errorf("nothing uses the text %q", id)
		}
	}
}

func TestALanguageIsOneMoreFile(t *testing.T) {
	more := fstest.MapFS{"texts/de.yaml": {Data: []byte("colon: ' –'\n")}}
	for _, name := range []string{"texts/en.yaml", "texts/fr.yaml"} {
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		more[name] = &fstest.MapFile{Data: data}
	}
	table, err := newTexts(more)
	if err != nil {
		t.Fatal(err)
	}
	l := table.Match("de-AT")
	if l.Language() != "de" {
		t.Fatalf("got %s", l.Language())
	}
	if text, err := l.Text("colon", nil); text != " –" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	if text, err := l.Text("mail.accept", nil); err == nil {
		t.Errorf("want an error for a text that the language lacks, got %q", text)
	}
}

func TestATableRefuses(t *testing.T) {
	for sentence, file := range map[string]string{
		"a text that is there twice": "colon: a\ncolon: b\n",
		"a text that is no text":     "colon: [a, 1]\n",
		"what is no YAML":            "\tcolon",
	} {
		t.Run(sentence, func(t *testing.T) {
			if _, err := newTexts(fstest.MapFS{"texts/en.yaml": {Data: []byte(file)}}); err == nil {
				t.Error("want an error")
			}
		})
	}
}
