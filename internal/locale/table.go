// SPDX-License-Identifier: Apache-2.0

package locale

import (
	"embed"
	"fmt"
	"io/fs"
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

// A table is the texts of all languages.
type table struct {
	locales []*Locale
	matcher language.Matcher
	ids     map[string]bool
}

// shipped is the table that is part of the program.
var shipped = sync.OnceValue(func() *table {
	t, err := newTable(files)
	if err != nil {
		panic(err) // embedded: a test reads it
	}
	return t
})

// newTable reads one file a language.
func newTable(texts fs.FS) (*table, error) {
	bundle := i18n.NewBundle(Default)
	bundle.RegisterUnmarshalFunc("yaml", func(data []byte, into any) error { return yaml.UnmarshalStrict(data, into) })
	names, err := fs.Glob(texts, "texts/*.yaml")
	if err != nil {
		return nil, err
	}
	t := &table{ids: map[string]bool{}}
	for _, name := range names {
		file, err := bundle.LoadMessageFileFS(texts, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, m := range file.Messages {
			t.ids[m.ID] = true
		}
	}
	return t.over(bundle), nil
}

// over makes a locale for each language of a bundle. The default is the first, because the matcher takes the first when nothing fits.
func (t *table) over(bundle *i18n.Bundle) *table {
	tags := bundle.LanguageTags()
	for _, tag := range tags {
		t.locales = append(t.locales, &Locale{tag, i18n.NewLocalizer(bundle, tag.String())})
	}
	t.matcher = language.NewMatcher(tags)
	return t
}

func (t *table) match(preferences ...string) *Locale {
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
