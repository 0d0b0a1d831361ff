// SPDX-License-Identifier: Apache-2.0

// Package facts is the world as the rules see it: an indexed view of the objects, fed by watches, overlaid with the changes
// that the journal says are in flight.
package facts

import (
	"maps"
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
	index   map[rules.Key]map[*object][]rules.Fact
	byUID   map[types.UID]*object
	gone    map[types.UID]departed
	changed chan struct{} // closed, and made anew, at every change
}

// kindView is what was seen of one kind.
type kindView struct {
	version string // reached; empty before the first full sync
	objects map[types.NamespacedName]*object
}

// object is one object as it was last seen.
type object struct {
	kind    string
	name    types.NamespacedName
	uid     types.UID
	version string
	facts   []rules.Fact
}

// departed remembers a deletion, so that the entry of an object that came and went is known to be ended.
type departed struct {
	version string
	at      time.Time
	watched bool // its deletion was seen itself, not only its absence from a list
}

// remember is how long a deletion is remembered: longer than any entry lives.
const remember = 10 * time.Minute

// NewView makes an empty view of the kinds that state facts.
func NewView(baseDomain string) *View {
	v := &View{
		baseDomain: baseDomain,
		now:        time.Now,
		kinds:      map[string]*kindView{},
		index:      map[rules.Key]map[*object][]rules.Fact{},
		byUID:      map[types.UID]*object{},
		gone:       map[types.UID]departed{},
		changed:    make(chan struct{}),
	}
	for _, kind := range Kinds() {
		v.kinds[kind] = &kindView{objects: map[types.NamespacedName]*object{}}
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

// Synced reports whether every kind has been seen whole once; nobody judges before.
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

// Versions tells how far each kind has been seen.
func (v *View) Versions() map[string]string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	versions := make(map[string]string, len(v.kinds))
	for name, k := range v.kinds {
		versions[name] = k.version
	}
	return versions
}

// Holds reports whether an object of that name was seen and not yet seen to go.
func (v *View) Holds(kind string, name types.NamespacedName) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	k, known := v.kinds[kind]
	return known && k.objects[name] != nil
}

// reached reports whether a version is at or after another; nothing is reached before the first sync, or by what is no version.
func reached(version, fence string) bool {
	if version == "" {
		return false
	}
	order, err := resourceversion.CompareResourceVersion(version, fence)
	return err == nil && order >= 0
}

// Later reports whether a version is after another, never merely a different one.
func Later(version, than string) bool {
	order, err := resourceversion.CompareResourceVersion(version, than)
	return err == nil && order > 0
}

// put replaces an object; the caller holds the lock.
func (v *View) put(o *object) {
	k := v.kinds[o.kind]
	if old := k.objects[o.name]; old != nil {
		v.remove(old)
		if old.uid != o.uid {
			v.depart(old, o.version, true)
		}
	}
	k.objects[o.name] = o
	v.byUID[o.uid] = o
	for _, f := range o.facts {
		for _, key := range f.Keys() {
			if v.index[key] == nil {
				v.index[key] = map[*object][]rules.Fact{}
			}
			v.index[key][o] = append(v.index[key][o], f)
		}
	}
}

// remove forgets an object; the caller holds the lock.
func (v *View) remove(o *object) {
	delete(v.kinds[o.kind].objects, o.name)
	delete(v.byUID, o.uid)
	for _, f := range o.facts {
		for _, key := range f.Keys() {
			delete(v.index[key], o)
			if len(v.index[key]) == 0 {
				delete(v.index, key)
			}
		}
	}
}

// depart remembers that an object was deleted; the caller holds the lock.
func (v *View) depart(o *object, version string, watched bool) {
	v.gone[o.uid] = departed{version, v.now(), watched}
}

// wake tells everybody who waits; the caller holds the lock.
func (v *View) wake() {
	close(v.changed)
	v.changed = make(chan struct{})
	horizon := v.now().Add(-remember)
	maps.DeleteFunc(v.gone, func(_ types.UID, d departed) bool { return d.at.Before(horizon) })
}
