// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/polyorg/polyorg/internal/rules"
)

// counted are the answers of DNS, by their names in metrics.
var counted = map[rules.DomainAnswer]string{
	rules.DomainFound: "found", rules.DomainNotFound: "not_found", rules.DomainUnknown: "unknown",
}

var lookups = prometheus.NewCounterVec(prometheus.CounterOpts{
	Name: "polyorg_domain_lookups_total",
	Help: "Look-ups of DNS records that prove custom domains, by answer: found, not_found, unknown (the DNS resolver did not say).",
}, []string{"answer"})

// Each series is there from the start: an alert for unknown answers must see that there was none.
func init() {
	metrics.Registry.MustRegister(lookups)
	for _, answer := range counted {
		lookups.WithLabelValues(answer)
	}
}

func count(answer rules.DomainAnswer) { lookups.WithLabelValues(counted[answer]).Inc() }
