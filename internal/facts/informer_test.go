// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"context"
	"reflect"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// numberedMember is a membership at a version, which is also its name.
func numberedMember(version int) *v1alpha1.Membership {
	m := &v1alpha1.Membership{Spec: v1alpha1.MembershipSpec{User: john, Role: v1alpha1.RoleStandard}}
	m.Namespace, m.Name = v1alpha1.NamespacePrefix+"zylker", "m"+strconv.Itoa(version)
	m.UID, m.ResourceVersion = types.UID("uid of "+m.Name), strconv.Itoa(version)
	return m
}

// endOfList is the event that ends a streamed list.
func endOfList(version int) *v1alpha1.Membership {
	m := &v1alpha1.Membership{}
	m.ResourceVersion, m.Annotations = strconv.Itoa(version), map[string]string{metav1.InitialEventsAnnotationKey: "true"}
	return m
}

// upstream is the API server of memberships, as an informer asks it.
type upstream struct {
	*watch.FakeWatcher
	asked []metav1.ListOptions
}

func (u *upstream) listerWatcher() *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(context.Context, metav1.ListOptions) (runtime.Object, error) {
			return &v1alpha1.MembershipList{}, nil
		},
		WatchFuncWithContext: func(_ context.Context, o metav1.ListOptions) (watch.Interface, error) {
			u.asked = append(u.asked, o)
			return u.FakeWatcher, nil
		},
	}
}

// following is a synced view at version 1, and a watch of memberships through it.
func following(t *testing.T, o metav1.ListOptions) (watched, *upstream, watch.Interface) {
	t.Helper()
	v, api := synced(t), &upstream{FakeWatcher: watch.NewFakeWithChanSize(10, false)}
	w, err := v.follow("Membership", api.listerWatcher()).WatchWithContext(t.Context(), o)
	v.must(err)
	t.Cleanup(w.Stop)
	return v, api, w
}

var streamed = metav1.ListOptions{SendInitialEvents: ptr.To(true)}

// names are the names in the next events: of an object, or of a status' reason.
func names(t *testing.T, w watch.Interface, n int) (names []string) {
	t.Helper()
	for range n {
		e := <-w.ResultChan()
		switch o := e.Object.(type) {
		case client.Object:
			names = append(names, string(e.Type)+" "+o.GetName())
		case *metav1.Status:
			names = append(names, string(e.Type)+" "+string(o.Reason))
		}
	}
	return names
}

func wantNames(t *testing.T, w watch.Interface, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, names(t, w, len(want))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFollowGoesOnWhereTheListEnds(t *testing.T) {
	v, api, w := following(t, streamed)
	v.see(numberedMember(4)) // before the list ended, which has it
	api.Add(numberedMember(4))
	api.Action(watch.Bookmark, endOfList(5))
	wantNames(t, w, "ADDED m4", "BOOKMARK ")
	v.see(numberedMember(6))
	v.lose(numberedMember(7))
	wantNames(t, w, "MODIFIED m6", "DELETED m7")
	if !api.IsStopped() {
		t.Error("the list's own watch goes on")
	}
}

// Another API server may be behind the view's own. Its list ends before the view's version.
func TestFollowStaysWithAWatchThatIsBehind(t *testing.T) {
	v, api := synced(t), &upstream{FakeWatcher: watch.NewFakeWithChanSize(10, false)}
	v.see(numberedMember(4))
	w, err := v.follow("Membership", api.listerWatcher()).WatchWithContext(t.Context(), streamed)
	v.must(err)
	defer w.Stop()
	api.Action(watch.Bookmark, endOfList(3))
	wantNames(t, w, "BOOKMARK ")
	v.see(numberedMember(6)) // waits in the feed
	api.Add(numberedMember(4))
	wantNames(t, w, "ADDED m4", "MODIFIED m6")
	if !api.IsStopped() {
		t.Error("its own watch goes on where the view's does")
	}
}

// Caches change the objects that they get.
func TestEachReaderGetsAnObjectOfItsOwn(t *testing.T) {
	v := synced(t)
	one, two := v.feed("Membership"), v.feed("Membership")
	m := numberedMember(2)
	v.see(m)
	first, second := (<-one.events).Object, (<-two.events).Object
	if first == second || second != client.Object(m) {
		t.Error("two readers share one object")
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("they differ\n%s", diff)
	}
}

func TestFollowTellsOfAGap(t *testing.T) {
	for sentence, gap := range map[string]func(watched){
		"the view lists anew": func(v watched) { v.list("Membership", "9") },
		"the reader is slow": func(v watched) {
			for n := range backlog + 1 {
				v.see(at(numberedMember(10), strconv.Itoa(10+n)))
			}
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			v, api, w := following(t, streamed)
			gap(v)
			api.Action(watch.Bookmark, endOfList(backlog+100))
			wantNames(t, w, "BOOKMARK ", "ERROR "+string(metav1.StatusReasonExpired))
			if _, open := <-w.ResultChan(); open {
				t.Error("the watch goes on after a gap")
			}
		})
	}
}

