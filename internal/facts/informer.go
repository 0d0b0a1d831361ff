// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"context"
	"reflect"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/ptr"
)

// NewInformer makes an informer for a cache in the view's own process. The informer lists by itself, and then may be ahead of the view. If
// the view watches the kind, the informer takes later events from the view's watch. So this process reads and decodes each of them once.
// The informer may change an event's object, because the view keeps only texts of it.
//
// It is a cache.Options.NewInformer, for caches that select no part of such a kind.
func (v *View) NewInformer(lw cache.ListerWatcher, obj runtime.Object, resync time.Duration, by cache.Indexers) cache.SharedIndexInformer {
	for kind, s := range sources {
		if reflect.TypeOf(s.object()) == reflect.TypeOf(obj) {
			lw = v.follow(kind, cache.ToListerWatcherWithContext(lw))
		}
	}
	return cache.NewSharedIndexInformer(lw, obj, resync, by)
}

// follow lists as a ListerWatcher does. It also watches as that does until it has caught up with the view. From then on it watches through
// the view.
func (v *View) follow(kind string, lw cache.ListerWatcherWithContext) *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: lw.ListWithContext,
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			f := v.feed(kind)
			list := ptr.Deref(o.SendInitialEvents, false)
			if !list && f.after != "" && f.begins(o.ResourceVersion) {
				return f.watch(nil, o.ResourceVersion, false), nil
			}
			own, err := lw.WatchWithContext(ctx, o)
			if err != nil {
				f.stop()
				return nil, err
			}
			return f.watch(own, o.ResourceVersion, list), nil
		},
	}
}

// watch shows another watch of the kind, unless nil, until the feed begins, and then the feed. The other watch begins with a list, or after
// a version.
func (f *feed) watch(own watch.Interface, version string, list bool) watch.Interface {
	out := make(chan watch.Event)
	w := watch.NewProxyWatcher(out)
	go func() {
		defer close(out)
		defer f.stop()
		r := relay{out: out, stop: w.StopChan(), version: version, lists: list}
		if own == nil || r.bridge(own, f) {
			r.follow(f)
		}
	}()
	return w
}

// relay hands events on until the reader stops.
type relay struct {
	out     chan<- watch.Event
	stop    <-chan struct{}
	version string // that the reader has seen
	lists   bool   // the reader is in the middle of a streamed list
}

func (r *relay) send(e watch.Event) bool {
	select {
	case r.out <- e:
		return true
	case <-r.stop:
		return false
	}
}

// bridge hands on the events of another watch until the feed brings all later ones. It reports whether it reached that point.
func (r *relay) bridge(own watch.Interface, f *feed) bool {
	defer own.Stop()
	for r.lists || !f.begins(r.version) {
		select {
		case <-r.stop:
			return false
		case e, open := <-own.ResultChan():
			if !open || !r.send(e) {
				return false
			}
			r.note(e)
		}
	}
	return true
}

// note keeps the version that the reader has seen. A list has one version, in its last event.
func (r *relay) note(e watch.Event) {
	o, err := meta.Accessor(e.Object)
	if err != nil {
		return
	}
	if e.Type == watch.Bookmark && o.GetAnnotations()[metav1.InitialEventsAnnotationKey] == "true" {
		r.lists = false
	}
	if !r.lists {
		r.version = o.GetResourceVersion()
	}
}

// follow hands on the feed's events after the version that the reader has seen. After a gap in the feed, it tells the reader to list again.
func (r *relay) follow(f *feed) {
	for {
		select {
		case <-r.stop:
			return
		case e, open := <-f.events:
			if !open {
				gap := apierrors.NewResourceExpired("events were missed").Status()
				r.send(watch.Event{Type: watch.Error, Object: &gap})
				return
			}
			if o, err := meta.Accessor(e.Object); err == nil && Later(o.GetResourceVersion(), r.version) && !r.send(e) {
				return
			}
		}
	}
}
