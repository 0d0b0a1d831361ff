// SPDX-License-Identifier: Apache-2.0

package grant

import "k8s.io/apimachinery/pkg/types"

// enough is the least number of remembered grants: far more than the desk gives before the cache has seen the first of them.
const enough = 4096

// recent remembers the last grants, in two halves. It forgets the older half when the younger one is full.
type recent struct {
	young, old map[types.UID]struct{}
}

func (r *recent) has(uid types.UID) bool {
	_, young := r.young[uid]
	_, old := r.old[uid]
	return young || old
}

func (r *recent) add(uid types.UID) {
	if r.young == nil || len(r.young) >= enough {
		r.young, r.old = map[types.UID]struct{}{}, r.young
	}
	r.young[uid] = struct{}{}
}
