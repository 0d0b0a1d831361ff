// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/polyorg/polyorg/internal/mail/brand"
)

// known is a directory that can change at any time.
type known struct {
	mu    sync.RWMutex
	hosts map[string]Answer
}

func (k *known) Find(host string) (Answer, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	a, found := k.hosts[host]
	return a, found
}

func (k *known) set(hosts map[string]Answer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.hosts = hosts
}

const (
	baseDomain  = "crm.example.com"
	portalHost  = "login.crm.example.com"
	formerHost  = "old.crm.example.com"
	presentHost = "new.crm.example.com"
	closedHost  = "closed.crm.example.com"
	youngHost   = "young.crm.example.com"
)

// directory has a host of each state, and those of a directory with a mistake.
func directory() *known {
	return &known{hosts: map[string]Answer{
		formerHost:               {State: Moved, Present: presentHost, Locale: "fr"},
		"former.zylker.example":  {State: Moved, Present: presentHost},
		closedHost:               {State: Suspended, Present: presentHost, Locale: "fr"},
		"xn--e1afmkfd.example":   {State: Suspended},
		youngHost:                {State: Serving, Locale: "fr"},
		"loop.crm.example.com":   {State: Moved, Present: "loop.crm.example.com"},
		"broken.crm.example.com": {State: Moved, Present: "evil.example/\r\nX: y"},
		"empty.crm.example.com":  {State: Moved},
		"none.crm.example.com":   {},
		"later.crm.example.com":  {State: "Later", Present: presentHost},
	}}
}

func options(tb testing.TB) Options {
	tb.Helper()
	look, err := brand.Make(brand.Settings{}, map[string]string{"platform": "Example CRM"})
	if err != nil {
		tb.Fatal(err)
	}
	return Options{
		Directory: directory(), BaseDomain: baseDomain, PortalHost: portalHost, Scheme: "https",
		Brand: func() *brand.Brand { return look },
	}
}

