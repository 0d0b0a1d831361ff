// SPDX-License-Identifier: Apache-2.0

package view

import (
	"net/url"
	"strings"
	"time"

	"github.com/polyorg/polyorg/internal/locale"
	"github.com/polyorg/polyorg/internal/locale/visible"
)

// Bounds of what tenants write, in letters. The schema's are the same, or lower.
const (
	maxName    = 100
	maxAddress = 254
	maxHost    = 253
	maxMessage = 1000
	maxDetail  = 500
)

// values are the fields that the template and the texts use. Templates escape all of them.
type values struct {
	locale *locale.Locale

	Kind                                 Kind
	Platform, Style                      string
	Language, Direction                  string
	Organization, Email, Inviter, Role   string
	Message, Host                        string
	Deadline, Moment                     string // in words, and for machines
	Action, Token                        string
	Declining                            bool
	AccessURL                            string
	Muted                                Mute
	Reason                               string // in the page's language
	Detail                               string // in English
	FieldToken, FieldDecision, FieldMute string
	Mutes                                []Mute
}

func newValues(p Page) (values, error) {
	if p.Locale == nil {
		p.Locale = locale.Match()
	}
	v := values{
		locale: p.Locale, Kind: p.Kind, Language: p.Locale.Language(),
		Organization: visible.Isolated(visible.Line(p.Organization, maxName)),
		Email:        visible.Isolated(visible.Line(p.Email, maxAddress)),
		Inviter:      visible.Isolated(visible.Line(p.Inviter, maxAddress)),
		Message:      visible.Lines(p.Message, maxMessage),
		Host:         visible.Isolated(visible.Line(p.Host, maxHost)),
		Action:       p.Action, Token: p.Token, Declining: p.Declining, AccessURL: webAddress(p.AccessURL),
		FieldToken: FieldToken, FieldDecision: FieldDecision, FieldMute: FieldMute,
		Mutes: []Mute{MuteNone, MuteOrganization, MutePlatform},
	}
	if p.Kind.ShowsMute() && (p.Muted == MuteOrganization || p.Muted == MutePlatform) {
		v.Muted = p.Muted
	}
	err := v.say(p)
	return v, err
}

// say fills in what the language says.
func (v *values) say(p Page) (err error) {
	if v.Direction, err = v.Text("direction"); err != nil {
		return err
	}
	if p.Kind == Ask {
		if v.Role, err = v.locale.Role(p.Role, p.UserType); err != nil {
			return err
		}
	}
	if !p.Deadline.IsZero() {
		v.Moment = p.Deadline.UTC().Format(time.RFC3339)
		if v.Deadline, err = v.locale.Time(p.Deadline, p.TimeZone); err != nil {
			return err
		}
	}
	return v.reason(p)
}

// reason says why in the page's language, if it has words for the rule.
func (v *values) reason(p Page) (err error) {
	if id := "limit." + p.Rule; v.locale.Has(id) {
		v.Reason, err = v.Text(id)
		return err
	}
	v.Detail = visible.Line(p.Detail, maxDetail)
	return nil
}

// Text is a text of the page's language about these values.
func (v values) Text(id ...string) (string, error) { return v.locale.Text(strings.Join(id, "."), v) }

// Words is a text of the page's kind.
func (v values) Words(id string) (string, error) { return v.Text("page", string(v.Kind), id) }

// webAddress is a link that leads out of the page; empty if the text is none.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return text
}
