// SPDX-License-Identifier: Apache-2.0

package locale

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
)

const (
	// maxText is how many letters a platform's own text has at most.
	maxText = 2000
	// named is how many missing texts an error names.
	named = 5
)

// FileName is the name of the file with the texts of a language, for a platform's own texts.
func FileName(languageTag string) string { return "texts." + languageTag + ".yaml" }

// Replace puts a platform's own texts in the place of single ones, and adds its languages. Each file has the form of the shipped ones, and the
// FileName of its language. A language that is not shipped needs every text. The errors begin with the name of the file.
func (t *Texts) Replace(own map[string]string) (*Texts, error) {
	all := words{}
	for tag, texts := range t.words {
		all[tag] = maps.Clone(texts)
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if err := t.replace(all, name, own[name]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return assemble(all)
}

// replace takes over one file.
func (t *Texts) replace(all words, name, file string) error {
	tag, err := tagOf(name)
	if err != nil {
		return err
	}
	texts, err := read([]byte(file))
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		if err := t.checkOwn(id, texts[id]); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	if all[tag] == nil {
		all[tag] = map[string]string{}
	}
	maps.Copy(all[tag], texts)
	if missing := t.missing(all[tag]); missing != "" {
		return fmt.Errorf("the operator ships no texts in this language, and these are missing: %s", missing)
	}
	// A tag can be well formed, and be of no language.
	_, err = assemble(words{Default: t.words[Default], tag: all[tag]})
	return err
}

// tagOf is the language of a file by its name.
func tagOf(name string) (language.Tag, error) {
	text := strings.TrimSuffix(strings.TrimPrefix(name, "texts."), ".yaml")
	tag, err := language.Parse(text)
	switch {
	case err != nil || tag == language.Und || FileName(text) != name:
		return tag, fmt.Errorf("%q is no language; write its BCP 47 tag, as in texts.fr.yaml", text)
	case tag.String() != text:
		return tag, fmt.Errorf("the language is written otherwise; call it %s", FileName(tag.String()))
	}
	return tag, nil
}

func (t *Texts) checkOwn(id, text string) error {
	shipped, is := t.words[Default][id]
	switch {
	case !is:
		return errors.New("there is no such text; the shipped file en.yaml has all of them")
	case strings.TrimSpace(text) == "":
		return errors.New("it is empty; leave it out to keep the shipped text")
	case utf8.RuneCountInString(text) > maxText:
		return fmt.Errorf("it has more than %d letters", maxText)
	case id == "direction" && text != "ltr" && text != "rtl":
		return errors.New("it must be ltr or rtl")
	}
	return checkPlaceholders(text, shipped)
}

// missing names the texts that a language lacks.
func (t *Texts) missing(texts map[string]string) string {
	var ids []string
	for id := range t.words[Default] {
		if _, is := texts[id]; !is {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	if more := len(ids) - named; more > 0 {
		return fmt.Sprintf("%s, and %d more", strings.Join(ids[:named], ", "), more)
	}
	return strings.Join(ids, ", ")
}
