// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
)

// state is the journal as it was last read or written, with the changes that the next write will store.
type state struct {
	object  *corev1.ConfigMap // as stored
	format  int               // 0: damaged, so that nothing in it can be relied on
	echo    types.UID
	fences  map[string]string
	overlay *facts.Overlay
	use     use // the part of each share that the entries take
	// fruitless are the actors whose recent changes came to nothing.
	fruitless fruitless
	grown     bool // holds entries that are not stored
	tidied    bool // lacks entries that are stored
}

// newState reads a stored journal. One that another program wrote over is empty, and not open.
func newState(stored *corev1.ConfigMap, entry func(string) (*facts.Entry, error)) *state {
	r, err := parse(stored, entry)
	if err != nil {
		r = &Record{}
	}
	s := &state{object: stored, format: r.Format, echo: r.UID, fences: r.Fences, overlay: facts.NewOverlay(r.Entries), use: use{}, fruitless: r.Fruitless}
	for _, e := range r.Entries {
		s.use.count(e, 1)
	}
	return s
}

// echoesItself reports whether the journal names its own UID. One that was made anew, restored, copied or damaged does not.
func (s *state) echoesItself() bool { return s.format > 0 && s.echo != "" && s.echo == s.object.UID }

// bytes is the size of all entries.
func (s *state) bytes() int { return s.use[shareOfAll].bytes }

// hasRoomFor reports whether the bounds have room for one more entry. An entry for a request that is written down already takes none.
// The stamp, which the entry gets when it is appended, is a part of its size.
func (s *state) hasRoomFor(e *facts.Entry) bool {
	own := s.overlay.Of(e.UID)
	return slices.ContainsFunc(own, e.Same) || objectHasRoom(own, e) && s.sharesHaveRoom(e.At(s.object.ResourceVersion))
}

// objectHasRoom reports whether an object with these entries may have one more.
func objectHasRoom(own []*facts.Entry, e *facts.Entry) bool {
	if !isPerson(e.Actor) {
		return len(own) < maxPerObject
	}
	peoples := 0
	for _, other := range own {
		if isPerson(other.Actor) {
			peoples++
		}
	}
	return len(own) < maxPerObject && peoples < peoplesPerObject
}

// append adds an entry. An identical one that is stored is from the same request, sent before. The new one replaces it, so that it is not
// dropped for the age of the earlier one.
func (s *state) append(e *facts.Entry) {
	stamped := e.At(s.object.ResourceVersion)
	for _, old := range slices.Clone(s.overlay.Of(e.UID)) {
		switch {
		case !old.Same(e):
		case old.Stamp == stamped.Stamp:
			return // judged a moment ago, and not stored yet
		default:
			s.overlay.Remove(old)
			s.use.count(old, -1)
		}
	}
	s.overlay.Append(stamped)
	s.use.count(stamped, 1)
	s.grown = true
}

// remove removes an entry.
func (s *state) remove(e *facts.Entry) {
	s.overlay.Remove(e)
	s.use.count(e, -1)
	s.tidied = true
}

// raise raises the fence of a kind: no replica judges until it has seen the kind that far.
func (s *state) raise(kind, fence string) {
	if current, ok := s.fences[kind]; !ok || facts.Later(fence, current) {
		s.fences[kind] = fence
	}
}

// clear empties the journal, and sets its fences.
func (s *state) clear(fences map[string]string) {
	s.overlay, s.use, s.fences, s.fruitless = facts.NewOverlay(nil), use{}, fences, nil
}

// write is the object that stores the state.
func (s *state) write() *corev1.ConfigMap {
	r := Record{Format: max(s.format, Format), UID: s.object.UID, Fences: s.fences, Entries: s.overlay.Entries(), Fruitless: s.fruitless}
	next := &corev1.ConfigMap{ObjectMeta: s.object.ObjectMeta, Data: r.data()}
	if len(next.ManagedFields) > 0 {
		// This empty entry stops the API server from tracking managed fields. That costs a quarter of a write, and a single writer does not
		// need it.
		next.ManagedFields = []metav1.ManagedFieldsEntry{{}}
	}
	return next
}

// wrote notes that the state is stored.
func (s *state) wrote(object *corev1.ConfigMap) {
	s.object, s.format, s.echo = object, max(s.format, Format), object.UID
	s.grown, s.tidied = false, false
}
