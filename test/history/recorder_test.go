// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// A moment is one change as it was stored. All kinds are in one store, so revisions order the changes of all of them.
type moment struct {
	revision int64
	id       id
	object   client.Object // nil when it was deleted
}

// id names an object.
type id struct{ kind, namespace, name string }

func (i id) String() string { return strings.TrimPrefix(i.kind+" "+i.namespace+"/"+i.name, " ") }

// recorder keeps every moment since it began: the whole history of the store, not samples of it.
type recorder struct {
	stop    context.CancelFunc
	client  client.WithWatch
	mu      sync.Mutex
	moments []moment
	reached int64
	failed  error
}

// kinds are the ones that limits speak of.
var kinds = map[string]func() client.ObjectList{
	"Organization":       func() client.ObjectList { return &v1alpha1.OrganizationList{} },
	"Membership":         func() client.ObjectList { return &v1alpha1.MembershipList{} },
	"Invitation":         func() client.ObjectList { return &v1alpha1.InvitationList{} },
	"InvitationResponse": func() client.ObjectList { return &v1alpha1.InvitationResponseList{} },
	"IntegrationBinding": func() client.ObjectList { return &v1alpha1.IntegrationBindingList{} },
	"HostReservation":    func() client.ObjectList { return &v1alpha1.HostReservationList{} },
	"PlatformPolicy":     func() client.ObjectList { return &v1alpha1.PlatformPolicyList{} },
}

// record begins on a cluster without objects of our kinds.
func record(config *rest.Config) *recorder {
	GinkgoHelper()
	c, err := client.NewWithWatch(config, client.Options{Scheme: lab.Scheme})
	Expect(err).NotTo(HaveOccurred())
	ctx, cancel := context.WithCancel(context.Background())
	r := &recorder{client: c, stop: cancel}
	for kind, list := range kinds {
		l := list()
		Expect(c.List(ctx, l)).To(Succeed())
		Expect(objectsOf(l)).To(BeEmpty())
		again := &cache.ListWatch{WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return c.Watch(ctx, list(), &client.ListOptions{Raw: &o})
		}}
		w, err := watchtools.NewRetryWatcherWithContext(ctx, l.GetResourceVersion(), again)
		Expect(err).NotTo(HaveOccurred())
		go r.follow(kind, w)
	}
	return r
}

// follow takes in what a watch brings; one that cannot go on where it broke off ends the record.
func (r *recorder) follow(kind string, w *watchtools.RetryWatcher) {
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

func (r *recorder) take(kind string, object client.Object, deleted bool) {
	m := moment{revision: revisionOf(object.GetResourceVersion()), id: id{kind, object.GetNamespace(), object.GetName()}, object: object}
	if deleted {
		m.object = nil
	}
	r.moments = append(r.moments, m)
	r.reached = max(r.reached, m.revision)
}

// revision is one that the store has reached for sure.
func (r *recorder) revision() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reached
}

// history is everything so far, in the order of the store. It is whole up to the last moment if the caller has made sure that all
// is quiet.
func (r *recorder) history() ([]moment, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.SortFunc(r.moments, func(a, b moment) int { return int(a.revision - b.revision) })
	return slices.Clone(r.moments), r.failed
}

// settled expects that the record has come as far as the store itself, and returns it.
func (r *recorder) settled(ctx context.Context) []moment {
	GinkgoHelper()
	var all []moment
	Eventually(func(g Gomega) {
		var err error
		all, err = r.history()
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(versions(last(all))).To(Equal(versions(r.live(ctx, g))))
	}).Should(Succeed())
	return all
}

// last is the world at the end of a history.
func last(all []moment) map[id]client.Object {
	w := map[id]client.Object{}
	for _, m := range all {
		if m.object == nil {
			delete(w, m.id)
		} else {
			w[m.id] = m.object
		}
	}
	return w
}

func (r *recorder) live(ctx context.Context, g Gomega) map[id]client.Object {
	w := map[id]client.Object{}
	for kind, list := range kinds {
		l := list()
		g.Expect(r.client.List(ctx, l)).To(Succeed())
		for _, o := range objectsOf(l) {
			w[id{kind, o.GetNamespace(), o.GetName()}] = o
		}
	}
	return w
}

func versions(w map[id]client.Object) map[id]string {
	v := make(map[id]string, len(w))
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
