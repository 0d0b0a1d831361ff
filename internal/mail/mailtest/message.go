// SPDX-License-Identifier: Apache-2.0

package mailtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-message/mail"
)

// Message is one that came, as a parser reads it that has nothing in common with what wrote it.
type Message struct {
	// User signed in; empty if nobody did. Encrypted: by TLS.
	User      string
	Encrypted bool
	// From and To are of the envelope.
	From string
	To   []string
	At   time.Time

	Header  mail.Header
	Subject string
	// Text and HTML are the parts of these types, decoded.
	Text, HTML string
	// Raw is the whole message as it came.
	Raw []byte
}

// Parse reads a message. It refuses one with parts that no invitation has.
func Parse(raw []byte) (Message, error) {
	m := Message{Raw: raw}
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return m, err
	}
	m.Header = r.Header
	if m.Subject, err = r.Header.Subject(); err != nil {
		return m, fmt.Errorf("subject: %w", err)
	}
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		if err := m.read(part); err != nil {
			return m, err
		}
	}
}

func (m *Message) read(part *mail.Part) error {
	header, ok := part.Header.(*mail.InlineHeader)
	if !ok {
		return errors.New("it has an attachment")
	}
	text, err := io.ReadAll(part.Body)
	if err != nil {
		return err
	}
	kind, _, err := header.ContentType()
	switch {
	case err != nil:
		return err
	case kind == "text/plain":
		m.Text = string(text)
	case kind == "text/html":
		m.HTML = string(text)
	default:
		return fmt.Errorf("it has a part of type %q", kind)
	}
	return nil
}
