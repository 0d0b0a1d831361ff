// SPDX-License-Identifier: Apache-2.0

package route_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/route/routetest"
)

var (
	own      = &route.Service{Namespace: "org-zylker", Name: "crm", Port: 80}
	shared   = &route.Service{Namespace: "crm-system", Name: "front-end", Port: 8080}
	fallback = &route.Service{Namespace: "polyorg-system", Name: "polyorg-fallback", Port: 80}
)

const (
	host   = "zylker." + routetest.Base
	before = "zylkr." + routetest.Base
	domain = "crm.zylker.example"
)

func serves(name string, by *route.Service) route.Host {
	return route.Host{Name: name, Answer: route.Serves, Service: by}
}

func redirects(name, to string, by *route.Service) route.Host {
	return route.Host{Name: name, Answer: route.Redirects, To: to, Service: by}
}

func blocks(name string) route.Host {
	return route.Host{Name: name, Answer: route.Blocked, Service: fallback}
}

func suspended(f *route.Facts) { f.Suspended = true }

func TestMake(t *testing.T) {
	for name, tc := range map[string]struct {
		facts       routetest.Facts
		config      []func(*config.Ingress)
		want        []route.Host
		wantURL     string
		wantForeign []string
	}{
		"A1 the default host leads to the Service in the organization's namespace": {
			facts: routetest.Org("zylker"), want: []route.Host{serves(host, own)}, wantURL: "https://" + host,
		},
		"A5 a Service of the organization takes precedence over the shared front end": {
			facts: routetest.Org("zylker").Backend("mine", 81), config: []func(*config.Ingress){routetest.Full},
			want: []route.Host{serves(host, &route.Service{Namespace: "org-zylker", Name: "mine", Port: 81})}, wantURL: "https://" + host,
		},
		"A5 the shared front end is in a namespace of the platform": {
			facts: routetest.Org("zylker"), config: []func(*config.Ingress){routetest.Full}, want: []route.Host{serves(host, shared)}, wantURL: "https://" + host,
		},
		"A6 during a rename the old host serves until the new one is held": {
			facts: routetest.Org("zylker").Asking("zylker", "").Holding(before), want: []route.Host{serves(before, own)}, wantURL: "https://" + before,
		},
		"A6 a host that leaves serves for a moment beside the new one": {
			facts:  routetest.Org("zylker").Former(before, host, 30).With(func(f *route.Facts) { f.Leaving = []string{before} }),
			config: []func(*config.Ingress){routetest.Fallback},
			want:   []route.Host{serves(host, own), serves(before, own)}, wantURL: "https://" + host,
		},
		"A2 a host that leaves without a reservation may be another's already": {
			facts: routetest.Org("zylker").With(func(f *route.Facts) { f.Leaving = []string{before} }),
			want:  []route.Host{serves(host, own)}, wantURL: "https://" + host,
		},
		"A6 a former host redirects to the present one by the operator's server": {
			facts: routetest.Org("zylker").Former(before, host, 30), config: []func(*config.Ingress){routetest.Fallback},
			want: []route.Host{serves(host, own), redirects(before, host, fallback)}, wantURL: "https://" + host,
		},
		"A6 a former host has no server where the operator serves no pages": {
			facts: routetest.Org("zylker").Former(before, host, 30),
			want:  []route.Host{serves(host, own), redirects(before, host, nil)}, wantURL: "https://" + host,
		},
		"A6 a former host of a former host redirects to the present one at once": {
			facts:  routetest.Org("zylker").Former("z."+routetest.Base, before, 29).Former(before, host, 30),
			config: []func(*config.Ingress){routetest.Fallback},
			want:   []route.Host{serves(host, own), redirects("z."+routetest.Base, host, fallback), redirects(before, host, fallback)}, wantURL: "https://" + host,
		},
		"A6 a reservation that redirects to a foreign host is not served": {
			facts: routetest.Org("zylker").Former(before, "acme."+routetest.Base, 30), config: []func(*config.Ingress){routetest.Fallback},
			want: []route.Host{serves(host, own)}, wantURL: "https://" + host, wantForeign: []string{before},
		},
		"A6 a reservation that has ended is not served": {
			facts: routetest.Org("zylker").Former(before, host, 0), config: []func(*config.Ingress){routetest.Fallback},
			want: []route.Host{serves(host, own)}, wantURL: "https://" + host,
		},
		"A6 a reservation without a redirect is not served": {
			facts: routetest.Org("zylker").Former(before, "", 30), config: []func(*config.Ingress){routetest.Fallback},
			want: []route.Host{serves(host, own)}, wantURL: "https://" + host,
		},
		"A2 another organization's reservation counts for nothing": {
			facts:  routetest.Org("zylker").Reserving(routetest.Reservation(before, "uid-acme", host, time.Time{})),
			config: []func(*config.Ingress){routetest.Fallback}, want: []route.Host{serves(host, own)}, wantURL: "https://" + host,
		},
		"A6 a host that the organization has again does not redirect": {
			facts: routetest.Org("zylker").Former(host, before, 30), config: []func(*config.Ingress){routetest.Fallback},
			want: []route.Host{serves(host, own)}, wantURL: "https://" + host,
		},
		"A6 the oldest former host comes first, so that the next rename moves none": {
			facts: routetest.Org("zylker").Former("a."+routetest.Base, host, 30).Former("b."+routetest.Base, host, 3).Reserving(routetest.Reservation("c."+routetest.Base, "uid-zylker", host, time.Time{})),
			want: []route.Host{serves(host, own), redirects("c."+routetest.Base, host, nil), redirects("b."+routetest.Base, host, nil),
				redirects("a."+routetest.Base, host, nil)}, wantURL: "https://" + host,
		},
		"A8 a proved custom domain is served beside the host": {
			facts: routetest.Org("zylker").Asking("", domain).Holding(host, domain),
			want:  []route.Host{serves(host, own), serves(domain, own)}, wantURL: "https://" + host,
		},
		"A8 an unproved custom domain is not served": {
			facts: routetest.Org("zylker").Asking("", domain).Holding(host, domain).With(func(f *route.Facts) { f.Unproved = []string{domain} }),
			want:  []route.Host{serves(host, own)}, wantURL: "https://" + host,
		},
		"A8 a custom domain is the present host if there is no other": {
			facts: routetest.Org("zylker").Asking("", domain).Holding(domain), want: []route.Host{serves(domain, own)}, wantURL: "https://" + domain,
		},
		"A7 a suspended organization answers a page at each of its hosts": {
			facts: routetest.Org("zylker").Former(before, host, 30).With(suspended), config: []func(*config.Ingress){routetest.Fallback},
			want: []route.Host{blocks(host), blocks(before)},
		},
		"A4 the portal's host and the base domain are the platform's, whoever has got them": {
			facts:  routetest.Org("zylker").Holding("login."+routetest.Base, routetest.Base, host).Former("login."+routetest.Base, host, 30),
			config: []func(*config.Ingress){routetest.Full}, want: []route.Host{serves(host, shared)}, wantURL: "https://" + host,
		},
		"A7 an ending organization has no host": {
			facts: routetest.Org("zylker").Former(before, host, 30).With(func(f *route.Facts) { f.Withheld = true }), config: []func(*config.Ingress){routetest.Fallback},
		},
		"without a host of its own, former hosts have nowhere to redirect": {
			facts: routetest.Org("zylker").Holding().Former(before, host, 30).Former(host, before, 30), config: []func(*config.Ingress){routetest.Fallback},
		},
		"a host is there once, whatever is listed": {
			facts: routetest.Org("zylker").Holding(host, host, "").Former(before, host, 30).Former(before, host, 30),
			want:  []route.Host{serves(host, own), redirects(before, host, nil)}, wantURL: "https://" + host,
		},
		"without TLS the URL says so, and has the port": {
			facts: routetest.Org("zylker"), config: []func(*config.Ingress){routetest.TLS(config.TLSNone, ""), func(i *config.Ingress) { i.Port = 8080 }},
			want: []route.Host{serves(host, own)}, wantURL: "http://" + host + ":8080",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := tc.facts.Plan(routetest.Config(tc.config...))
			if diff := cmp.Diff(tc.want, got.Hosts); diff != "" {
				t.Errorf("hosts (-want +got)\n%s", diff)
			}
			if got.URL() != tc.wantURL {
				t.Errorf("URL: want %q, got %q", tc.wantURL, got.URL())
			}
			if diff := cmp.Diff(tc.wantForeign, got.Elsewhere); diff != "" {
				t.Errorf("elsewhere (-want +got)\n%s", diff)
			}
		})
	}
}

