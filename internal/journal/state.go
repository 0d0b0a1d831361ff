// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/polyorg/polyorg/internal/facts"
)

// Bounds: beyond them a change is asked to try again, so that one tenant's storm cannot stop the others.
const (
	maxEntries   = 512
	maxBytes     = 64 << 10
	maxPerObject = 4
	maxPerActor  = 32
)

// state is the journal as it was last read or written, or a draft of what is about to be written over it.
type state struct {
	object  *corev1.ConfigMap // as stored
	format  int               // 0: damaged, so that nothing in it can be relied on
	echo    string
	fences  map[string]string
	overlay *facts.Overlay
	bytes   int
	grown   bool // holds entries that are not stored yet
	tidied  bool // lacks entries that are stored
}

// newState reads what is stored. A journal that somebody else wrote over is an empty one that is not open.
func newState(stored *corev1.ConfigMap) *state {
	r, err := Parse(stored)
	if err != nil {
		r = &Record{}
	}
	s := &state{object: stored, format: r.Format, echo: string(r.UID), fences: r.Fences, overlay: facts.NewOverlay(r.Entries)}
	for _, e := range r.Entries {
		s.bytes += size(e)
	}
	return s
}

// draft is a copy to be judged and written; the state itself stays what is stored.
func (s *state) draft() *state {
	d := *s
	d.fences = maps.Clone(s.fences)
	d.overlay = facts.NewOverlay(slices.Clone(s.overlay.Entries()))
	return &d
}

// open reports whether the journal is in its own words itself: not made anew, restored, copied or damaged.
func (s *state) open() bool { return s.format > 0 && s.echo != "" && s.echo == string(s.object.UID) }

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
	open := make([]*facts.Entry, 0, len(s.overlay.Entries()))
	for _, e := range s.overlay.Entries() {
		end := view.Ended(e)
		switch {
		case end.Seen && (end.Exact || overdue(e) != notYet):
			s.raise(e.Kind, end.Fence)
		case !end.Seen && overdue(e) == neverStored:
			dropped.WithLabelValues(kindLabel(e.Kind)).Inc()
		default:
			open = append(open, e)
			continue
		}
		s.bytes -= size(e)
		s.tidied = true
	}
	if s.tidied {
		s.overlay = facts.NewOverlay(open)
	}
}

// overdue is what became of an entry by the drop time.
type overdue int

const (
	notYet      overdue = iota // not watched for long enough, or not read yet
	stored                     // its change was stored; the view will see it
	neverStored                // its change was not stored, and no longer can be
)

func (s *state) raise(kind, fence string) {
	if current, ok := s.fences[kind]; !ok || facts.Later(fence, current) {
		s.fences[kind] = fence
	}
}

// write is the object to be stored for the state.
func (s *state) write() *corev1.ConfigMap {
	r := Record{Format: max(s.format, Format), UID: s.object.UID, Fences: s.fences, Entries: s.overlay.Entries()}
	return &corev1.ConfigMap{ObjectMeta: s.object.ObjectMeta, Data: r.data()}
}

// wrote is the state once it is stored.
func (s *state) wrote(object *corev1.ConfigMap) *state {
	next := *s
	next.object, next.format, next.echo = object, max(s.format, Format), string(object.UID)
	next.grown, next.tidied = false, false
	return &next
}

// size is how many bytes an entry takes in the stored journal.
func size(e *facts.Entry) int { return len(e.Text) + 1 }
