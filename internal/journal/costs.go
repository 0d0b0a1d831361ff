// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"time"

	"k8s.io/apimachinery/pkg/types"
)

const (
	// costly is a judgement that takes so long that others feel it.
	costly = 5 * time.Millisecond
	// rests is for how many times as long the same object is not judged again then: others have nine tenths of the time.
	rests = 10
)

// costs is which objects were costly to judge of late, so that one of them does not hold up everybody each time that it is judged
// again: at each entry that ends, and for each request that is sent again.
type costs map[types.UID]time.Time // until when it rests

// note takes note of a judgement. What is judged without an object, as each Look is, does not rest for what another such cost.
func (c costs) note(uid types.UID, took time.Duration, now since) {
	if took < costly || uid == "" {
		return
	}
	for other, until := range c {
		if !now.Before(until) {
			delete(c, other)
		}
	}
	c[uid] = now.Add(rests * took)
}

// rests reports whether an object is not to be judged yet.
func (c costs) rests(uid types.UID, now since) bool { return now.Before(c[uid]) }
