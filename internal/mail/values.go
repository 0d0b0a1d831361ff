// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"html/template"
	"strings"
	"unicode"

	"github.com/polyorg/polyorg/internal/locale"
	"github.com/polyorg/polyorg/internal/locale/visible"
)

// Bounds of what tenants write, in letters. The schema's are the same, or lower.
const (
	maxName    = 100
	maxAddress = 254
	maxMessage = 1000
	maxSubject = 200
	// quoteWidth is the width of a line in the text part's quotation. A mail program breaks no line that is so short, unless its window is
	// narrow. So no part of a quotation looks like a line of ours.
	quoteWidth = 70
)

// values are the fields that templates and texts use. All of them are safe as text.
type values struct {
	Design
	locale *locale.Locale

	Language, Direction            string
	Subject, Organization, Inviter string
	Role, Deadline, To             string
	ReplyTo                        string   // empty: a reply goes to the sender
	Message                        []string // its lines
	Others                         []string
	AcceptURL, DeclineURL          string
}

func newValues(d Design, i Invitation) (values, error) {
	v := values{
		Design: d, locale: i.Locale, Language: i.Locale.Language(),
		Organization: visible.Isolated(visible.Line(i.Organization, maxName)),
		Inviter:      visible.Isolated(visible.Line(i.Inviter, maxAddress)),
		To:           i.To, AcceptURL: i.AcceptURL, DeclineURL: i.DeclineURL,
	}
	v.Platform = visible.Isolated(v.Platform)
	if text := visible.Lines(i.Message, maxMessage); text != "" {
		v.Message = strings.Split(text, "\n")
	}
	for _, other := range i.Others {
		v.Others = append(v.Others, visible.Isolated(visible.Line(other, maxName)))
	}
	err := v.say(i)
	return v, err
}

// say fills in what the language says.
func (v *values) say(i Invitation) (err error) {
	if v.Direction, err = v.Text("direction"); err != nil {
		return err
	}
	if v.Role, err = v.locale.Role(i.Role, i.UserType); err != nil {
		return err
	}
	if v.Deadline, err = v.locale.Time(i.Deadline, i.TimeZone); err != nil {
		return err
	}
	subject, err := v.Text("mail.subject")
	v.Subject = noEncodedWord(visible.Line(subject, maxSubject))
	return err
}

// Text is a text of the e-mail's language about these values.
func (v values) Text(id string) (string, error) { return v.locale.Text(id, v) }

// Quoted is the message for the text part, in lines of a bounded width. A tab has no width of its own.
func (v values) Quoted() []string {
	var lines []string
	for _, line := range v.Message {
		lines = append(lines, wrap(strings.ReplaceAll(line, "\t", "    "), quoteWidth)...)
	}
	return lines
}

// inHTML are the values for the HTML part.
type inHTML struct{ values }

// Text is the text as HTML.
func (v inHTML) Text(id string) (template.HTML, error) {
	text, err := v.values.Text(id)
	return v.Plain(text), err
}

// Plain is a text as HTML in which no mail program finds an address to make a link of. Many of them turn example.com into a link, even where
// the sender made none. So a tenant could have a link of theirs in our e-mail. A place where a line may break parts what looks like an address,
// and adds nothing to see, to hear or to copy.
func (inHTML) Plain(text string) template.HTML {
	var b strings.Builder
	letters := []rune(text)
	for n, r := range letters {
		b.WriteString(template.HTMLEscapeString(string(r)))
		if strings.ContainsRune(joints, r) && n+1 < len(letters) && !unicode.IsSpace(letters[n+1]) {
			b.WriteString("<wbr>")
		}
	}
	return template.HTML(b.String()) // each letter was escaped
}

// joints join the parts of an address: those of a URL, and the full stops of other scripts, which names of domains may have.
const joints = ".:/@。．｡"

// noEncodedWord parts what a mail program would decode in a header (RFC 2047). It would show text that nobody checked.
func noEncodedWord(line string) string { return strings.ReplaceAll(line, "=?", "= ?") }
