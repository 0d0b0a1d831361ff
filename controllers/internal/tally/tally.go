// SPDX-License-Identifier: Apache-2.0

// Package tally counts objects with a property, for a metric.
package tally

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/util/sets"
)

// Tally is the names of the objects that have a property. The zero value is an empty one.
type Tally struct {
	mu    sync.Mutex
	names sets.Set[string]
}

// Note notes whether one object has the property. It returns how many had it before, and how many have it now, which the gauge shows.
func (t *Tally) Note(gauge prometheus.Gauge, name string, has bool) (before, now int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.names == nil {
		t.names = sets.New[string]()
	}
	before = t.names.Len()
	if has {
		t.names.Insert(name)
	} else {
		t.names.Delete(name)
	}
	now = t.names.Len()
	gauge.Set(float64(now))
	return before, now
}