func handler(tb testing.TB, change ...func(*Options)) *Handler {
	tb.Helper()
	o := options(tb)
	for _, c := range change {
		c(&o)
	}
	h, err := New(o)
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

// ask asks for a path of a host.
func ask(h http.Handler, method, host, path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, http.NoBody)
	r.Host = host
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"}

func TestAnswers(t *testing.T) {
	for sentence, tc := range map[string]struct {
		host   string
		status int
		to     string
		says   string
	}{
		"A6: a former host":                          {formerHost, 308, "https://" + presentHost + "/a?b=c", ""},
		"A6: in other letters, with a dot, and port": {"OLD.crm.Example.com.:8443", 308, "https://" + presentHost + "/a?b=c", ""},
		"A8: a former custom domain":                 {"former.zylker.example", 308, "https://" + presentHost + "/a?b=c", ""},
		"A7: a suspended organization":               {closedHost, 403, "", closedHost + " now"},
		"A7: one with an international domain":       {"XN--E1AFMKFD.example", 403, "", "xn--e1afmkfd.example now"},
		"A7: a deleted organization, or none":        {"gone.crm.example.com", 404, "", "no organization at this address"},
		"A1: the base domain leads to the portal":    {baseDomain, 307, "https://" + portalHost + "/", ""},
		"the portal, where nothing answers":          {portalHost, 404, "", "no organization at this address"},
		"A6: a host that is about to be routed":      {youngHost, 503, "", youngHost + " can be used in a few seconds"},
		"A6: a host that leads to itself":            {"loop.crm.example.com", 503, "", "Almost ready"},
		"a present host that is none":                {"broken.crm.example.com", 404, "", "no organization"},
		"no present host":                            {"empty.crm.example.com", 404, "", "no organization"},
		"no state":                                   {"none.crm.example.com", 404, "", "no organization"},
		"a state of a later version":                 {"later.crm.example.com", 404, "", "no organization"},
		"an address":                                 {"[::1]:8080", 404, "", "no organization"},
		"nonsense":                                   {"old.crm.example.com/../x", 404, "", "no organization"},
		"no host":                                    {"", 404, "", "no organization"},
	} {
		t.Run(sentence, func(t *testing.T) {
			h := handler(t)
			for _, method := range methods {
				w := ask(h, method, tc.host, "/a?b=c", func(r *http.Request) { r.Header.Set("Accept-Language", "en") })
				if w.Code != tc.status || w.Header().Get("Location") != tc.to {
					t.Errorf("%s: %d to %q; want %d to %q", method, w.Code, w.Header().Get("Location"), tc.status, tc.to)
				}
				if body := w.Body.String(); !strings.Contains(body, tc.says) || tc.says == "" && body != "" {
					t.Errorf("%s: want %q in\n%s", method, tc.says, body)
				}
				if got := w.Header().Get("Cache-Control"); got != "no-store" {
					t.Errorf("%s: Cache-Control is %q", method, got)
				}
				if after := w.Header().Get("Retry-After"); (after != "") != (tc.status == 503) {
					t.Errorf("%s: Retry-After is %q", method, after)
				}
			}
		})
	}
}

func TestBaseDomainWithoutAPortal(t *testing.T) {
	h := handler(t, func(o *Options) { o.PortalHost = "" })
	w := ask(h, http.MethodGet, baseDomain, "/")
	if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "Welcome to Example CRM") || !strings.Contains(body, "."+baseDomain) {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
}

// TestOrigin: access URLs begin as the installation says, whatever a request says.
func TestOrigin(t *testing.T) {
	for want, change := range map[string]func(*Options){
		"https://new.crm.example.com/x":      func(*Options) {},
		"http://new.crm.example.com/x":       func(o *Options) { o.Scheme = "http" },
		"http://new.crm.example.com:8000/x":  func(o *Options) { o.Scheme, o.Port = "http", 8000 },
		"https://new.crm.example.com:8443/x": func(o *Options) { o.Port = 8443 },
		"http://new.crm.example.com:443/x":   func(o *Options) { o.Scheme, o.Port = "http", 443 },
	} {
		if got := ask(handler(t, change), "GET", formerHost+":9999", "/x").Header().Get("Location"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, own := range []Options{{Scheme: "https", Port: 443}, {Scheme: "http", Port: 80}} {
		h := handler(t, func(o *Options) { o.Scheme, o.Port = own.Scheme, own.Port })
		if got, want := ask(h, "GET", formerHost, "/x").Header().Get("Location"), own.Scheme+"://"+presentHost+"/x"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestOnlyTheHostCounts: anybody can send the other headers.
func TestOnlyTheHostCounts(t *testing.T) {
	h := handler(t)
	spoof := func(r *http.Request) {
		for _, name := range []string{"X-Forwarded-Host", "X-Original-Host", "X-Host", "X-Forwarded-Server", "Forwarded", "X-Rewrite-Url", "X-Original-Url", "Host"} {
			r.Header.Set(name, formerHost)
		}
		r.Header.Set("Forwarded", "host="+formerHost+";proto=http")
		r.Header.Set("X-Forwarded-Proto", "http")
		r.Header.Set("X-Forwarded-Port", "8080")
		r.Header.Set("X-Forwarded-Prefix", "/prefix")
	}
	for _, host := range []string{formerHost, closedHost, youngHost, baseDomain, "gone.crm.example.com"} {
		plain, spoofed := ask(h, "GET", host, "/x"), ask(h, "GET", host, "/x", spoof)
		if plain.Code != spoofed.Code || plain.Header().Get("Location") != spoofed.Header().Get("Location") || plain.Body.String() != spoofed.Body.String() {
			t.Errorf("%s: %d to %q, and with other headers %d to %q", host, plain.Code, plain.Header().Get("Location"), spoofed.Code, spoofed.Header().Get("Location"))
		}
	}
}

// TestU3NothingIsNamed: a page names no host but the one that was asked for, and does not tell a deleted organization from none.
func TestU3NothingIsNamed(t *testing.T) {
	h := handler(t)
	for _, host := range []string{closedHost, youngHost, "gone.crm.example.com", formerHost} {
		body := ask(h, "GET", host, "/").Body.String()
		for other := range directory().hosts {
			if other != host && strings.Contains(body, other) {
				t.Errorf("the page of %s names %s", host, other)
			}
		}
		if strings.Contains(body, presentHost) {
			t.Errorf("the page of %s names the present host", host)
		}
	}
	deleted, never, nonsense := ask(h, "GET", "gone.crm.example.com", "/"), ask(h, "GET", "x.example", "/"), ask(h, "GET", "[::1]", "/")
	if deleted.Body.String() != never.Body.String() || nonsense.Body.String() != never.Body.String() {
		t.Error("the pages of two unknown hosts differ")
	}
}

func TestLanguage(t *testing.T) {
	h := handler(t)
	for host, tongues := range map[string]map[string]string{
		closedHost:             {"": "fr", "en-GB,en;q=0.9": "en", "fr": "fr", "ja": "fr", "\x00;;": "fr"},
		youngHost:              {"": "fr", "en": "en"},
		"xn--e1afmkfd.example": {"": "en", "fr-CA,fr;q=0.8": "fr"},
		"gone.crm.example.com": {"": "en", "fr": "fr"},
	} {
		for accept, want := range tongues {
			w := ask(h, "GET", host, "/", func(r *http.Request) { r.Header.Set("Accept-Language", accept) })
			if got := w.Header().Get("Content-Language"); got != want || !strings.Contains(w.Body.String(), `<html lang="`+want+`"`) {
				t.Errorf("%s, Accept-Language %q: %q, want %s", host, accept, got, want)
			}
		}
	}
}

// TestHeaders: a page is guarded. A redirect has no header of a page: they would break what another site shows of the former host.
func TestHeaders(t *testing.T) {
	h := handler(t)
	for _, host := range []string{closedHost, youngHost, "gone.crm.example.com"} {
		got := ask(h, "GET", host, "/").Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		} {
			if !strings.Contains(got.Get(name), want) {
				t.Errorf("%s: %s is %q", host, name, got.Get(name))
			}
		}
	}
	for _, host := range []string{formerHost, baseDomain} {
		for name := range ask(h, "GET", host, "/").Header() {
			if name != "Location" && name != "Cache-Control" {
				t.Errorf("a redirect of %s has %s", host, name)
			}
		}
	}
}

// TestStyle: a page finds its style sheet on its own host. A former host has none: each of its paths is the CRM's.
func TestStyle(t *testing.T) {
	h := handler(t)
	for _, host := range []string{closedHost, youngHost, "gone.crm.example.com"} {
		_, rest, found := strings.Cut(ask(h, "GET", host, "/").Body.String(), `<link rel="stylesheet" href="`)
		path, _, _ := strings.Cut(rest, `"`)
		w := ask(h, "GET", host, path)
		if !found || w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") || !strings.Contains(w.Body.String(), "prefers-color-scheme: dark") {
			t.Errorf("%s: %q is %d, of type %q", host, path, w.Code, w.Header().Get("Content-Type"))
		}
	}
	if got := ask(h, "GET", formerHost, stylePath).Header().Get("Location"); got != "https://"+presentHost+stylePath {
		t.Errorf("it leads to %q", got)
	}
}

func counted(tb testing.TB, k kind) int {
	tb.Helper()
	var m dto.Metric
	if err := requests.WithLabelValues(string(k)).Write(&m); err != nil {
		tb.Fatal(err)
	}
	return int(m.GetCounter().GetValue())
}

func TestMetrics(t *testing.T) {
	h := handler(t)
	for host, want := range map[string]kind{
		formerHost: redirected, closedHost: suspended, youngHost: unready, baseDomain: portal, "gone.crm.example.com": unknown, "[::1]": unknown,
	} {
		before := map[kind]int{}
		for _, k := range kinds {
			before[k] = counted(t, k)
		}
		ask(h, "GET", host, "/x")
		if host != formerHost && host != baseDomain {
			ask(h, "GET", host, stylePath)
		}
		for _, k := range kinds {
			if got := counted(t, k) - before[k]; got != map[bool]int{true: 1}[k == want] {
				t.Errorf("%s: %d of %s", host, got, k)
			}
		}
	}
}

// TestAFlood: pages are drawn for few of very many requests. Each answer is still true, and another kind has its pages.
func TestAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // time stands still
		h := handler(t)
		pages := 0
		for n := range 3 * pagesAtOnce {
			w := ask(h, "GET", fmt.Sprintf("host-%d.example", n), "/")
			if w.Code != http.StatusNotFound || w.Header().Get("Content-Security-Policy") == "" {
				t.Fatalf("request %d: %d", n, w.Code)
			}
			if strings.Contains(w.Body.String(), "<html") {
				pages++
			}
		}
		if pages != pagesAtOnce {
			t.Errorf("%d pages, want %d", pages, pagesAtOnce)
		}
		if w := ask(h, "GET", closedHost, "/"); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "<html") {
			t.Errorf("a suspended organization: %d\n%s", w.Code, w.Body)
		}
		if w := ask(h, "GET", formerHost, "/"); w.Code != http.StatusPermanentRedirect {
			t.Errorf("a former host: %d", w.Code)
		}
		<-time.After(time.Second) // of the bubble's clock
		if w := ask(h, "GET", "x.example", "/"); !strings.Contains(w.Body.String(), "<html") {
			t.Errorf("no page a second later: %d\n%s", w.Code, w.Body)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	for want, change := range map[string]func(*Options){
		`not "ftp"`:                   func(o *Options) { o.Scheme = "ftp" },
		`not ""`:                      func(o *Options) { o.Scheme = "" },
		"not 65536":                   func(o *Options) { o.Port = 65536 },
		"not -1":                      func(o *Options) { o.Port = -1 },
		"needs a directory":           func(o *Options) { o.Directory = nil },
		"and a brand":                 func(o *Options) { o.Brand = nil },
		`base domain "CRM.example"`:   func(o *Options) { o.BaseDomain = "CRM.example" },
		`portal's host "a/b"`:         func(o *Options) { o.PortalHost = "a/b" },
		"and so is the base domain":   func(o *Options) { o.PortalHost = o.BaseDomain },
		`portal's host "login:8080"`:  func(o *Options) { o.PortalHost = "login:8080" },
		`base domain "crm.example.."`: func(o *Options) { o.BaseDomain = "crm.example.." },
	} {
		o := options(t)
		change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
