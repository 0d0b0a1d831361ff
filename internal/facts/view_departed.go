// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// departures are the latest deletions. By them, the view knows that the entry of an object that came and went has ended.
type departures struct {
	byUID map[types.UID]departed
	order []types.UID // oldest first, so that forget need not search
}

// departed is one deletion.
type departed struct {
	version string
	at      time.Time
	watched bool // a watch showed the deletion itself, not only a list without the object
}

// remember is how long the view remembers a deletion. It is long beside the time in which replicas end such entries. An entry that outlives
// it counts as if its object had not been seen, and is dropped after the drop time.
const remember = 10 * time.Minute

func (d *departures) add(uid types.UID, left departed) {
	if _, known := d.byUID[uid]; !known {
		d.order = append(d.order, uid)
	}
	d.byUID[uid] = left
}

// forget drops the deletions that are older than the horizon.
func (d *departures) forget(horizon time.Time) {
	for len(d.order) > 0 && d.byUID[d.order[0]].at.Before(horizon) {
		delete(d.byUID, d.order[0])
		d.order = d.order[1:]
	}
}
