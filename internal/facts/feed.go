// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// backlog is how many events a feed keeps for a reader that is slow: far more than happen while it lists a large cluster.
const backlog = 20_000

// feed brings one reader the events of one kind, in the view's order and after the view has applied them. Its channel is closed when it
// misses an event: the reader was too slow, or the view had to list the kind again.
type feed struct {
	view   *View
	kind   *kindView
	after  string // the version after which it begins; empty before the view has seen the kind
	events chan watch.Event
}

func (v *View) feed(kind string) *feed {
	v.mu.Lock()
	defer v.mu.Unlock()
	k := v.kinds[kind]
	f := &feed{view: v, kind: k, after: k.version, events: make(chan watch.Event, backlog)}
	k.feeds = append(k.feeds, f)
	return f
}

// begins reports whether a reader that has seen a version misses no event of the feed.
func (f *feed) begins(version string) bool { return f.after == "" || reached(version, f.after) }

// stop ends the feed for its reader.
func (f *feed) stop() {
	f.view.mu.Lock()
	defer f.view.mu.Unlock()
	f.kind.feeds = slices.DeleteFunc(f.kind.feeds, func(other *feed) bool { return other == f })
}

// pass brings an event to every reader, and waits for none; the caller holds the view's lock. Readers change the object that they get, so
// each has one of its own.
func (k *kindView) pass(happened watch.EventType, obj any) {
	object := obj.(runtime.Object)
	last := len(k.feeds) - 1
	var n int
	k.feeds = slices.DeleteFunc(k.feeds, func(f *feed) bool {
		own := object
		if n < last {
			own = object.DeepCopyObject()
		}
		n++
		select {
		case f.events <- watch.Event{Type: happened, Object: own}:
			return false
		default:
			close(f.events)
			return true
		}
	})
}

// breakOff ends every feed, because single events cannot describe what happened; the caller holds the view's lock.
func (k *kindView) breakOff() {
	for _, f := range k.feeds {
		close(f.events)
	}
	k.feeds = nil
}
