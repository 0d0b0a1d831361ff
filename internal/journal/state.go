// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
)

// Bounds: beyond them a change is asked to try again, so that one tenant's storm cannot stop the others.
const (
	maxEntries   = 512
	maxBytes     = 64 << 10
	maxPerObject = 4
	maxPerActor  = 32
)

// state is the journal as it was last read or written, with what is about to be written over it.
type state struct {
	object  *corev1.ConfigMap // as stored
	format  int               // 0: damaged, so that nothing in it can be relied on
	echo    types.UID
	fences  map[string]string
	overlay *facts.Overlay
	bytes   int
	grown   bool // holds entries that are not stored
	tidied  bool // lacks entries that are stored
}

// newState reads what is stored. A journal that somebody else wrote over is an empty one that is not open.
func newState(stored *corev1.ConfigMap, entry func(string) (*facts.Entry, error)) *state {
	r, err := parse(stored, entry)
	if err != nil {
		r = &Record{}
	}
	s := &state{object: stored, format: r.Format, echo: r.UID, fences: r.Fences, overlay: facts.NewOverlay(r.Entries)}
	for _, e := range r.Entries {
		s.bytes += size(e)
	}
	return s
}

// open reports whether the journal is in its own words itself: not made anew, restored, copied or damaged.
func (s *state) open() bool { return s.format > 0 && s.echo != "" && s.echo == s.object.UID }

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

// remove takes an entry out.
func (s *state) remove(e *facts.Entry) {
	s.overlay.Remove(e)
	s.bytes -= size(e)
	s.tidied = true
}

// raise makes everybody who judges wait until a kind was seen as far as this.
func (s *state) raise(kind, fence string) {
	if current, ok := s.fences[kind]; !ok || facts.Later(fence, current) {
		s.fences[kind] = fence
	}
}

// clear empties the journal, but for fences.
func (s *state) clear(fences map[string]string) {
	s.overlay, s.bytes, s.fences = facts.NewOverlay(nil), 0, fences
}

// write is the object to be stored for the state.
func (s *state) write() *corev1.ConfigMap {
	r := Record{Format: max(s.format, Format), UID: s.object.UID, Fences: s.fences, Entries: s.overlay.Entries()}
	next := &corev1.ConfigMap{ObjectMeta: s.object.ObjectMeta, Data: r.data()}
	if len(next.ManagedFields) > 0 {
		// The API server keeps no account of fields where there is none. It costs a quarter of a write, and one writer needs none.
		next.ManagedFields = []metav1.ManagedFieldsEntry{{}}
	}
	return next
}

// wrote takes note that the state is what is stored.
func (s *state) wrote(object *corev1.ConfigMap) {
	s.object, s.format, s.echo = object, max(s.format, Format), object.UID
	s.grown, s.tidied = false, false
}

// size is how many bytes an entry takes in the stored journal.
func size(e *facts.Entry) int { return len(e.Text) + 1 }
