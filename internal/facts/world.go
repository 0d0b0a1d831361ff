// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"iter"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/rules"
)

// World is the knowledge with which one change is judged: the view, and the entries whose outcome the view has not seen yet. It is a
// rules.World; use it inside View.Judge only.
type World struct {
	view    *View
	overlay *Overlay
	self    *Entry // the change under judgement; nil for a look
}

var _ rules.World = World{}

// Judge calls f with the world as it is at one instant: no event is applied meanwhile.
func (v *View) Judge(overlay *Overlay, self *Entry, f func(World)) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	f(World{v, overlay, self})
}

// Facts yields the facts under a key, but for those of the object under judgement.
func (w World) Facts(k rules.Key) []rules.Known { return w.collect(k, w.others(k)) }

// Size counts what the view and the entries state under a key, whether it stands or not.
func (w World) Size(k rules.Key) int { return len(w.view.index.under(k)) + len(w.overlay.byKey[k]) }

func (w World) collect(k rules.Key, known iter.Seq[rules.Known]) []rules.Known {
	return slices.AppendSeq(make([]rules.Known, 0, w.Size(k)), known)
}

// Roles yields the facts under a key, those of the object under judgement included.
func (w World) Roles(k rules.Key) []rules.Known {
	return w.collect(k, w.known(k, func(types.UID) bool { return true }))
}

func (w World) others(k rules.Key) iter.Seq[rules.Known] {
	return w.known(k, func(uid types.UID) bool { return w.self == nil || uid != w.self.UID })
}

func (w World) known(k rules.Key, wanted func(types.UID) bool) iter.Seq[rules.Known] {
	return func(yield func(rules.Known) bool) {
		for _, s := range w.view.index.under(k) {
			if wanted(s.object.uid) && !yield(rules.Known{Fact: s.stated(), Certain: w.certain(s)}) {
				return
			}
		}
		for _, c := range w.overlay.byKey[k] {
			if wanted(c.entry.UID) && w.counts(c.entry) && !w.alreadyStated(c) && !yield(rules.Known{Fact: c.fact}) {
				return
			}
		}
	}
}

// certain reports whether a fact of the view stands in every outcome of the entries that may yet change its object.
func (w World) certain(s listing) bool {
	for _, e := range w.overlay.byUID[s.object.uid] {
		if w.counts(e) && !e.states(s.stated()) {
			return false
		}
	}
	return true
}

// counts reports whether an entry's outcome is still unknown here; an earlier entry of the request under judgement does not stand in its
// way.
func (w World) counts(e *Entry) bool {
	if w.self != nil && e.Same(w.self) {
		return false
	}
	return !w.view.ended(e).Seen
}

// alreadyStated reports whether the view has the object stating that very fact.
func (w World) alreadyStated(c coming) bool {
	o := w.view.byUID[c.entry.UID]
	return o != nil && o.states(c.fact)
}
