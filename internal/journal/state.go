// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"cmp"
	"encoding/json"
	"slices"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
)

// Format is the journal format that this version writes. A journal that names a later one is not written to.
const Format = 1

// Bounds: beyond them a change is asked to try again, so that one tenant's storm cannot stop the others.
const (
	maxEntries    = v1alpha1.MaxJournalEntries
	maxBytes      = 64 << 10
	maxPerObject  = 4
	maxPerActor   = 32
	entryOverhead = 160 // what an entry costs in bytes beside its strings
)

// state is the journal as it was last read or written, and what is about to be written over it.
type state struct {
	object  *v1alpha1.Journal // as stored
	fences  map[string]string
	overlay *facts.Overlay
	bytes   int
	grown   bool // holds entries that are not stored yet
	tidied  bool // lacks entries that are stored
}

func newState(object *v1alpha1.Journal) *state {
	s := &state{object: object, fences: map[string]string{}}
	for _, f := range object.Spec.Fences {
		s.fences[f.Kind] = f.ResourceVersion
	}
	entries := make([]*facts.Entry, len(object.Spec.Entries))
	for i, e := range object.Spec.Entries {
		entries[i] = facts.NewEntry(e)
		s.bytes += size(entries[i])
	}
	s.overlay = facts.NewOverlay(entries)
	return s
}

// draft is a copy to be judged and written; the state itself stays what is stored.
func (s *state) draft() *state {
	d := *s
	d.fences = make(map[string]string, len(s.fences))
	for k, v := range s.fences {
		d.fences[k] = v
	}
	d.overlay = facts.NewOverlay(slices.Clone(s.overlay.Entries()))
	return &d
}

// open reports whether the journal is in its own words itself: not made anew, restored or copied.
func (s *state) open() bool { return s.object.Spec.UID != "" && s.object.Spec.UID == s.object.UID }

// room reports whether the bounds leave room for one more entry.
func (s *state) room(e *facts.Entry) bool {
	if len(s.overlay.Entries()) >= maxEntries || s.bytes+size(e) > maxBytes || len(s.overlay.Of(e.UID)) >= maxPerObject {
		return false
	}
	if e.Actor == "" {
		return true
	}
	open := 0
	for _, other := range s.overlay.Entries() {
		if other.Actor == e.Actor {
			open++
		}
	}
	return open < maxPerActor
}

// append takes an entry in; an identical one stands for the same request and is kept as it is.
func (s *state) append(e *facts.Entry) {
	if slices.ContainsFunc(s.overlay.Of(e.UID), e.Same) {
		return
	}
	s.overlay.Append(e)
	s.bytes += size(e)
	s.grown = true
}

// tidy removes the entries whose end the view has seen, and raises the fences to where it saw them; and those that can never
// end. overdue tells how an entry that was watched for the drop time ends.
func (s *state) tidy(view *facts.View, overdue func(*facts.Entry) overdue) {
	var open []*facts.Entry
	for _, e := range s.overlay.Entries() {
		end := view.Ended(e)
		late := overdue(e)
		switch {
		case end.Seen && (end.Exact || late != notYet):
			s.raise(e.Kind, end.Fence)
		case late == neverStored:
		default:
			open = append(open, e)
			continue
		}
		s.bytes -= size(e)
		s.tidied = true
	}
	s.overlay = facts.NewOverlay(open)
}

// overdue is what became of an entry by the drop time.
type overdue int

const (
	notYet      overdue = iota // not watched for long enough
	stored                     // its change was stored; the view will see it
	neverStored                // its change was not stored, and no longer can be
)

func (s *state) raise(kind, fence string) {
	if current, ok := s.fences[kind]; !ok || facts.Later(fence, current) {
		s.fences[kind] = fence
	}
}

// write is the object to be stored for the state.
func (s *state) write() *v1alpha1.Journal {
	next := s.object.DeepCopy()
	next.Spec.Format = max(next.Spec.Format, Format)
	next.Spec.Fences, next.Spec.Entries = nil, nil
	for kind, version := range s.fences {
		next.Spec.Fences = append(next.Spec.Fences, v1alpha1.JournalFence{Kind: kind, ResourceVersion: version})
	}
	slices.SortFunc(next.Spec.Fences, func(a, b v1alpha1.JournalFence) int { return cmp.Compare(a.Kind, b.Kind) })
	for _, e := range s.overlay.Entries() {
		next.Spec.Entries = append(next.Spec.Entries, e.JournalEntry)
	}
	return next
}

// size is about how many bytes an entry takes in the stored journal.
func size(e *facts.Entry) int {
	n := entryOverhead + len(e.Name) + len(e.Namespace)
	for _, f := range e.JournalEntry.Facts {
		quoted, err := json.Marshal(f)
		if err != nil {
			panic(err) // a string
		}
		n += len(quoted)
	}
	return n
}
