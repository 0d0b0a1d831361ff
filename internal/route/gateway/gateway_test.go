// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"
	gatewayacv1 "sigs.k8s.io/gateway-api/applyconfiguration/apis/v1"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/route/gateway"
	"github.com/polyorg/polyorg/internal/route/preset"
	"github.com/polyorg/polyorg/internal/route/routetest"
)

const (
	host   = "zylker." + routetest.Base
	before = "zylkr." + routetest.Base
	domain = "crm.zylker.example"
)

func restricted() routetest.Facts {
	return routetest.Org("zylker").Asking("", domain).Holding(host, domain).Former(before, host, 30).Allowing("203.0.113.0/24", "2001:db8::/32")
}

// renamed has more former hosts than one HTTPRoute can have.
func renamed(times int) routetest.Facts {
	f := routetest.Org("zylker")
	for i := range times {
		f = f.Former(fmt.Sprintf("former%02d.%s", i, routetest.Base), host, 1+i)
	}
	return f
}

func templated(i *config.Ingress) {
	i.Labels = map[string]string{"app.kubernetes.io/part-of": "crm-{{.Organization}}"}
	i.Annotations = map[string]string{"external-dns.alpha.kubernetes.io/hostname": "{{.Hosts}}"}
	i.TLS.Mode, i.Port = config.TLSNone, 8080
}

func TestPrint(t *testing.T) {
	for name, tc := range map[string]struct {
		facts  routetest.Facts
		config []func(*config.Ingress)
	}{
		"default":     {routetest.Org("zylker"), nil},
		"shared":      {restricted(), []func(*config.Ingress){routetest.Full}},
		"own-backend": {restricted().Backend("mine", 81), []func(*config.Ingress){routetest.Full}},
		"suspended":   {restricted().With(func(f *route.Facts) { f.Suspended = true }), []func(*config.Ingress){routetest.Full, routetest.By(config.ControllerTraefik)}},
		"traefik":     {restricted(), []func(*config.Ingress){routetest.Full, routetest.By(config.ControllerTraefik)}},
		"no-tls":      {restricted(), []func(*config.Ingress){templated}},
		"many-hosts":  {renamed(20), nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := routetest.Config(append(tc.config, routetest.Gateway)...)
			routetest.Golden(t, name, all(objectsOf(t, c, tc.facts.Plan(c))))
		})
	}
}

func TestPrintPlatform(t *testing.T) {
	c := routetest.Config(routetest.Full, routetest.Gateway)
	routetest.Golden(t, "platform", all(objectsOf(t, c, route.Platform(c))))
}

func objectsOf(t *testing.T, c *config.OperatorConfig, p route.Plan) gateway.Objects {
	t.Helper()
	r, err := gateway.NewPrinter(&c.Ingress)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := r.Print(p)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func all(o gateway.Objects) []any {
	var objects []any
	for _, g := range o.Grants {
		objects = append(objects, g)
	}
	for _, m := range o.Middlewares {
		objects = append(objects, m)
	}
	for _, r := range o.Routes {
		objects = append(objects, r)
	}
	return objects
}

func TestAPlanWithoutHostsNeedsNothing(t *testing.T) {
	c := routetest.Config(routetest.Full, routetest.Gateway, routetest.By(config.ControllerTraefik))
	if got := all(objectsOf(t, c, routetest.Org("zylker").Holding().Plan(c))); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

// A host that is given up moves the others to an earlier route only. So no host is missing while the routes are applied in their order.
func TestAnEndedReservationMovesHostsForward(t *testing.T) {
	c := routetest.Config(routetest.Gateway)
	in := func(f routetest.Facts) map[gatewayapi.Hostname]int {
		at := map[gatewayapi.Hostname]int{}
		for n, r := range objectsOf(t, c, f.Plan(c)).Routes {
			for _, h := range r.Spec.Hostnames {
				at[h] = n
			}
		}
		return at
	}
	full, later := renamed(40), renamed(40)
	later.Reservations = later.Reservations[1:]
	now, then := in(full), in(later)
	if len(now) != 41 || len(then) != 40 {
		t.Fatalf("want 41 and 40 hosts, got %d and %d", len(now), len(then))
	}
	for h, n := range then {
		if n > now[h] {
			t.Errorf("%s moves from route %d to %d", h, now[h], n)
		}
	}
}

// The routes say what the plan says. Each host is in one route, which does what the plan wants of it. Every reference to another namespace has
// its grant, and each route to a back end sets or removes the header.
func TestAnyPlanIsPrinted(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := routetest.AnyWorld.Draw(rt, "world")
		routetest.Gateway(&w.Config.Ingress)
		for _, p := range w.Plans() {
			objects := objectsOf(t, w.Config, p)
			printed := map[string]bool{}
			for _, r := range objects.Routes {
				if *r.Namespace != p.Namespace || len(r.Spec.Hostnames) > 16 {
					rt.Fatalf("route %s/%s has %d hosts", *r.Namespace, *r.Name, len(r.Spec.Hostnames))
				}
				for _, name := range r.Spec.Hostnames {
					h, there := p.Host(string(name))
					if !there || printed[h.Name] {
						rt.Fatalf("%s is in no plan, or printed twice", name)
					}
					printed[h.Name] = true
					checkRule(rt, p, h, r.Spec.Rules[0], objects)
				}
			}
			for _, h := range p.Hosts {
				if wanted := h.Service != nil || h.Answer == route.Redirects; wanted != printed[h.Name] {
					rt.Fatalf("%+v: printed is %v", h, printed[h.Name])
				}
			}
		}
	})
}

func checkRule(t *rapid.T, p route.Plan, h route.Host, rule gatewayacv1.HTTPRouteRuleApplyConfiguration, objects gateway.Objects) {
	if h.Answer == route.Redirects {
		redirect, unstored := rule.Filters[1].RequestRedirect, rule.Filters[0].ResponseHeaderModifier.Set[0]
		if string(*unstored.Name) != "Cache-Control" || *unstored.Value != "no-store" {
			t.Fatalf("%s redirects, and browsers may store that: %+v", h.Name, unstored)
		}
		if string(*redirect.Hostname) != h.To || *redirect.StatusCode != 308 || redirect.Path != nil || len(rule.BackendRefs) > 0 {
			t.Fatalf("%s redirects by %+v", h.Name, redirect)
		}
		return
	}
	ref := rule.BackendRefs[0]
	got := route.Service{Namespace: string(*ref.Namespace), Name: string(*ref.Name), Port: *ref.Port}
	if got != *h.Service || len(rule.BackendRefs) != 1 {
		t.Fatalf("%s leads to %+v", h.Name, got)
	}
	granted := got.Namespace == p.Namespace
	for _, g := range objects.Grants {
		to, from := g.Spec.To[0], g.Spec.From[0]
		granted = granted || *g.Namespace == got.Namespace && string(*to.Name) == got.Name && string(*from.Namespace) == p.Namespace
	}
	if !granted {
		t.Fatalf("%s leads to %+v without a grant", h.Name, got)
	}
	if h.Answer == route.Serves {
		last := rule.Filters[len(rule.Filters)-1].RequestHeaderModifier
		if set := last.Set[0]; string(*set.Name) != preset.Header || *set.Value != p.Organization || len(last.Add) > 0 {
			t.Fatalf("%s has the headers %+v", h.Name, last)
		}
	}
}
