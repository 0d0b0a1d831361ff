// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"context"
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/rules"
)

// Watch keeps the view up to date until the context ends. Every replica watches, unfiltered: each serves admission.
func (v *View) Watch(ctx context.Context, c client.WithWatch) error {
	var running sync.WaitGroup
	for kind, source := range sources {
		lw := listWatch(c, source.list)
		store := &kindStore{view: v, kind: kind}
		reflector := cache.NewNamedReflector("facts/"+kind, lw, source.object(), store, 0)
		running.Go(func() { reflector.RunWithContext(ctx) })
	}
	running.Wait()
	return nil
}

func listWatch(c client.WithWatch, list func() client.ObjectList) cache.ListerWatcher {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			l := list()
			return l, c.List(ctx, l, &client.ListOptions{Raw: &o})
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return c.Watch(ctx, list(), &client.ListOptions{Raw: &o})
		},
	}
}

// kindStore is one kind's part of the view, as its reflector writes to it.
type kindStore struct {
	view *View
	kind string
}

var _ cache.ReflectorStore = (*kindStore)(nil)
var _ cache.ReflectorBookmarkStore = (*kindStore)(nil)

// Add applies a creation.
func (s *kindStore) Add(obj any) error { return s.apply(watch.Added, obj, s.view.put) }

// Update applies a change.
func (s *kindStore) Update(obj any) error { return s.apply(watch.Modified, obj, s.view.put) }

// Delete applies a deletion; the object's version is that of the deletion.
func (s *kindStore) Delete(obj any) error {
	return s.apply(watch.Deleted, obj, func(gone *object) {
		if old := s.view.kinds[s.kind].objects[gone.name]; old != nil {
			s.view.remove(old)
			s.view.depart(old, gone.version, true)
		}
	})
}

func (s *kindStore) apply(happened watch.EventType, obj any, change func(*object)) error {
	o, err := s.read(obj)
	if err != nil {
		return err
	}
	s.view.mu.Lock()
	defer s.view.mu.Unlock()
	change(o)
	s.view.kinds[s.kind].version = o.version
	s.view.kinds[s.kind].pass(happened, obj)
	s.view.wake()
	return nil
}

// Replace takes a whole list: an object that is not in it is gone. A list that is older than the view is an error, so that the watch tries
// again. Otherwise objects would seem to come back, and newer ones to be gone.
func (s *kindStore) Replace(list []any, version string) error {
	v := s.view
	next := map[types.NamespacedName]*object{}
	for _, obj := range list {
		o, err := s.read(obj)
		if err != nil {
			return err
		}
		next[o.name] = o
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if Later(v.kinds[s.kind].version, version) {
		return fmt.Errorf("list of %s is older than what was seen: %s after %s", s.kind, version, v.kinds[s.kind].version)
	}
	for name, old := range v.kinds[s.kind].objects {
		if next[name] == nil {
			v.remove(old)
			v.depart(old, version, false)
		}
	}
	for _, o := range next {
		v.put(o)
	}
	v.kinds[s.kind].version = version
	v.kinds[s.kind].breakOff()
	v.wake()
	return nil
}

// Bookmark moves the view on over a stretch in which nothing happened to the kind.
func (s *kindStore) Bookmark(version string) error {
	v := s.view
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kinds[s.kind].version = version
	v.wake()
	return nil
}

// Resync does nothing: facts do not go stale by themselves.
func (s *kindStore) Resync() error { return nil }

func (s *kindStore) read(obj any) (*object, error) {
	o, err := meta.Accessor(obj)
	if err != nil {
		return nil, fmt.Errorf("watch of %s brought something else: %w", s.kind, err)
	}
	co, ok := obj.(client.Object)
	if !ok {
		return nil, fmt.Errorf("watch of %s brought %T", s.kind, obj)
	}
	return &object{
		kind: s.view.kinds[s.kind], name: types.NamespacedName{Namespace: shared(o.GetNamespace()), Name: o.GetName()},
		uid: o.GetUID(), version: o.GetResourceVersion(), stated: statements(Of(co, s.view.baseDomain)),
	}, nil
}

func statements(facts []rules.Fact) []statement {
	stated := make([]statement, len(facts))
	for i, f := range facts {
		stated[i].fact = f
	}
	return stated
}

// Watcher keeps a view up to date as part of a manager, on every replica.
type Watcher struct {
	View   *View
	Client client.WithWatch
}

// Start watches until the context ends.
func (w *Watcher) Start(ctx context.Context) error { return w.View.Watch(ctx, w.Client) }

// NeedLeaderElection is false: every replica serves admission.
func (w *Watcher) NeedLeaderElection() bool { return false }

// Store is where a watch of one kind writes. It is for callers that bring events by other means than Watch.
func (v *View) Store(kind string) cache.ReflectorStore { return &kindStore{view: v, kind: kind} }