func TestFollowFromAVersion(t *testing.T) {
	for sentence, tc := range map[string]struct {
		version string
		asks    int // the API server
	}{
		"the view brings events that it has not seen yet":          {"1", 0},
		"the API server brings events that the view may have seen": {"0", 1},
	} {
		t.Run(sentence, func(t *testing.T) {
			v, api, w := following(t, metav1.ListOptions{ResourceVersion: tc.version})
			v.see(numberedMember(2))
			api.Add(numberedMember(2))
			if names := names(t, w, 1); len(api.asked) != tc.asks {
				t.Errorf("got %s, and asked the API server %d times", names, len(api.asked))
			}
		})
	}
}

func TestAListThatBreaksEndsTheWatch(t *testing.T) {
	_, api, w := following(t, streamed)
	api.Stop()
	if e, open := <-w.ResultChan(); open {
		t.Errorf("got %v", e)
	}
}

// A stopped reader leaves nothing behind that the view would fill.
func TestAStoppedWatchLeavesTheView(t *testing.T) {
	v, api, w := following(t, streamed)
	api.Action(watch.Bookmark, endOfList(5))
	wantNames(t, w, "BOOKMARK ")
	w.Stop()
	for range w.ResultChan() {
		t.Error("an event after the end")
	}
	if feeds := v.kinds["Membership"].feeds; len(feeds) > 0 {
		t.Errorf("%d feeds are left", len(feeds))
	}
}

func TestNewInformer(t *testing.T) {
	v, api := synced(t), &upstream{FakeWatcher: watch.NewFakeWithChanSize(10, false)}
	informer := v.NewInformer(api.listerWatcher(), &v1alpha1.Membership{}, 0, cache.Indexers{})
	api.Add(numberedMember(3))
	api.Action(watch.Bookmark, endOfList(5))
	seen := make(chan string, 10)
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(obj any) { seen <- obj.(*v1alpha1.Membership).Name },
	})
	v.must(err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); informer.RunWithContext(ctx) }()
	if first := <-seen; first != "m3" {
		t.Errorf("the list brought %s", first)
	}
	cache.WaitForCacheSync(ctx.Done(), informer.HasSynced)
	v.see(numberedMember(6))
	if second := <-seen; second != "m6" {
		t.Errorf("the view brought %s", second)
	}
	cancel()
	<-done
}

// An informer watches a kind by itself if the view does not watch it.
func TestNewInformerOfAnotherKind(t *testing.T) {
	v, api := synced(t), &upstream{FakeWatcher: watch.NewFakeWithChanSize(10, false)}
	numbered := func(name, version string) *v1alpha1.SelfReview {
		return &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: name, ResourceVersion: version}}
	}
	if _, watched := sourcesByType[reflect.TypeFor[*v1alpha1.SelfReview]()]; watched {
		t.Fatal("the view watches this kind")
	}
	informer := v.NewInformer(api.listerWatcher(), &v1alpha1.SelfReview{}, 0, cache.Indexers{})
	seen := make(chan string, 10)
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(obj any) { seen <- obj.(*v1alpha1.SelfReview).Name },
	})
	v.must(err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); informer.RunWithContext(ctx) }()
	end := numbered("", "8")
	end.Annotations = map[string]string{metav1.InitialEventsAnnotationKey: "true"}
	api.Add(numbered("john", "7"))
	api.Action(watch.Bookmark, end)
	if first := <-seen; first != "john" {
		t.Errorf("the list brought %s", first)
	}
	api.Add(numbered("mary", "9"))
	if second := <-seen; second != "mary" {
		t.Errorf("its own watch brought %s", second)
	}
	for kind, k := range v.kinds {
		if len(k.feeds) > 0 {
			t.Errorf("the view feeds it with %s", kind)
		}
	}
	cancel()
	<-done
}
