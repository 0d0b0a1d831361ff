// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"
)

// A heldName is an object and the hash of a name that others may want, which the object does not have yet.
type heldName struct {
	object types.UID
	name   string
}

// A hold is how long this replica has watched a held name. Entries of many requests may follow each other in it.
type hold struct {
	first     since
	inJournal bool  // an entry held it when the journal was last read or written
	ended     since // when the last such entry was seen to be gone; only where it is not in the journal
}

// holds goes on watching the names that objects hold by entries alone. A hold ends when the object has the name, or when others have had a
// turn.
func (j *Journal) holds(now since) map[heldName]hold {
	next := map[heldName]hold{}
	for _, w := range j.watched {
		for _, name := range w.names {
			at := heldName{w.entry.UID, name}
			before, known := j.firstHeld[at]
			if !known || j.lapsed(before) {
				before.first = now
			}
			next[at] = hold{first: before.first, inJournal: true}
		}
	}
	for at, h := range j.firstHeld {
		if h.inJournal {
			h.inJournal, h.ended = false, now
		}
		if _, still := next[at]; !still && !j.lapsed(h) && !slices.Contains(contested(j.View.StatedBy(at.object)), at.name) {
			next[at] = h
		}
	}
	return next
}

// lapsed reports whether others have had a turn at the name.
func (j *Journal) lapsed(h hold) bool { return !h.inJournal && j.Clock.Since(h.ended) >= j.turn() }

// heldLong reports whether a request's object has held the wanted name for the drop time by entries alone, without ever having it.
func (j *Journal) heldLong(r *request) bool {
	return slices.ContainsFunc(contested(r.added()), func(name string) bool {
		h, known := j.firstHeld[heldName{r.UID, name}]
		return known && !j.lapsed(h) && j.Clock.Since(h.first) >= j.DropTime
	})
}
