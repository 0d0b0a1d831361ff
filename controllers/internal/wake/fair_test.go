// SPDX-License-Identifier: Apache-2.0

package wake

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// many is more requests than have a rank of their own.
const many = crowd + 50

func membership(name, organization string) client.Object {
	return &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "org-" + organization}}
}

func answer(name, organization string) client.Object {
	return &v1alpha1.InvitationResponse{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       v1alpha1.InvitationResponseSpec{Invitation: &v1alpha1.InvitationReference{Namespace: "org-" + organization, Name: name}},
	}
}

func newQueue(t *testing.T) *fair {
	t.Helper()
	q := newFair("test", BackOff()).(*fair)
	t.Cleanup(q.ShutDown)
	return q
}

// take gets so many requests, and returns the place of each, by name.
func take(q *fair, n int) map[string]int {
	places := map[string]int{}
	for i := range n {
		next, _ := q.Get()
		places[next.Name] = i
		q.Done(next)
	}
	return places
}

// A quiet organization comes among the first, although a crowd woke the controller before. Objects of the start come last.
func TestTurns(t *testing.T) {
	for sentence, tc := range map[string]struct {
		make  func(name, organization string) client.Object
		wakes handler.EventHandler
	}{
		"objects in namespaces":             {membership, &handler.EnqueueRequestForObject{}},
		"objects that name an organization": {answer, ByTenant(&handler.EnqueueRequestForObject{})},
	} {
		t.Run(sentence, func(t *testing.T) {
			q := newQueue(t)
			tc.wakes.Create(t.Context(), event.CreateEvent{Object: tc.make("before", "other"), IsInInitialList: true}, q)
			for n := range many {
				tc.wakes.Create(t.Context(), event.CreateEvent{Object: tc.make(fmt.Sprintf("crowded-%03d", n), "crowded")}, q)
			}
			tc.wakes.Create(t.Context(), event.CreateEvent{Object: tc.make("quiet", "quiet")}, q)
			places := take(q, many+2)
			if places["crowded-000"] != 0 || places["quiet"] != 1 || places["crowded-001"] != 2 || places["before"] != many+1 {
				t.Errorf("the order is %v", places)
			}
			if len(q.tenants)+len(q.waiting) > 0 {
				t.Errorf("keeps %v %v", q.tenants, q.waiting)
			}
		})
	}
}

// A change of the policy concerns every object. A person's change that comes meanwhile is not behind all of them.
func TestLast(t *testing.T) {
	all := handler.EnqueueRequestsFromMapFunc(func(context.Context, client.Object) (requests []request) {
		for n := range many {
			requests = append(requests, request{NamespacedName: client.ObjectKey{Name: fmt.Sprintf("org-%03d", n)}})
		}
		return requests
	})
	q := newQueue(t)
	Last(all).Update(t.Context(), event.UpdateEvent{ObjectOld: &v1alpha1.PlatformPolicy{}, ObjectNew: &v1alpha1.PlatformPolicy{}}, q)
	q.Add(request{NamespacedName: client.ObjectKey{Name: "changed"}})
	q.Add(request{NamespacedName: client.ObjectKey{Name: fmt.Sprintf("org-%03d", many-1)}})
	places := take(q, many+1)
	if len(places) != many+1 || places["changed"] > 1 || places[fmt.Sprintf("org-%03d", many-1)] > 1 {
		t.Errorf("the order is %v", places)
	}
}

// A second event of a request that waits changes neither its place nor the number of requests before the next one.
func TestTurnsCountOnce(t *testing.T) {
	q := newQueue(t)
	one, other := request{NamespacedName: client.ObjectKey{Namespace: "org-a", Name: "one"}}, request{NamespacedName: client.ObjectKey{Namespace: "org-a", Name: "other"}}
	for range many {
		q.Add(one)
	}
	q.Add(other)
	if n := q.waiting["org-a"]; n != 2 {
		t.Errorf("counts %d", n)
	}
	for _, want := range []int{0, -1} {
		if r, priority, _ := q.GetWithPriority(); priority != want {
			t.Errorf("%s has %d, want %d", r.Name, priority, want)
		}
	}
}

// Many invitations end in one minute. They come in the order of their times, whatever priority the look had that set the time. Changes that
// come meanwhile are before all of them.
func TestTurnsOfTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t)
		ended := func(n int) request {
			return request{NamespacedName: client.ObjectKey{Namespace: fmt.Sprint("org-", n%2), Name: fmt.Sprint("ends-", n)}}
		}
		looks := []int{handler.LowPriority, 0, -3, unfinished, 0, -crowd}
		for n, priority := range looks {
			q.AddWithOpts(priorityqueue.AddOpts{After: time.Hour - time.Duration(n)*time.Millisecond, Priority: new(priority)}, ended(n))
		}
		time.Sleep(2 * time.Hour) //nolint:forbidigo // of the bubble's time
		synctest.Wait()
		const changes = 5
		for n := range changes {
			q.Add(request{NamespacedName: client.ObjectKey{Namespace: "org-1", Name: fmt.Sprint("comes-", n)}})
		}
		places := take(q, changes+len(looks))
		for n := range changes {
			if got := places[fmt.Sprint("comes-", n)]; got >= changes {
				t.Errorf("change %d waits for what ends: %v", n, places)
			}
		}
		for n := range looks {
			if got, want := places[ended(n).Name], changes+len(looks)-1-n; got != want {
				t.Errorf("invitation %d comes at place %d, want %d: %v", n, got, want, places)
			}
		}
	})
}

// Requests that wait for a day, or after a failure, delay no other.
func TestTurnsOfLaterAttempts(t *testing.T) {
	q := newQueue(t)
	later, now := request{NamespacedName: client.ObjectKey{Namespace: "org-a", Name: "later"}}, request{NamespacedName: client.ObjectKey{Namespace: "org-a", Name: "now"}}
	q.AddWithOpts(priorityqueue.AddOpts{After: 1000 * soon}, later)
	q.AddWithOpts(priorityqueue.AddOpts{RateLimited: true}, later)
	q.Add(now)
	if len(q.tenants) != 1 {
		t.Errorf("counts %v", q.tenants)
	}
}
