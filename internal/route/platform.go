// SPDX-License-Identifier: Apache-2.0

package route

import (
	"cmp"

	"github.com/polyorg/polyorg/internal/config"
)

// Platform plans the hosts that belong to no organization: the portal's, and the base domain itself, which redirects to it. Without a portal
// there is none.
func Platform(c *config.OperatorConfig) Plan {
	i := &c.Ingress
	p := Plan{Namespace: c.LeaderElection.Namespace, HTTPS: https(i), Port: i.Port, MaxBody: i.MaxBodySize.Value()}
	if i.Portal == nil {
		return p
	}
	p.Present = i.PortalHost()
	b := builder{plan: &p, config: c}
	b.host(Host{Name: p.Present, Answer: Serves, Service: portal(c)}, false)
	b.host(Host{Name: i.BaseDomain, Answer: Redirects, To: p.Present, Service: Fallback(c)}, false)
	return p
}

func portal(c *config.OperatorConfig) *Service {
	s := c.Ingress.Portal.Backend
	return &Service{cmp.Or(s.Namespace, c.LeaderElection.Namespace), s.ServiceName, s.Port}
}
