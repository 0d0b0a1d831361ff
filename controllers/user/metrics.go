// SPDX-License-Identifier: Apache-2.0

package user

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// overLimit counts the people who have more than the limits allow now (L9).
var overLimit = prometheus.NewGauge(prometheus.GaugeOpts{
	Name: "polyorg_users_over_limit",
	Help: "Users who have more than the limits allow now: a limit was lowered, or objects got past admission (L9). Told by the replica that runs the controllers.",
})

func init() { metrics.Registry.MustRegister(overLimit) }

// tally is the people over a limit, by the names of their Users.
type tally struct {
	mu    sync.Mutex
	names sets.Set[string]
}

// count notes whether one User is over a limit.
func (t *tally) count(name string, over bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.names == nil {
		t.names = sets.New[string]()
	}
	if over {
		t.names.Insert(name)
	} else {
		t.names.Delete(name)
	}
	overLimit.Set(float64(t.names.Len()))
}
