// SPDX-License-Identifier: Apache-2.0

package wake

import (
	"sync"
	"time"

	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	// unfinished is the priority of objects of the start that need more than a look.
	unfinished = handler.LowPriority + 1
	// crowd is how many requests of one tenant have a rank of their own. Later ones still come before the objects of the start.
	crowd = -unfinished - 1
	// soon is the longest delay of a request that takes a turn. One that comes later is no load now.
	soon = time.Second
	// timed is the priority of a request that comes later, once its time has come: behind the first few requests of each tenant. So thousands
	// that end in one minute delay no change, also of an organization that has some of them.
	timed = -10
)

type (
	request = reconcile.Request
	queue   = workqueue.TypedRateLimitingInterface[request]
)

// fair is a queue in which a request comes behind those of tenants with fewer requests in it. So no organization waits for another one's
// crowd. Objects that were there at the start come last, and an attempt after a failure keeps its rank. Requests whose time has come are in
// the order of their times.
type fair struct {
	priorityqueue.PriorityQueue[request]

	mu      sync.Mutex
	tenants map[request]string // of the requests that wait for their turn
	waiting map[string]int     // how many those are, by tenant
}

// newFair makes the queue of a controller. The tenant of a request is its namespace, unless the handler names another (ByTenant).
func newFair(controller string, limiter workqueue.TypedRateLimiter[request]) queue {
	inner := priorityqueue.New(controller, func(o *priorityqueue.Opts[request]) { o.RateLimiter = limiter })
	return &fair{PriorityQueue: inner, tenants: map[request]string{}, waiting: map[string]int{}}
}

// Add adds a request of its namespace.
func (f *fair) Add(r request) { f.AddWithOpts(priorityqueue.AddOpts{}, r) }

// AddAfter adds a request of its namespace, for later.
func (f *fair) AddAfter(r request, after time.Duration) {
	f.AddWithOpts(priorityqueue.AddOpts{After: after}, r)
}

// AddWithOpts adds requests of their namespaces.
func (f *fair) AddWithOpts(o priorityqueue.AddOpts, requests ...request) {
	for _, r := range requests {
		f.addFor(r.Namespace, o, r)
	}
}

// addFor adds a tenant's request, with a rank if it asks for none. One that comes later has no rank of the past: the controller passes on
// the priority of the request that it has just carried out.
func (f *fair) addFor(tenant string, o priorityqueue.AddOpts, r request) {
	switch {
	case o.RateLimited:
	case o.After > soon:
		o.Priority = ptr.To(timed)
	case ptr.Deref(o.Priority, 0) == 0:
		o.Priority = ptr.To(-f.rank(tenant, r))
	}
	f.PriorityQueue.AddWithOpts(o, r)
}

// rank is how many requests of the tenant come before this one. A request that waits already keeps the better of two ranks.
func (f *fair) rank(tenant string, r request) int {
	if tenant == "" {
		return 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, waits := f.tenants[r]; waits {
		return crowd
	}
	ahead := f.waiting[tenant]
	f.tenants[r] = tenant
	f.waiting[tenant]++
	return min(ahead, crowd)
}

// Get returns the next request.
func (f *fair) Get() (r request, shutdown bool) {
	r, _, shutdown = f.GetWithPriority()
	return r, shutdown
}

// GetWithPriority returns the next request, and its priority.
func (f *fair) GetWithPriority() (r request, priority int, shutdown bool) {
	r, priority, shutdown = f.PriorityQueue.GetWithPriority()
	f.leave(r)
	return r, priority, shutdown
}

// leave forgets a request that waits no longer.
func (f *fair) leave(r request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	tenant, waited := f.tenants[r]
	if !waited {
		return
	}
	delete(f.tenants, r)
	f.waiting[tenant]--
	if f.waiting[tenant] == 0 {
		delete(f.waiting, tenant)
	}
}
