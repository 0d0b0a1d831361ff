// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"io"
	"net/mail"
	texttemplate "text/template"

	"github.com/polyorg/polyorg/internal/locale"
	"github.com/polyorg/polyorg/internal/locale/visible"
)

//go:embed templates
var templates embed.FS

// executable is a template of either kind.
type executable interface {
	Execute(into io.Writer, data any) error
}

// part writes one of the two parts of an e-mail.
type part struct {
	executable
	// name and promise are of a template of the platform's own. The promise is what it must keep; nil for ours.
	name    string
	promise func(text string, v values) error
}

// Composer writes the e-mails of invitations. It is safe for concurrent use.
type Composer struct {
	from           mail.Address
	design         Design
	replyToInviter bool
	text, html     part
}

// NewComposer writes e-mails from an address, and in a look. replyToInviter sends answers to the e-mail to the inviter.
func NewComposer(from mail.Address, look Look, replyToInviter bool) (*Composer, error) {
	if !bare(from.Address) {
		return nil, fmt.Errorf("the sender %q is no e-mail address", from.Address)
	}
	from.Name = noEncodedWord(visible.Line(from.Name, maxName))
	design, err := look.Design()
	if err != nil {
		return nil, err
	}
	text, err := texttemplate.ParseFS(templates, "templates/invitation.txt")
	if err != nil {
		return nil, err
	}
	html, err := htmltemplate.ParseFS(templates, "templates/invitation.html")
	if err != nil {
		return nil, err
	}
	return &Composer{from, design, replyToInviter, part{executable: text}, part{executable: html}}, nil
}

// Compose writes the e-mail of an invitation (I4). Its errors name fields, and show no value of them.
func (c *Composer) Compose(i Invitation) (Message, error) {
	if err := i.check(); err != nil {
		return Message{}, err
	}
	if i.Locale == nil {
		i.Locale = locale.Match()
	}
	v, err := newValues(c.design, i)
	if err != nil {
		return Message{}, err
	}
	m := Message{ID: i.ID, From: c.from, To: mail.Address{Address: i.To}, Language: v.Language, Subject: v.Subject}
	if c.replyToInviter && bare(i.Inviter) {
		m.ReplyTo.Address, v.ReplyTo = i.Inviter, v.Inviter // a reply quotes the links, so the text warns of it
	}
	if m.Text, err = c.text.write(v, v); err != nil {
		return Message{}, err
	}
	if m.HTML, err = c.html.write(inHTML{v}, v); err != nil {
		return Message{}, err
	}
	return m, nil
}

// write writes the part for some data, which the values are part of.
func (p part) write(data any, v values) (string, error) {
	if p.promise == nil {
		var b bytes.Buffer
		err := p.Execute(&b, data)
		return b.String(), err
	}
	b := bounded{name: p.name}
	if err := p.Execute(&b, data); err != nil {
		return "", plainly(err)
	}
	text := b.String()
	return text, p.promise(text, v)
}
