// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
)

// state is the journal as it was last read or written, with what is about to be written over it.
type state struct {
	object  *corev1.ConfigMap // as stored
	format  int               // 0: damaged, so that nothing in it can be relied on
	echo    types.UID
	fences  map[string]string
	overlay *facts.Overlay
	use     use // what the entries take of each share
	// fruitless are the actors whose changes came to nothing of late.
	fruitless fruitless
	grown     bool // holds entries that are not stored
	tidied    bool // lacks entries that are stored
}

// newState reads what is stored. A journal that another program wrote over is empty, and not open.
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

// bytes is how much all entries take.
func (s *state) bytes() int { return s.use[shareOfAll].bytes }

// hasRoomFor reports whether the bounds have room for one more entry. An entry for a request that is written down already takes none.
func (s *state) hasRoomFor(e *facts.Entry) bool {
	own := s.overlay.Of(e.UID)
	return slices.ContainsFunc(own, e.Same) || objectHasRoom(own, e) && s.sharesHaveRoom(e)
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

// append takes an entry in. An identical one that is stored stands for the same request, sent before. The new one replaces it, so that
// the earlier one's age does not drop it.
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

// remove takes an entry out.
func (s *state) remove(e *facts.Entry) {
	s.overlay.Remove(e)
	s.use.count(e, -1)
	s.tidied = true
}

// raise makes every replica wait, before it judges, until it has seen a kind as far as this.
func (s *state) raise(kind, fence string) {
	if current, ok := s.fences[kind]; !ok || facts.Later(fence, current) {
		s.fences[kind] = fence
	}
}

// clear empties the journal, but for fences.
func (s *state) clear(fences map[string]string) {
	s.overlay, s.use, s.fences, s.fruitless = facts.NewOverlay(nil), use{}, fences, nil
}

// write is the object to be stored for the state.
func (s *state) write() *corev1.ConfigMap {
	r := Record{Format: max(s.format, Format), UID: s.object.UID, Fences: s.fences, Entries: s.overlay.Entries(), Fruitless: s.fruitless}
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
