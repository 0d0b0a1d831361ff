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

// NewInformer makes an informer for a cache in the view's own process. The informer lists by itself. Of a kind that the view watches, it
// takes the events that follow from the view's watch, so that this process reads and decodes each event once. The view has applied an
// event before the informer sees it. The informer may change an event's object, of which the view keeps nothing but texts.
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

// follow lists as a ListerWatcher does, and watches through the view.
func (v *View) follow(kind string, lw cache.ListerWatcherWithContext) *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: lw.ListWithContext,
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			f, seen := v.feed(kind)
			streamsList := ptr.Deref(o.SendInitialEvents, false)
			if !streamsList && reached(o.ResourceVersion, seen) {
				return f.watch(nil, o.ResourceVersion), nil
			}
			own, err := lw.WatchWithContext(ctx, o)
			if err != nil || !streamsList { // an event that the view saw between the list and now comes no more
				f.stop()
				return own, err
			}
			return f.watch(own, ""), nil
		},
	}
}

// watch shows a list that is streamed, unless nil, and then what happens after its version. Without a list, it is what happens after the
// version that is given.
func (f *feed) watch(list watch.Interface, version string) watch.Interface {
	out := make(chan watch.Event)
	w := watch.NewProxyWatcher(out)
	go func() {
		defer close(out)
		defer f.stop()
		r := relay{out, w.StopChan()}
		if list == nil || r.list(list, &version) {
			r.follow(f, version)
		}
	}()
	return w
}

// relay hands events on until the reader stops.
type relay struct {
	out  chan<- watch.Event
	stop <-chan struct{}
}

func (r relay) send(e watch.Event) bool {
	select {
	case r.out <- e:
		return true
	case <-r.stop:
		return false
	}
}

// list hands a streamed list on, and keeps the version at which it ends. It reports whether the list ended as it should.
func (r relay) list(list watch.Interface, version *string) bool {
	defer list.Stop()
	for {
		select {
		case <-r.stop:
			return false
		case e, open := <-list.ResultChan():
			if !open || !r.send(e) {
				return false
			}
			if *version = endOf(e); *version != "" {
				return true
			}
		}
	}
}

// endOf is the version at which a streamed list ends, if this is the event that says so.
func endOf(e watch.Event) string {
	o, err := meta.Accessor(e.Object)
	if e.Type != watch.Bookmark || err != nil || o.GetAnnotations()[metav1.InitialEventsAnnotationKey] != "true" {
		return ""
	}
	return o.GetResourceVersion()
}

// follow hands on what the view saw after a version. Where the view's events have a gap, the reader is told to list again.
func (r relay) follow(f *feed, version string) {
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
			if o, err := meta.Accessor(e.Object); err == nil && Later(o.GetResourceVersion(), version) && !r.send(e) {
				return
			}
		}
	}
}
