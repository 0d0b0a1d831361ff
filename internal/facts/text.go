// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"errors"
	"strings"
	"unicode"

	"k8s.io/apimachinery/pkg/types"
)

// An entry is one line: its stamp, the actor, the request, and the facts, with tabs between. They have no tabs of their own: Check refuses
// those in names, versions and UIDs, and facts are JSON.
const separator = "\t"

// fields is the number of fields before the facts.
const fields = 8

var errNoEntry = errors.New("not an entry of the journal")

// ErrMalformed says that an entry would damage the journal. No API server sends such a request: it has checked names and namespaces, and
// makes UIDs and versions itself.
var ErrMalformed = errors.New("the object has no UID, or its name, namespace, UID or resource version has a control character")

// Check reports why an entry of these fields cannot be kept; nil: it can.
func (e *Entry) Check() error {
	if e.UID == "" {
		return ErrMalformed
	}
	for _, field := range []string{e.Actor, string(e.Operation), e.Kind, e.Namespace, e.Name, string(e.UID), e.ResourceVersion} {
		if strings.ContainsFunc(field, unicode.IsControl) {
			return ErrMalformed
		}
	}
	return nil
}

// NewEntry completes an entry whose fields and facts are given, and pass Check, with the text that the journal keeps.
func NewEntry(e Entry) *Entry {
	parts := append(make([]string, 0, fields+len(e.Facts)),
		e.Stamp, e.Actor, string(e.Operation), e.Kind, e.Namespace, e.Name, string(e.UID), e.ResourceVersion)
	e.Text = strings.Join(append(parts, encode(e.head(), e.Facts)...), separator)
	return &e
}

// ParseEntry reads an entry as the journal keeps it. An operation, a kind or a fact that only a later version knows is no
// error; a line that is no entry is.
func ParseEntry(text string) (*Entry, error) {
	parts := strings.Split(text, separator)
	if len(parts) < fields || parts[6] == "" || strings.Contains(text, "\n") {
		return nil, errNoEntry
	}
	e := &Entry{
		Stamp: parts[0], Actor: parts[1], Operation: Operation(parts[2]), Kind: parts[3], Namespace: parts[4], Name: parts[5],
		UID: types.UID(parts[6]), ResourceVersion: parts[7], Text: text,
	}
	e.Facts = parseFacts(e.head(), parts[fields:])
	return e, nil
}

// At is the entry with another stamp.
func (e *Entry) At(stamp string) *Entry {
	at := *e
	at.Stamp, at.Text = stamp, stamp+e.Text[len(e.Stamp):]
	return &at
}

// Same reports whether two entries are from one request, of any sender and any time. Judging it twice is harmless.
func (e *Entry) Same(other *Entry) bool { return e.Request() == other.Request() }

// Request is the part of the line that distinguishes requests.
func (e *Entry) Request() string {
	if e.Text == "" {
		return "" // of a change that leaves no entry
	}
	return e.Text[len(e.Stamp)+len(e.Actor)+2*len(separator):]
}
