// SPDX-License-Identifier: Apache-2.0

package history

import (
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"strings"
	"sync"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// watches can hold back the events of a replica's watches. Its view grows old, and more so for some kinds. Meanwhile the replica continues
// to read and write the journal.
type watches struct {
	mu   sync.Mutex
	held chan struct{}   // closed when all are released; nil while none is held
	free map[string]bool // the resources that are not held, a random choice
}

// set holds most of the resources, or releases all.
func (w *watches) set(hold bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held != nil {
		close(w.held)
		w.held = nil
	}
	if hold {
		w.held, w.free = make(chan struct{}), map[string]bool{}
	}
}

// gate is closed when a resource's watch may continue. It is nil if the watch may continue now.
func (w *watches) gate(resource string) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held == nil {
		return nil
	}
	free, decided := w.free[resource]
	if !decided {
		free = rand.IntN(4) == 0
		w.free[resource] = free
	}
	if free {
		return nil
	}
	return w.held
}

func (w *watches) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(r)
		if err == nil && r.URL.Query().Get("watch") == "true" && ours(r.URL.Path) {
			resp.Body = &heldBody{ReadCloser: resp.Body, watches: w, resource: path.Base(r.URL.Path), closed: make(chan struct{})}
		}
		return resp, err
	})
}

// ours reports whether a request is for one of our kinds, or for the object in which the journal is stored.
func ours(url string) bool {
	return strings.HasPrefix(url, "/apis/"+v1alpha1.GroupName+"/") || path.Base(url) == "configmaps"
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// heldBody delivers what it has read when its gate opens.
type heldBody struct {
	io.ReadCloser
	watches  *watches
	resource string
	once     sync.Once
	closed   chan struct{}
}

func (b *heldBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if gate := b.watches.gate(b.resource); gate != nil {
		select {
		case <-gate:
		case <-b.closed:
		}
	}
	return n, err
}

func (b *heldBody) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.ReadCloser.Close()
}
