// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// valid has no value before the first look, and so none where no ConfigMap is configured.
var valid = prometheus.NewGaugeVec(prometheus.GaugeOpts{
	Name: "polyorg_mail_templates_valid",
	Help: "1 while e-mails and pages look as their ConfigMap says; 0 while it has a mistake or is not there, and what was in force before stays.",
}, nil)

func init() { metrics.Registry.MustRegister(valid) }
