// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"net/http"
	"sync"

	. "github.com/onsi/ginkgo/v2"
)

// wire is between the operator and the API server. A spec can look at the requests, and hold some back.
type wire struct {
	mu  sync.Mutex
	tap func(*http.Request)
}

func (w *wire) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		w.mu.Lock()
		tap := w.tap
		w.mu.Unlock()
		if tap != nil {
			tap(req)
		}
		return next.RoundTrip(req)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// watch calls a function with each request until the spec is over. The request goes on when the function returns.
func (w *wire) watch(tap func(*http.Request)) {
	set := func(tap func(*http.Request)) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.tap = tap
	}
	set(tap)
	DeferCleanup(set, (func(*http.Request))(nil))
}

// hold keeps the requests of one method to one path from the API server. It ends when the returned function is called or the spec is over.
// held reports whether there is one.
func (w *wire) hold(method, path string) (held <-chan struct{}, release func()) {
	seen, free := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.watch(func(req *http.Request) {
		if req.Method == method && req.URL.Path == path {
			once.Do(func() { close(seen) })
			<-free
		}
	})
	release = sync.OnceFunc(func() { close(free) })
	DeferCleanup(release)
	return seen, release
}
