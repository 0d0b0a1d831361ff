// SPDX-License-Identifier: Apache-2.0

package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
	"sigs.k8s.io/yaml"
)

//go:embed texts/*.yaml
var files embed.FS

// parser refuses data without a value for a placeholder.
var parser = &template.TextParser{Option: "missingkey=error"}

// Texts are the texts of all languages. They never change, and are safe for concurrent use.
type Texts struct {
	locales []*Locale
	matcher language.Matcher
	ids     map[string]bool
	words   words
}

// words are the texts of each language by their IDs.
type words map[language.Tag]map[string]string

// shipped are the texts that are part of the program.
var shipped = sync.OnceValue(func() *Texts {
	t, err := newTexts(files)
	if err != nil {
		panic(err) // embedded: a test reads it
	}
	return t
})

// Shipped are the texts that are part of the program.
func Shipped() *Texts { return shipped() }

// newTexts reads one file a language.
func newTexts(texts fs.FS) (*Texts, error) {
	names, err := fs.Glob(texts, "texts/*.yaml")
	if err != nil {
		return nil, err
	}
	all := words{}
	for _, name := range names {
		data, err := fs.ReadFile(texts, name)
		if err != nil {
			return nil, err
		}
		tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".yaml"))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if all[tag], err = read(data); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return assemble(all)
}

// assemble makes a locale for each language. The default is the first, because the matcher takes the first when nothing fits.
func assemble(all words) (*Texts, error) {
	bundle := i18n.NewBundle(Default)
	t := &Texts{ids: map[string]bool{}, words: all}
	tags := slices.SortedFunc(maps.Keys(all), func(a, b language.Tag) int { return strings.Compare(a.String(), b.String()) })
	for _, tag := range tags {
		var messages []*i18n.Message
		for id, text := range all[tag] {
			messages = append(messages, &i18n.Message{ID: id, Other: text})
			t.ids[id] = true
		}
		if err := bundle.AddMessages(tag, messages...); err != nil {
			return nil, err
		}
	}
	for _, tag := range bundle.LanguageTags() {
		t.locales = append(t.locales, &Locale{tag, t, i18n.NewLocalizer(bundle, tag.String())})
	}
	t.matcher = language.NewMatcher(bundle.LanguageTags())
	return t, nil
}

// read reads the texts of a file by their IDs: in mail: {accept: Yes} it is mail.accept.
func read(data []byte) (map[string]string, error) {
	var tree map[string]any
	if err := yaml.UnmarshalStrict(data, &tree); err != nil {
		return nil, err
	}
	texts := map[string]string{}
	return texts, flatten(texts, "", tree)
}

func flatten(into map[string]string, before string, tree map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		id := before + key
		switch value := tree[key].(type) {
		case string:
			if _, twice := into[id]; twice {
				return fmt.Errorf("%s: it is there twice", id)
			}
			into[id] = value
		case map[string]any:
			if err := flatten(into, id+".", value); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s: it is no text; put it between quotation marks", id)
		}
	}
	return nil
}

// Match is the locale that fits preferences best. Each is a BCP 47 tag or an Accept-Language header, and the first counts most. One that
// cannot be read counts nothing.
func (t *Texts) Match(preferences ...string) *Locale {
	var wanted []language.Tag
	for _, p := range preferences {
		if len(p) > maxPreference {
			continue
		}
		if tags, _, err := language.ParseAcceptLanguage(p); err == nil {
			wanted = append(wanted, tags...)
		}
	}
	_, i, _ := t.matcher.Match(wanted...)
	return t.locales[i]
}

// Locales are those of all languages.
func (t *Texts) Locales() []*Locale { return slices.Clone(t.locales) }

// Has reports whether there is a text of an ID.
func (t *Texts) Has(id string) bool { return t.ids[id] }
