// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"k8s.io/client-go/rest"
)

// loss is how a write of the journal fails.
type loss int

const (
	none      loss = iota
	unsent         // the API server never sees it; the answer is an error 500
	unheard        // it is stored; the answer is an error 500
	cutOff         // it is stored; the connection breaks before the answer
	swallowed      // it is stored; no answer ever comes
	losses
)

// lossy loses writes of the journal, or their answers.
type lossy struct {
	base http.RoundTripper
	next func() loss
	seen [losses]atomic.Int64
}

// wrap makes a configuration lose requests or answers as next decides.
func wrap(config *rest.Config, next func() loss) (*rest.Config, *lossy) {
	l := &lossy{next: next}
	config.Wrap(func(base http.RoundTripper) http.RoundTripper {
		l.base = base
		return l
	})
	return config, l
}

// RoundTrip implements http.RoundTripper.
func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	if !writesJournal(r) {
		return l.base.RoundTrip(r)
	}
	what := l.next()
	l.seen[what].Add(1)
	if what == unsent {
		return broken(r), nil
	}
	response, err := l.base.RoundTrip(r)
	if err != nil || what == none {
		return response, err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	switch what {
	case cutOff:
		return nil, errors.New("connection reset by peer")
	case swallowed:
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return broken(r), nil
}

func broken(r *http.Request) *http.Response {
	const status = `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"etcdserver: request timed out","code":500}`
	return &http.Response{
		StatusCode: http.StatusInternalServerError, Proto: r.Proto, ProtoMajor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewBufferString(status)),
	}
}

// often loses about two of three writes, by a seed. One of them hangs until it runs out of time.
func often(seed uint64) func() loss {
	var mu sync.Mutex
	random, hangs := rand.New(rand.NewPCG(seed, 0)), 0 //nolint:gosec // a seed can be replayed
	return func() loss {
		mu.Lock()
		defer mu.Unlock()
		what := []loss{none, none, none, unsent, unsent, unheard, unheard, cutOff, swallowed}[random.IntN(9)]
		if what == swallowed {
			hangs++
			if hangs > 1 {
				return cutOff
			}
		}
		return what
	}
}

// gate stops watches: their events wait outside, while every other request passes.
type gate struct {
	mu   sync.Mutex
	open chan struct{} // closed while the gate is open
}

func newGate() *gate {
	g := &gate{open: make(chan struct{})}
	close(g.open)
	return g
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = make(chan struct{})
}

func (g *gate) unshut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.open)
}

func (g *gate) passage() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}

// guard makes all watches of a configuration pass the gate.
func (g *gate) guard(config *rest.Config) *rest.Config { return g.guardOnly(config, "") }

// guardOnly makes a configuration's watches of one kind pass the gate; without a name, those of all kinds.
func (g *gate) guardOnly(config *rest.Config, plural string) *rest.Config {
	config.Wrap(func(base http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			response, err := base.RoundTrip(r)
			if err == nil && r.URL.Query().Has("watch") && strings.HasSuffix(r.URL.Path, plural) {
				response.Body = &guarded{ReadCloser: response.Body, gate: g, closed: make(chan struct{})}
			}
			return response, err
		})
	})
	return config
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// guarded is a stream that can be read only while the gate is open.
type guarded struct {
	io.ReadCloser
	gate   *gate
	closed chan struct{}
	once   sync.Once
}

// Read implements io.Reader.
func (b *guarded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	select {
	case <-b.gate.passage():
		return n, err
	case <-b.closed:
		return 0, io.ErrClosedPipe
	}
}

// Close implements io.Closer.
func (b *guarded) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.ReadCloser.Close()
}
