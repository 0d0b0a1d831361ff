// SPDX-License-Identifier: Apache-2.0

// Package locale holds what e-mails and pages say, in each language that is shipped. The texts of a language are one file in the folder texts,
// and a further language is one more file.
package locale

import (
	"fmt"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Default is the language for somebody who wants none of those that are shipped.
var Default = language.English

// maxPreference bounds what is parsed of a header that anybody can send.
const maxPreference = 1000

// Locale says things in one language. It is safe for concurrent use.
type Locale struct {
	tag       language.Tag
	texts     *Texts
	localizer *i18n.Localizer
}

// Match is the locale of the shipped texts that fits preferences best.
func Match(preferences ...string) *Locale { return shipped().Match(preferences...) }

// Language is the locale's BCP 47 tag.
func (l *Locale) Language() string { return l.tag.String() }

// Text is the text of an ID. Its placeholders are fields of data. A text that does not exist, or that has a placeholder which data lacks, is
// an error: nobody gets half a sentence.
func (l *Locale) Text(id string, data any) (string, error) {
	text, err := l.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, TemplateParser: parser})
	if err != nil {
		return "", fmt.Errorf("text %q in language %q: %w", id, l.tag, err)
	}
	return text, nil
}

// Has reports whether there is a text of an ID.
func (l *Locale) Has(id string) bool { return l.texts.Has(id) }

// Role is a role in words. An empty user type is Internal, as in an Invitation (L5).
func (l *Locale) Role(role, userType string) (string, error) {
	if userType == "" {
		userType = "Internal"
	}
	return l.Text("role."+userType+"."+role, nil)
}
