// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
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

// noteBound notes whether an organization has a ClusterRoleBinding, and warns when there are many.
func (r *Reconciler) noteBound(ctx context.Context, name string, bound bool) {
	if before, now := r.bound.Note(boundOrganizations, name, bound); before < manyBound && now >= manyBound {
		log.FromContext(ctx).Info("Many organizations have a ClusterRoleBinding, which every request of the cluster pays for (R9); "+
			"access.ownOrganization: None in the operator's configuration does without", "organizations", now)
	}
}
