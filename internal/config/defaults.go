// SPDX-License-Identifier: Apache-2.0

package config

import "cmp"

func (c *OperatorConfig) setDefaults() {
	c.Webhook.BindAddress = cmp.Or(c.Webhook.BindAddress, ":9443")
	c.Metrics.BindAddress = cmp.Or(c.Metrics.BindAddress, ":8080")
	c.Health.BindAddress = cmp.Or(c.Health.BindAddress, ":8081")
	c.LeaderElection.Namespace = cmp.Or(c.LeaderElection.Namespace, "polyorg-system")
	c.Ingress.Backend.ServiceName = cmp.Or(c.Ingress.Backend.ServiceName, "crm")
	c.Ingress.Backend.Port = cmp.Or(c.Ingress.Backend.Port, 80)
}
