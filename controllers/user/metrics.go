// SPDX-License-Identifier: Apache-2.0

package user

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// overLimit counts the people who have more than the limits allow now (L9).
var overLimit = prometheus.NewGauge(prometheus.GaugeOpts{
	Name: "polyorg_users_over_limit",
	Help: "Users who have more than the limits allow now: a limit was lowered, or objects got past admission (L9). Told by the replica that runs the controllers.",
})

func init() { metrics.Registry.MustRegister(overLimit) }
