// SPDX-License-Identifier: Apache-2.0

// Package facts is the world as the rules see it: an indexed view of the objects, fed by watches. The changes in flight, which the journal
// lists, are laid over it.
package facts

import (
	"context"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"

	"github.com/polyorg/polyorg/internal/rules"
)

// View is what this replica has seen of every kind that states facts. It is itself the store that the watches write to: an
// event is applied before the view's resource version moves on.
type View struct {
	baseDomain string
	now        func() time.Time

	mu      sync.RWMutex
	kinds   map[string]*kindView
	index   index
	acts    acts
	byUID   map[types.UID]*object
	seated  map[string]int32 // how many users hold a seat, by organization
	gone    departures
	changed chan struct{} // closed, and made anew, at every change
}

// kindView is what was seen of one kind.
type kindView struct {
	name    string
	version string // reached; empty before the first full sync
	objects map[types.NamespacedName]*object
	feeds   []*feed // of readers in this process
}

// object is one object as it was last seen.
type object struct {
	kind    *kindView
	name    types.NamespacedName
	uid     types.UID
	version string
	stated  []statement
	shown   any // to the person whom it is about; no rule judges by it
}

// states reports whether the object states a fact.
func (o *object) states(f rules.Fact) bool {
	return slices.ContainsFunc(o.stated, func(s statement) bool { return s.fact == f })
}

// repeats reports whether the object states what it stated before.
func (o *object) repeats(before *object) bool {
	return o.uid == before.uid && slices.EqualFunc(o.stated, before.stated, func(a, b statement) bool { return a.fact == b.fact })
}

// NewView makes an empty view of the kinds that state facts.
func NewView(baseDomain string) *View {
	v := &View{
		baseDomain: baseDomain,
		now:        time.Now,
		kinds:      map[string]*kindView{},
		index:      index{},
		acts:       acts{},
		byUID:      map[types.UID]*object{},
		seated:     map[string]int32{},
		gone:       departures{byUID: map[types.UID]departed{}},
		changed:    make(chan struct{}),
	}
	for _, kind := range Kinds() {
		v.kinds[kind] = &kindView{name: kind, objects: map[types.NamespacedName]*object{}}
	}
	return v
}

// BaseDomain is the domain under which organizations get their hosts.
func (v *View) BaseDomain() string { return v.baseDomain }

// Changed is closed at the next change of the view.
func (v *View) Changed() <-chan struct{} {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.changed
}

// Synced reports whether every kind has been seen whole once. No change is judged before that.
func (v *View) Synced() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, k := range v.kinds {
		if k.version == "" {
			return false
		}
	}
	return true
}

// AwaitSync returns when every kind has been seen whole once, or with the context's error.
func (v *View) AwaitSync(ctx context.Context) error {
	for {
		changed := v.Changed()
		if v.Synced() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Reached reports whether the view has come as far as every fence.
func (v *View) Reached(fences map[string]string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for kind, fence := range fences {
		k, known := v.kinds[kind]
		if known && !reached(k.version, fence) {
			return false
		}
	}
	return true
}

// Holds reports whether the view has seen an object of that name, and has not seen it go.
func (v *View) Holds(kind string, name types.NamespacedName) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	k, known := v.kinds[kind]
	return known && k.objects[name] != nil
}

// Find is the kind and the name of an object that the view has seen, and has not seen go.
func (v *View) Find(uid types.UID) (kind string, name types.NamespacedName, ok bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	o := v.byUID[uid]
	if o == nil {
		return "", types.NamespacedName{}, false
	}
	return o.kind.name, o.name, true
}

// reached reports whether a version is at or after another. A text that is no version, or that is empty before the first sync, reaches
// nothing.
func reached(version, fence string) bool {
	if version == "" {
		return false
	}
	order, err := resourceversion.CompareResourceVersion(version, fence)
	return err == nil && order >= 0
}

// IsVersion reports whether a text is a resource version, which others can be compared with.
func IsVersion(text string) bool {
	_, err := resourceversion.CompareResourceVersion(text, "1")
	return err == nil
}

// Later reports whether a version is after another, never merely a different one.
func Later(version, than string) bool {
	order, err := resourceversion.CompareResourceVersion(version, than)
	return err == nil && order > 0
}

// put replaces an object; the caller holds the lock.
func (v *View) put(o *object) {
	if old := o.kind.objects[o.name]; old != nil {
		if o.repeats(old) {
			v.acts.remove(old)
			old.version, old.shown = o.version, o.shown
			v.acts.add(old)
			return
		}
		v.remove(old)
		if old.uid != o.uid {
			v.depart(old, o.version, true)
		}
	}
	o.kind.objects[o.name] = o
	v.byUID[o.uid] = o
	delete(v.gone.byUID, o.uid) // it is back: the API server's storage was restored
	v.seat(o, 1)
	v.index.add(o)
	v.acts.add(o)
}

// remove forgets an object; the caller holds the lock.
func (v *View) remove(o *object) {
	delete(o.kind.objects, o.name)
	delete(v.byUID, o.uid)
	v.index.remove(o)
	v.acts.remove(o)
	v.seat(o, -1)
}

// depart remembers that an object was deleted; the caller holds the lock.
func (v *View) depart(o *object, version string, watched bool) {
	v.gone.add(o.uid, departed{version, v.now(), watched})
}

// wake tells all waiters; the caller holds the lock.
func (v *View) wake() {
	close(v.changed)
	v.changed = make(chan struct{})
	v.gone.forget(v.now().Add(-remember))
}
