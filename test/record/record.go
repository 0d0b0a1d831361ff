// SPDX-License-Identifier: Apache-2.0

// Package record keeps the whole history of a real API server for tests. It has each change of each object, in the store's order, and is
// no sample. A Checker judges every state by the words of the rulebook.
package record

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// A Moment is one change as it was stored. All kinds are in one store, so revisions order the changes of all of them.
type Moment struct {
	Revision int64
	ID       ID
	Object   client.Object // nil when it was deleted
}

// An ID names an object.
type ID struct{ Kind, Namespace, Name string }

// String is the name as people read it.
func (i ID) String() string { return strings.TrimPrefix(i.Kind+" "+i.Namespace+"/"+i.Name, " ") }

// Kinds have a function each that makes an empty list.
type Kinds map[string]func() client.ObjectList

// Limited are the kinds that limits are about.
var Limited = Kinds{
	"Organization":       func() client.ObjectList { return &v1alpha1.OrganizationList{} },
	"Membership":         func() client.ObjectList { return &v1alpha1.MembershipList{} },
	"Invitation":         func() client.ObjectList { return &v1alpha1.InvitationList{} },
	"InvitationResponse": func() client.ObjectList { return &v1alpha1.InvitationResponseList{} },
	"IntegrationBinding": func() client.ObjectList { return &v1alpha1.IntegrationBindingList{} },
	"HostReservation":    func() client.ObjectList { return &v1alpha1.HostReservationList{} },
	"PlatformPolicy":     func() client.ObjectList { return &v1alpha1.PlatformPolicyList{} },
}

// Recorder keeps every moment since it began.
type Recorder struct {
	kinds   Kinds
	stop    context.CancelFunc
	client  client.WithWatch
	mu      sync.Mutex
	moments []Moment
	reached int64
	failed  error
}

// Start records the kinds that limits are about, and others. Existing objects count as created at this moment.
func Start(config *rest.Config, others Kinds) *Recorder {
	GinkgoHelper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &Recorder{kinds: maps.Clone(Limited), client: lab.Client(config), stop: cancel}
	maps.Copy(r.kinds, others)
	for kind, list := range r.kinds {
		l := list()
		Expect(r.client.List(ctx, l)).To(Succeed())
		for _, o := range ObjectsOf(l) {
			r.take(kind, o, false)
		}
		again := &cache.ListWatch{WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return r.client.Watch(ctx, list(), &client.ListOptions{Raw: &o})
		}}
		w, err := watchtools.NewRetryWatcherWithContext(ctx, l.GetResourceVersion(), again)
		Expect(err).NotTo(HaveOccurred())
		go r.follow(kind, w)
	}
	return r
}

// Stop ends the record.
func (r *Recorder) Stop() { r.stop() }

// follow records the events of a watch. A watch that cannot continue where it broke off ends the record.
func (r *Recorder) follow(kind string, w *watchtools.RetryWatcher) {
	for event := range w.ResultChan() {
		object, ok := event.Object.(client.Object)
		r.mu.Lock()
		switch {
		case !ok:
			r.failed = fmt.Errorf("watch of %s: %v", kind, event.Object)
		case event.Type != watch.Bookmark:
			r.take(kind, object, event.Type == watch.Deleted)
		}
		r.mu.Unlock()
	}
}

func (r *Recorder) take(kind string, object client.Object, deleted bool) {
	m := Moment{Revision: revisionOf(object.GetResourceVersion()), ID: ID{kind, object.GetNamespace(), object.GetName()}, Object: object}
	if deleted {
		m.Object = nil
	}
	r.moments = append(r.moments, m)
	r.reached = max(r.reached, m.Revision)
}

// Revision is a revision that the store has certainly reached.
func (r *Recorder) Revision() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reached
}

// History is everything so far, in the store's order. It is complete up to the last moment if the caller has made sure that all is quiet.
func (r *Recorder) History() ([]Moment, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.SortFunc(r.moments, func(a, b Moment) int { return int(a.Revision - b.Revision) })
	return slices.Clone(r.moments), r.failed
}

// Settled waits until the record has reached the store's own revision, and returns it.
func (r *Recorder) Settled(ctx context.Context) []Moment {
	GinkgoHelper()
	var all []Moment
	Eventually(func(g Gomega) {
		var err error
		all, err = r.History()
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(versions(Last(all))).To(Equal(versions(r.live(ctx, g))))
	}).WithContext(ctx).Should(Succeed())
	return all
}

// Last is the world at the end of a history.
func Last(all []Moment) World {
	w := World{}
	for _, m := range all {
		w.Apply(m)
	}
	return w
}

func (r *Recorder) live(ctx context.Context, g Gomega) World {
	w := World{}
	for kind, list := range r.kinds {
		l := list()
		g.Expect(r.client.List(ctx, l)).To(Succeed())
		for _, o := range ObjectsOf(l) {
			w[ID{kind, o.GetNamespace(), o.GetName()}] = o
		}
	}
	return w
}

// ObjectsOf are the items of a list.
func ObjectsOf(list client.ObjectList) (objects []client.Object) {
	_ = meta.EachListItem(list, func(o runtime.Object) error { // every list here has items
		objects = append(objects, o.(client.Object))
		return nil
	})
	return objects
}

func versions(w World) map[ID]string {
	v := make(map[ID]string, len(w))
	for id, o := range w {
		v[id] = o.GetResourceVersion()
	}
	return v
}

func revisionOf(version string) int64 {
	n, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
