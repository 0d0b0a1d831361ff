// SPDX-License-Identifier: Apache-2.0

package serving

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// walker enters an organization without pause, as a browser does that follows redirects. Each host that once led to the organization has to do
// so from then on.
type walker struct {
	scene *scene
	org   string
	// stop ends it. Nothing of it changes afterwards.
	stop func()

	mu    sync.Mutex
	hosts []string
	// asked counts the requests, and moved those that were redirected. Failures are all that did not end at the CRM.
	asked, moved int
	failures     []string
}

// walk starts a walker for an organization and its hosts, until stop.
func (s *scene) walk(ctx context.Context, org *v1alpha1.Organization, hosts ...string) *walker {
	GinkgoHelper()
	w := &walker{scene: s, org: org.Name, hosts: hosts}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for n := 0; ctx.Err() == nil; n++ {
			w.enter(ctx, w.host(n), fmt.Sprintf("/step/%d?n=%d", n, n))
		}
	}()
	w.stop = func() {
		cancel()
		<-ended
	}
	DeferCleanup(w.stop)
	return w
}

// add makes it enter by another host too.
func (w *walker) add(host string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts = append(w.hosts, host)
}

func (w *walker) host(n int) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hosts[n%len(w.hosts)]
}

// enter makes one request, and follows redirects to hosts of this organization.
func (w *walker) enter(ctx context.Context, host, target string) {
	began := host
	for range 3 {
		a, err := w.scene.get(ctx, visit{host: host, target: target})
		switch {
		case ctx.Err() != nil:
			return // the end of the walk
		case err != nil:
			w.note(false, fmt.Sprintf("%s: %v", host, err))
			return
		case a.Status == http.StatusPermanentRedirect:
			to, err := url.Parse(location(a))
			if err != nil || to.RequestURI() != target || to.Scheme != "https" || !strings.HasSuffix(to.Hostname(), "."+baseDomain) {
				w.note(true, fmt.Sprintf("%s redirects %s to %q", host, target, location(a)))
				return
			}
			host = to.Hostname()
		case a.Status != http.StatusOK || a.Echo == nil || !slices.Equal(a.Echo.Organizations, []string{w.org}) || a.Echo.Target != target:
			w.note(host != began, fmt.Sprintf("%s answers %d %s", host, a.Status, a.Body))
			return
		default:
			w.note(host != began, "")
			return
		}
	}
	w.note(true, began+" redirects in a circle")
}

// note counts a request, and its failure if there is one.
func (w *walker) note(moved bool, failure string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	if moved {
		w.moved++
	}
	if failure != "" {
		w.failures = append(w.failures, failure)
	}
}
