// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// kind is what a request got, as metrics count it.
type kind string

const (
	redirected kind = "redirected"
	suspended  kind = "suspended"
	unknown    kind = "unknown"
	unready    kind = "unready"
	portal     kind = "portal"
)

var kinds = []kind{redirected, suspended, unknown, unready, portal}

// requests names no host: anybody can send any, and each would be a series.
var requests = prometheus.NewCounterVec(prometheus.CounterOpts{
	Name: "polyorg_fallback_requests_total",
	Help: "Requests for hosts that lead to no CRM, by answer: redirected (a former host), suspended, unknown, unready (the ingress controller " +
		"does not route it yet), portal (the base domain). Without those for the style sheet.",
}, []string{"answer"})

// Each series is there from the start: an alert for unready hosts must see that there was none.
func init() {
	metrics.Registry.MustRegister(requests)
	for _, k := range kinds {
		requests.WithLabelValues(string(k))
	}
}
