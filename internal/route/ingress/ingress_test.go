// SPDX-License-Identifier: Apache-2.0

package ingress_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/route/ingress"
	"github.com/polyorg/polyorg/internal/route/routetest"
)

const (
	host   = "zylker." + routetest.Base
	before = "zylkr." + routetest.Base
	domain = "crm.zylker.example"
)

// templated are labels and annotations that two well-known programs read.
func templated(i *config.Ingress) {
	i.Labels = map[string]string{"app.kubernetes.io/part-of": "crm-{{.Organization}}"}
	i.Annotations = map[string]string{
		"cert-manager.io/cluster-issuer":            "letsencrypt",
		"external-dns.alpha.kubernetes.io/hostname": "{{.Hosts}}",
		"example.com/entry":                         "https://{{.Host}}/?of={{.Organization}}",
	}
}

func restricted() routetest.Facts {
	return routetest.Org("zylker").Asking("", domain).Holding(host, domain).Former(before, host, 30).Allowing("203.0.113.0/24", "2001:db8::/32")
}

func TestPrint(t *testing.T) {
	for name, tc := range map[string]struct {
		facts  routetest.Facts
		config []func(*config.Ingress)
	}{
		"default":                        {routetest.Org("zylker"), nil},
		"default-all-states":             {restricted(), nil},
		"shared":                         {restricted(), []func(*config.Ingress){routetest.Full, templated}},
		"suspended":                      {restricted().With(func(f *route.Facts) { f.Suspended = true }), []func(*config.Ingress){routetest.Full, templated, routetest.By(config.ControllerTraefik)}},
		"own-backend":                    {restricted().Backend("mine", 81), []func(*config.Ingress){routetest.Full}},
		"traefik":                        {restricted(), []func(*config.Ingress){routetest.Full, routetest.By(config.ControllerTraefik)}},
		"traefik-own-backend":            {restricted().Backend("mine", 81), []func(*config.Ingress){routetest.Full, routetest.By(config.ControllerTraefik)}},
		"haproxy-ingress":                {restricted(), []func(*config.Ingress){routetest.Full, routetest.By(config.ControllerHAProxyIngress)}},
		"haproxy-ingress-own":            {restricted().Backend("mine", 81), []func(*config.Ingress){routetest.Full, routetest.By(config.ControllerHAProxyIngress)}},
		"haproxy-tech":                   {restricted(), []func(*config.Ingress){routetest.Full, routetest.By(config.ControllerHAProxyTech)}},
		"nginx":                          {restricted(), []func(*config.Ingress){routetest.Full, routetest.By(config.ControllerNginx)}},
		"tls-wildcard":                   {restricted(), []func(*config.Ingress){routetest.Full, routetest.TLS(config.TLSWildcard, "wildcard")}},
		"tls-wildcard-of-the-controller": {restricted(), []func(*config.Ingress){routetest.Full, routetest.TLS(config.TLSWildcard, "")}},
		"tls-per-host":                   {restricted(), []func(*config.Ingress){routetest.Full, routetest.TLS(config.TLSPerHost, "")}},
	} {
		t.Run(name, func(t *testing.T) {
			c := routetest.Config(tc.config...)
			routetest.Golden(t, name, all(objectsOf(t, c, tc.facts.Plan(c))))
		})
	}
}

func TestPrintPlatform(t *testing.T) {
	c := routetest.Config(routetest.Full, routetest.By(config.ControllerTraefik), routetest.TLS(config.TLSWildcard, "wildcard"))
	routetest.Golden(t, "platform", all(objectsOf(t, c, route.Platform(c))))
}

func objectsOf(t *testing.T, c *config.OperatorConfig, p route.Plan) ingress.Objects {
	t.Helper()
	r, err := ingress.NewPrinter(&c.Ingress)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := r.Print(p)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func all(o ingress.Objects) []any {
	var objects []any
	for _, m := range o.Middlewares {
		objects = append(objects, m)
	}
	for _, i := range o.Ingresses {
		objects = append(objects, i)
	}
	return objects
}

func TestAPlanWithoutHostsNeedsNothing(t *testing.T) {
	c := routetest.Config(routetest.Full, routetest.By(config.ControllerTraefik))
	if got := all(objectsOf(t, c, routetest.Org("zylker").Holding().Plan(c))); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestTemplatesThatFail(t *testing.T) {
	c := routetest.Config(func(i *config.Ingress) { i.Annotations = map[string]string{"a": "{{"} })
	if _, err := ingress.NewPrinter(&c.Ingress); err == nil {
		t.Error("a template that cannot be read passes")
	}
	c = routetest.Config(func(i *config.Ingress) { i.Annotations = map[string]string{"a": "{{slice .Host 0 200}}"} })
	r, err := ingress.NewPrinter(&c.Ingress)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Print(routetest.Org("zylker").Plan(c)); err == nil {
		t.Error("a template that fails passes")
	}
}

// The objects say what the plan says: each host that a Service answers is in one Ingress, in the namespace of this Service and with it as its
// back end, and no other host is in any. No two organizations have an object of one name.
func TestAnyPlanIsPrinted(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := routetest.AnyWorld.Draw(rt, "world")
		names := map[[3]string]string{}
		for _, p := range w.Plans() {
			objects := objectsOf(t, w.Config, p)
			printed := map[string]route.Service{}
			for _, i := range objects.Ingresses {
				take(rt, names, "Ingress", *i.Namespace, *i.Name, p.Organization)
				for _, rule := range i.Spec.Rules {
					if _, twice := printed[*rule.Host]; twice {
						rt.Fatalf("%s is printed twice", *rule.Host)
					}
					s := rule.HTTP.Paths[0].Backend.Service
					printed[*rule.Host] = route.Service{Namespace: *i.Namespace, Name: *s.Name, Port: *s.Port.Number}
				}
			}
			for _, m := range objects.Middlewares {
				take(rt, names, "Middleware", m.GetNamespace(), m.GetName(), p.Organization)
			}
			compare(rt, p, printed)
		}
	})
}

func take(t *rapid.T, names map[[3]string]string, kind, namespace, name, organization string) {
	key := [3]string{kind, namespace, name}
	if other, taken := names[key]; taken {
		t.Fatalf("%v is an object of %s and of %s", key, other, organization)
	}
	names[key] = organization
}

func compare(t *rapid.T, p route.Plan, printed map[string]route.Service) {
	wanted := 0
	for _, h := range p.Hosts {
		if h.Service == nil {
			continue
		}
		wanted++
		if printed[h.Name] != *h.Service {
			t.Fatalf("%s: want %+v, printed %+v", h.Name, *h.Service, printed[h.Name])
		}
	}
	if len(printed) != wanted {
		t.Fatalf("want %d hosts, printed %v", wanted, printed)
	}
}
