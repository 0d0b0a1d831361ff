// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// ingress stands for an ingress controller: it sends the hosts that it routes to the CRM, and all others to the fallback server.
type ingress struct {
	routed   atomic.Pointer[map[string]bool]
	fallback *httputil.ReverseProxy
}

func (i *ingress) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !(*i.routed.Load())[r.Host] {
		i.fallback.ServeHTTP(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.RequestURI, body) // the CRM
}

func (i *ingress) route(hosts ...string) {
	routed := map[string]bool{}
	for _, h := range hosts {
		routed[h] = true
	}
	i.routed.Store(&routed)
}

func newIngress(t *testing.T, h *Handler) (i *ingress, address string) {
	t.Helper()
	to := &url.URL{Scheme: "http", Host: running(t, h)}
	i = &ingress{fallback: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}}}
	server := httptest.NewServer(i)
	t.Cleanup(server.Close)
	return i, server.Listener.Addr().String()
}

// browser reaches every host at one address.
func browser(address string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}}
}

// visit asks for a page of the organization, which must answer, by whichever host.
func visit(ctx context.Context, c *http.Client, host string, n int) error {
	method, body := http.MethodGet, ""
	if n%2 == 1 {
		method, body = http.MethodPost, fmt.Sprint("form-", n)
	}
	target := fmt.Sprintf("/a%%2Fb//c?n=%d", n)
	r, err := http.NewRequestWithContext(ctx, method, "http://"+host+target, strings.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := c.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(answer.Body)
	if want := method + " " + target + " " + body; err != nil || answer.StatusCode != http.StatusOK || string(got) != want {
		return fmt.Errorf("%s: %d %q, want %q (%v)", host, answer.StatusCode, got, want, err)
	}
	return nil
}

// TestA6TenRenames: people ask by the first host and by the newest, without pause, while the organization has ten other names.
func TestA6TenRenames(t *testing.T) {
	hosts := &known{}
	h := handler(t, func(o *Options) { o.Directory, o.Scheme = hosts, "http" })
	i, address := newIngress(t, h)
	name := func(n int) string { return fmt.Sprintf("name-%d.crm.example.com", n) }
	i.route(name(0))
	hosts.set(map[string]Answer{name(0): {State: Serving}})
	var newest atomic.Int64
	before := counted(t, redirected)

	ctx, stop := context.WithCancel(t.Context())
	asked := make(chan error)
	var people sync.WaitGroup
	for person := range 4 {
		c := browser(address)
		people.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				host := name(0)
				if person%2 == 1 {
					host = name(int(newest.Load()))
				}
				select {
				case asked <- visit(context.WithoutCancel(ctx), c, host, n):
				case <-ctx.Done():
				}
			}
		})
	}
	sent, failures := 0, 0
	whileAsking := func(step func()) {
		step()
		for range 40 {
			sent++
			if err := <-asked; err != nil {
				failures++
				t.Error(err)
			}
		}
	}
	whileAsking(func() {})
	for n := 1; n <= 10; n++ {
		whileAsking(func() { i.route(name(n-1), name(n)) }) // the new host works before the old one stops
		whileAsking(func() {
			all := map[string]Answer{name(n): {State: Serving}}
			for former := range n {
				all[name(former)] = Answer{State: Moved, Present: name(n)}
			}
			hosts.set(all)
		})
		newest.Store(int64(n))
		whileAsking(func() { i.route(name(n)) })
	}
	stop()
	people.Wait()
	if failures > 0 || counted(t, redirected)-before < 10 {
		t.Errorf("%d of %d requests failed, and %d were redirected", failures, sent, counted(t, redirected)-before)
	}
}

// cache is what a browser keeps of redirects: a permanent one for as long as it likes, unless it is told otherwise.
type cache map[string]string

// enter follows redirects as a browser does. It reports where it ends; empty: in a circle.
func (c cache) enter(h http.Handler, routed, host string) string {
	for range 20 {
		to, kept := c[host] // asked before the network
		if !kept && host == routed {
			return host
		}
		if !kept {
			w := ask(h, http.MethodGet, host, "/")
			to = w.Header().Get("Location")
			if !strings.Contains(w.Header().Get("Cache-Control"), "no-store") {
				c[host] = to
			}
		}
		u, err := url.Parse(to)
		if err != nil || to == "" {
			return ""
		}
		host = u.Host
	}
	return ""
}

// TestA6ThereAndBack: somebody renames an organization, and takes that back. A browser that saw both ends at the organization.
func TestA6ThereAndBack(t *testing.T) {
	hosts := &known{}
	h := handler(t, func(o *Options) { o.Directory = hosts })
	const first, second = "first.crm.example.com", "second.crm.example.com"
	kept := cache{}
	for n, present := range []string{second, first, second, first} {
		former := map[string]string{first: second, second: first}[present]
		hosts.set(map[string]Answer{present: {State: Serving}, former: {State: Moved, Present: present}})
		for _, host := range []string{first, second} {
			if got := kept.enter(h, present, host); got != present {
				t.Errorf("rename %d: %s leads to %q, want %q", n+1, host, got, present)
			}
		}
	}
}

// TestA7SuspendAndResume: a suspension counts from the next request on, and so does its end.
func TestA7SuspendAndResume(t *testing.T) {
	hosts := &known{}
	h := handler(t, func(o *Options) { o.Directory = hosts })
	for _, step := range []struct {
		state  State
		status int
	}{{Serving, 503}, {Suspended, 403}, {Serving, 503}, {Suspended, 403}} {
		hosts.set(map[string]Answer{"x.crm.example.com": {State: step.state}})
		if got := ask(h, http.MethodGet, "x.crm.example.com", "/").Code; got != step.status {
			t.Errorf("%s: %d, want %d", step.state, got, step.status)
		}
	}
	hosts.set(nil)
	if got := ask(h, http.MethodGet, "x.crm.example.com", "/").Code; got != http.StatusNotFound {
		t.Errorf("deleted: %d", got)
	}
}
