// SPDX-License-Identifier: Apache-2.0

package preset_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route/preset"
	"github.com/polyorg/polyorg/internal/route/routetest"
)

const (
	ours   = "203.0.113.0/24,2001:db8::/32"
	shared = "crm-system"
)

func TestAnnotate(t *testing.T) {
	for name, tc := range map[string]struct {
		controller  config.RouteController
		facts       routetest.Facts
		namespace   string
		theirs      map[string]string
		want        map[string]string
		middlewares int
	}{
		"no preset changes nothing": {
			config.ControllerNone, routetest.Org("zylker").Allowing("203.0.113.0/24"), shared, map[string]string{"a": "b"}, map[string]string{"a": "b"}, 0,
		},
		"Traefik passes ours before the platform's": {
			config.ControllerTraefik, routetest.Org("zylker").Allowing("203.0.113.0/24"), "org-zylker",
			map[string]string{"traefik.ingress.kubernetes.io/router.middlewares": "x-auth@kubernetescrd"},
			map[string]string{"traefik.ingress.kubernetes.io/router.middlewares": "org-zylker-polyorg-allow@kubernetescrd," +
				"org-zylker-polyorg-body@kubernetescrd,org-zylker-polyorg-header@kubernetescrd,x-auth@kubernetescrd"}, 3,
		},
		"Traefik without an allow-list": {
			config.ControllerTraefik, routetest.Org("zylker"), shared, nil,
			map[string]string{"traefik.ingress.kubernetes.io/router.middlewares": "crm-system-polyorg-body-zylker@kubernetescrd," +
				"crm-system-polyorg-header-zylker@kubernetescrd"}, 2,
		},
		"an allow-list takes precedence over the platform's annotation": {
			config.ControllerNginx, routetest.Org("zylker").Allowing("203.0.113.0/24", "2001:db8::/32"), shared,
			map[string]string{"nginx.ingress.kubernetes.io/whitelist-source-range": "0.0.0.0/0", "nginx.ingress.kubernetes.io/allowlist-source-range": "0.0.0.0/0"},
			map[string]string{"nginx.ingress.kubernetes.io/whitelist-source-range": ours, "nginx.ingress.kubernetes.io/proxy-body-size": "20971520"}, 0,
		},
		"without an allow-list the platform's annotation stays": {
			config.ControllerHAProxyTech, routetest.Org("zylker"), shared, map[string]string{"haproxy.org/allow-list": "10.0.0.0/8"},
			map[string]string{"haproxy.org/allow-list": "10.0.0.0/8", "haproxy.org/request-set-header": "X-Polyorg-Organization zylker"}, 0,
		},
		"our header is the last of several": {
			config.ControllerHAProxyTech, routetest.Org("zylker"), shared, map[string]string{"haproxy.org/request-set-header": "X-A b\n"},
			map[string]string{"haproxy.org/request-set-header": "X-A b\nX-Polyorg-Organization zylker"}, 0,
		},
		"HAProxy Ingress would give all organizations of a shared Service one header": {
			config.ControllerHAProxyIngress, routetest.Org("zylker"), shared, nil, map[string]string{"haproxy-ingress.github.io/proxy-body-size": "20971520"}, 0,
		},
		"HAProxy Ingress sets the header for an own Service": {
			config.ControllerHAProxyIngress, routetest.Org("zylker"), "org-zylker", nil,
			map[string]string{"haproxy-ingress.github.io/proxy-body-size": "20971520", "haproxy-ingress.github.io/headers": "X-Polyorg-Organization: zylker"}, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			for key, value := range tc.theirs {
				got[key] = value
			}
			objects := preset.Annotate(tc.controller, got, tc.facts.Plan(routetest.Config(routetest.Full)), tc.namespace)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(objects) != tc.middlewares {
				t.Errorf("want %d Middlewares, got %d", tc.middlewares, len(objects))
			}
		})
	}
}

// What a preset claims to enforce is in the annotations that it writes.
func TestEnforcedIsWritten(t *testing.T) {
	facts := routetest.Org("zylker").Allowing("203.0.113.0/24")
	for _, c := range []config.RouteController{config.ControllerNone, config.ControllerTraefik, config.ControllerHAProxyIngress,
		config.ControllerHAProxyTech, config.ControllerNginx} {
		for _, namespace := range []string{"org-zylker", shared} {
			i := &routetest.Config(routetest.Full, routetest.By(c)).Ingress
			without := func(full, less routetest.Facts, body bool) bool {
				a, b := map[string]string{}, map[string]string{}
				one, other := full.Plan(routetest.Config(routetest.Full)), less.Plan(routetest.Config(routetest.Full))
				if body {
					other.MaxBody = 0
				}
				preset.Annotate(c, a, one, namespace)
				preset.Annotate(c, b, other, namespace)
				return !cmp.Equal(a, b)
			}
			e := preset.Enforced(i, namespace == shared)
			if got := without(facts, routetest.Org("zylker"), false); got != e.Allow {
				t.Errorf("%s in %s: enforces networks: says %v, writes %v", c, namespace, e.Allow, got)
			}
			if got := without(facts, facts, true); got != e.MaxBody {
				t.Errorf("%s in %s: enforces bodies: says %v, writes %v", c, namespace, e.MaxBody, got)
			}
			anonymous := facts.Plan(routetest.Config(routetest.Full))
			anonymous.Organization = ""
			a, b := map[string]string{}, map[string]string{}
			preset.Annotate(c, a, facts.Plan(routetest.Config(routetest.Full)), namespace)
			preset.Annotate(c, b, anonymous, namespace)
			if got := !cmp.Equal(a, b); got != e.Header {
				t.Errorf("%s in %s: sets the header: says %v, writes %v", c, namespace, e.Header, got)
			}
		}
	}
}

func TestEnforcedByAGateway(t *testing.T) {
	for c, want := range map[config.RouteController]preset.Enforcement{
		config.ControllerNone:           {Header: true},
		config.ControllerTraefik:        {Allow: true, MaxBody: true, Header: true},
		config.ControllerHAProxyIngress: {Header: true},
	} {
		if got := preset.Enforced(&routetest.Config(routetest.Gateway, routetest.By(c)).Ingress, true); got != want {
			t.Errorf("%s: want %+v, got %+v", c, want, got)
		}
	}
}