func TestMakeCertificates(t *testing.T) {
	const long = "a23456789012345678901234567890123456789012345678901234567890123."
	for name, tc := range map[string]struct {
		mode   config.TLSMode
		host   string
		secret string
		want   route.TLS
	}{
		"TLS elsewhere names none":                            {config.TLSExternal, host, "", route.TLS{}},
		"no TLS names none":                                   {config.TLSNone, host, "", route.TLS{}},
		"an unset mode names none":                            {"", host, "", route.TLS{}},
		"a wildcard Secret for a host of the base domain":     {config.TLSWildcard, host, "wild", route.TLS{Named: true, Secret: "wild"}},
		"the controller's own certificate":                    {config.TLSWildcard, host, "", route.TLS{Named: true}},
		"a wildcard is not for two labels":                    {config.TLSWildcard, "a.b." + routetest.Base, "wild", route.TLS{Named: true, Secret: "tls-a.b." + routetest.Base}},
		"a wildcard is not for a custom domain":               {config.TLSWildcard, domain, "wild", route.TLS{Named: true, Secret: "tls-" + domain}},
		"a wildcard is not for a domain with the same ending": {config.TLSWildcard, "evil" + routetest.Base, "wild", route.TLS{Named: true, Secret: "tls-evil" + routetest.Base}},
		"a Secret for each host":                              {config.TLSPerHost, host, "", route.TLS{Named: true, Secret: "tls-" + host}},
		"a host too long for a Secret's name": {config.TLSPerHost, strings.Repeat(long, 3) + long[:60], "",
			route.TLS{Named: true, Secret: "tls-" + (strings.Repeat(long, 4))[:196] + "-8a8fa8b3e625e8da"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := routetest.Org("zylker").Holding(tc.host).Plan(routetest.Config(routetest.TLS(tc.mode, tc.secret)))
			if got := p.Hosts[0].TLS; got != tc.want {
				t.Errorf("want %+v, got %+v", tc.want, got)
			}
		})
	}
}

