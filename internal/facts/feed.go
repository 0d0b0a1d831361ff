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
	events chan watch.Event
}

// feed begins with the first event after a version, which it returns: empty before the view has seen the kind.
func (v *View) feed(kind string) (f *feed, version string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	k := v.kinds[kind]
	f = &feed{view: v, kind: k, events: make(chan watch.Event, backlog)}
	k.feeds = append(k.feeds, f)
	return f, k.version
}

// stop ends the feed for its reader.
func (f *feed) stop() {
	f.view.mu.Lock()
	defer f.view.mu.Unlock()
	f.kind.feeds = slices.DeleteFunc(f.kind.feeds, func(other *feed) bool { return other == f })
}

// pass brings an event to every reader, and waits for none; the caller holds the view's lock.
func (k *kindView) pass(happened watch.EventType, obj any) {
	event := watch.Event{Type: happened, Object: obj.(runtime.Object)}
	k.feeds = slices.DeleteFunc(k.feeds, func(f *feed) bool {
		select {
		case f.events <- event:
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
