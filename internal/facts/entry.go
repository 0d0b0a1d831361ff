// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/rules"
)

// Operation is the kind of change that was admitted.
type Operation string

// The operations that are journalled, by the words that the journal keeps.
const (
	Create Operation = "create"
	Update Operation = "update"
	Delete Operation = "delete"
)

// Entry is one admitted change of one object.
type Entry struct {
	// Stamp is the journal's resource version that the request was judged on. It distinguishes the entries of a request that was sent
	// again, so that the drop time starts anew.
	Stamp           string
	Operation       Operation
	Kind            string
	Namespace, Name string
	UID             types.UID
	ResourceVersion string // that was judged; empty for a creation
	Actor           string // the sender, for the bounds: a hash, behind Platform's mark for platform actors; empty for the operator
	// Facts are what the object states if the change is stored; nothing for a deletion. One that this version does not know has no
	// effect here.
	Facts []rules.Fact
	// Text is the entry as the journal keeps it, verbatim. Parts that this version does not know stay in it for versions that do. It
	// distinguishes entries.
	Text string
}

// object is the name of the entry's object.
func (e *Entry) object() types.NamespacedName {
	return types.NamespacedName{Namespace: e.Namespace, Name: e.Name}
}

// states reports whether the object states a fact if the change is stored.
func (e *Entry) states(f rules.Fact) bool {
	for _, own := range e.Facts {
		if own == f {
			return true
		}
	}
	return false
}

// End is a view's knowledge of an entry's outcome.
type End struct {
	// Seen: the outcome is known here. The entry no longer counts for this replica, whatever the journal says.
	Seen bool
	// Fence is the resource version of the kind at which it was seen.
	Fence string
	// Exact: the fence is that of an event of this kind, which every other watch will reach by itself. A fence taken from a
	// list is one that a quiet watch reaches only with its next bookmark.
	Exact bool
}

// Ended is the view's knowledge of an entry's outcome. A creation ends with its UID. An update or deletion ends with any later version of
// the object, or with its absence.
func (v *View) Ended(e *Entry) End {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.ended(e)
}

// News are the facts that an object states only if an entry's change is stored.
func (v *View) News(e *Entry) (added []rules.Fact) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	o := v.byUID[e.UID]
	for _, f := range e.Facts {
		if o == nil || !o.states(f) {
			added = append(added, f)
		}
	}
	return added
}

// WasStored reports whether an entry whose end was seen was stored, as far as this view can tell. After a creation the object was
// there; after a deletion it is gone. After an update it states exactly what the entry states.
func (v *View) WasStored(e *Entry) bool {
	stated, there := v.statedBy(e.UID)
	switch e.Operation {
	case Create:
		return true
	case Delete:
		return !there
	}
	return there && len(stated) == len(e.Facts) && !slices.ContainsFunc(stated, func(f rules.Fact) bool { return !e.states(f) })
}

// StatedBy are the facts of an object that the view has seen, and whose deletion it has not seen.
func (v *View) StatedBy(uid types.UID) []rules.Fact {
	stated, _ := v.statedBy(uid)
	return stated
}

func (v *View) statedBy(uid types.UID) (stated []rules.Fact, there bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	o := v.byUID[uid]
	if o == nil {
		return nil, false
	}
	for _, s := range o.stated {
		stated = append(stated, s.fact)
	}
	return stated, true
}

func (v *View) ended(e *Entry) End {
	if gone, ok := v.gone.byUID[e.UID]; ok {
		return End{true, gone.version, gone.watched}
	}
	kind, known := v.kinds[e.Kind]
	if !known {
		return End{}
	}
	o := v.byUID[e.UID]
	switch {
	case o == nil && e.Operation == Create:
		return End{}
	case o == nil:
		return End{reached(kind.version, e.ResourceVersion), kind.version, false}
	case e.Operation == Create:
		return End{true, o.version, true}
	}
	return End{Later(o.version, e.ResourceVersion), o.version, true}
}

// Overlay is the entries of the journal, indexed for look-ups.
type Overlay struct {
	entries []*Entry
	byKey   map[rules.Key][]coming
	byUID   map[types.UID][]*Entry
}

// coming is a fact that stands if its entry's change is stored.
type coming struct {
	fact  rules.Fact
	entry *Entry
}

// NewOverlay indexes entries, oldest first.
func NewOverlay(entries []*Entry) *Overlay {
	o := &Overlay{byKey: map[rules.Key][]coming{}, byUID: map[types.UID][]*Entry{}}
	for _, e := range entries {
		o.Append(e)
	}
	return o
}

// Append adds an entry.
func (o *Overlay) Append(e *Entry) {
	o.entries = append(o.entries, e)
	o.byUID[e.UID] = append(o.byUID[e.UID], e)
	for _, f := range e.Facts {
		for _, k := range f.Keys() {
			o.byKey[k] = append(o.byKey[k], coming{f, e})
		}
	}
}

// Remove removes an entry. Its cost does not grow with the other objects' entries, except for a short search.
func (o *Overlay) Remove(e *Entry) {
	is := func(other *Entry) bool { return other == e }
	o.entries = slices.DeleteFunc(o.entries, is)
	drop(o.byUID, e.UID, is)
	for _, f := range e.Facts {
		for _, k := range f.Keys() {
			drop(o.byKey, k, func(c coming) bool { return c.entry == e })
		}
	}
}

// drop removes from one of many lists, and removes a list that is then empty.
func drop[K comparable, V any](lists map[K][]V, of K, is func(V) bool) {
	if lists[of] = slices.DeleteFunc(lists[of], is); len(lists[of]) == 0 {
		delete(lists, of)
	}
}

// Entries are all entries, oldest first.
func (o *Overlay) Entries() []*Entry { return o.entries }

// Of are the open entries of one object.
func (o *Overlay) Of(uid types.UID) []*Entry { return o.byUID[uid] }
