// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// departures are the deletions of late, so that the entry of an object that came and went is known to be ended.
type departures struct {
	byUID map[types.UID]departed
	order []types.UID // oldest first: what is to be forgotten is not searched for
}

// departed is one deletion.
type departed struct {
	version string
	at      time.Time
	watched bool // its deletion was seen itself, not only its absence from a list
}

// remember is how long a deletion is remembered: long beside the time in which entries end that were seen to. An entry that outlives
// it is as if its object had not been seen, and is dropped in its time.
const remember = 10 * time.Minute

func (d *departures) add(uid types.UID, left departed) {
	if _, known := d.byUID[uid]; !known {
		d.order = append(d.order, uid)
	}
	d.byUID[uid] = left
}

// forget drops what is older than the horizon.
func (d *departures) forget(horizon time.Time) {
	for len(d.order) > 0 && d.byUID[d.order[0]].at.Before(horizon) {
		delete(d.byUID, d.order[0])
		d.order = d.order[1:]
	}
}
