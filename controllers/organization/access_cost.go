// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/polyorg/polyorg/internal/config"
)

// manyBound is the number of organizations from which the cost of their ClusterRoleBindings is worth a warning. With 1,000 of them, a
// request takes a tenth of a millisecond longer (docs/benchmarks/access.md).
const manyBound = 1000

// boundOrganizations counts the organizations that add to the cost of every request of the cluster (R9).
var boundOrganizations = prometheus.NewGauge(prometheus.GaugeOpts{
	Name: "polyorg_organizations_bound",
	Help: "Organizations that have a ClusterRoleBinding, which the API server passes for each request of the cluster (R9). Told by the replica that runs the controllers.",
})

func init() { metrics.Registry.MustRegister(boundOrganizations) }

// bindsOwn reports whether administrators are bound to their own Organization.
func (r *Reconciler) bindsOwn() bool {
	return r.Config.Access.OwnOrganization != config.OwnOrganizationNone
}

// tally is the names of the organizations that have a ClusterRoleBinding.
type tally struct {
	mu    sync.Mutex
	names sets.Set[string]
}

// count notes one organization, and warns when there are many.
func (t *tally) count(ctx context.Context, name string, bound bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.names == nil {
		t.names = sets.New[string]()
	}
	before := t.names.Len()
	if bound {
		t.names.Insert(name)
	} else {
		t.names.Delete(name)
	}
	now := t.names.Len()
	boundOrganizations.Set(float64(now))
	if before < manyBound && now >= manyBound {
		log.FromContext(ctx).Info("Many organizations have a ClusterRoleBinding, which every request of the cluster pays for (R9); "+
			"access.ownOrganization: None in the operator's configuration does without", "organizations", now)
	}
}
