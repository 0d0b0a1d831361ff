// SPDX-License-Identifier: Apache-2.0

package wake

import (
	"time"

	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
)

// lastQueue adds requests behind those of all tenants, as if their objects were unfinished at the start. A request that waits already keeps
// its better place.
type lastQueue struct{ *fair }

func last(f *fair, _ client.Object) queue { return lastQueue{f} }

// Add adds a request.
func (l lastQueue) Add(r request) { l.AddWithOpts(priorityqueue.AddOpts{}, r) }

// AddAfter adds a request, for later.
func (l lastQueue) AddAfter(r request, after time.Duration) {
	l.AddWithOpts(priorityqueue.AddOpts{After: after}, r)
}

// AddWithOpts adds requests.
func (l lastQueue) AddWithOpts(o priorityqueue.AddOpts, requests ...request) {
	o.Priority = ptr.To(unfinished)
	l.PriorityQueue.AddWithOpts(o, requests...)
}
