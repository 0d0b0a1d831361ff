// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/types"
)

// An entry is kept as one line: who asked, what the request is, and its facts, with tabs between. Neither has tabs of its own: names and UIDs are
// DNS names and the like, and facts are JSON.
const separator = "\t"

// fields is how many come before the facts.
const fields = 7

var errNoEntry = errors.New("not an entry of the journal")

// NewEntry completes an entry whose fields and facts are given with the text that the journal keeps.
func NewEntry(e Entry) *Entry {
	parts := append(make([]string, 0, fields+len(e.Facts)),
		e.Actor, string(e.Operation), e.Kind, e.Namespace, e.Name, string(e.UID), e.ResourceVersion)
	e.Text = strings.Join(append(parts, Encode(e.Facts)...), separator)
	return &e
}

// ParseEntry reads an entry as the journal keeps it. An operation, a kind or a fact that only a later version knows is no
// error; a line that is no entry is.
func ParseEntry(text string) (*Entry, error) {
	parts := strings.Split(text, separator)
	if len(parts) < fields || parts[5] == "" || strings.Contains(text, "\n") {
		return nil, errNoEntry
	}
	return &Entry{
		Actor: parts[0], Operation: Operation(parts[1]), Kind: parts[2], Namespace: parts[3], Name: parts[4],
		UID: types.UID(parts[5]), ResourceVersion: parts[6],
		Facts: Decode(parts[fields:]), Text: text,
	}, nil
}

// Same reports whether two entries stand for one request, whoever sent it: judging it twice is harmless.
func (e *Entry) Same(other *Entry) bool {
	return strings.TrimPrefix(e.Text, e.Actor) == strings.TrimPrefix(other.Text, other.Actor)
}