func TestMakeLimits(t *testing.T) {
	p := routetest.Org("zylker").Allowing("203.0.113.0/24", "2001:db8::/32").Plan(routetest.Config(routetest.Full))
	if diff := cmp.Diff([]string{"203.0.113.0/24", "2001:db8::/32"}, p.Allow); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if p.MaxBody != 20<<20 {
		t.Errorf("want 20 MiB, got %d", p.MaxBody)
	}
	if p := routetest.Org("zylker").Plan(routetest.Config()); p.Allow != nil || p.MaxBody != 0 {
		t.Errorf("want no limits, got %+v", p)
	}
}

func TestPlatform(t *testing.T) {
	const login = "login." + routetest.Base
	portal := &route.Service{Namespace: "polyorg-system", Name: "portal", Port: 80}
	got := route.Platform(routetest.Config(routetest.Full))
	if diff := cmp.Diff([]route.Host{serves(login, portal), redirects(routetest.Base, login, fallback)}, got.Hosts); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.URL() != "https://"+login || got.RedirectCode() != 307 || routetest.Org("zylker").Plan(routetest.Config()).RedirectCode() != 308 {
		t.Errorf("got %s, %d", got.URL(), got.RedirectCode())
	}
	if none := route.Platform(routetest.Config()); len(none.Hosts) > 0 || none.URL() != "" {
		t.Errorf("without a portal, got %+v", none)
	}
}

func TestNamesInSharedNamespaces(t *testing.T) {
	names := map[string]string{}
	for _, org := range []string{"a", "a-fallback", "fallback", "fallback-a", "access", "platform", "platform-access", "access-a"} {
		p := route.Plan{Organization: org, Namespace: "org-" + org}
		for _, part := range []string{"access", "fallback", "allow", "body", "header"} {
			name := p.Name(part, "shared")
			if other, taken := names[name]; taken {
				t.Errorf("%s is the name of an object of %s and of %s", name, other, org)
			}
			names[name] = org
		}
	}
	if other, taken := names[(route.Plan{}).Name("access", "shared")]; taken {
		t.Errorf("the platform has an object of the name of one of %s", other)
	}
}

func TestGainingFirst(t *testing.T) {
	type object struct{ name, before, after string }
	words := func(text string) []string { return strings.Fields(text) }
	for name, tc := range map[string]struct {
		objects []object
		want    []string
	}{
		"A6 a host that moves is in its new object first": {[]object{{"access", "old new", "new"}, {"fallback", "", "old"}}, []string{"fallback", "access"}},
		"A6 a host that comes back serves first":          {[]object{{"fallback", "old x", "x"}, {"access", "new", "new old"}}, []string{"access", "fallback"}},
		"without a change the order stays":                {[]object{{"access", "a", "a"}, {"fallback", "b", "b"}}, []string{"access", "fallback"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, o := range route.GainingFirst(tc.objects, func(o object) []string { return words(o.before) }, func(o object) []string { return words(o.after) }) {
				got = append(got, o.name)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
