// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"sync/atomic"
	"time"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane/pki"
)

// maxReview bounds an admission review, which holds an object twice at most; the API server's own bound is 3 MiB each.
const maxReview = 8 << 20

// front is the one address of all replicas, like a Service in a cluster. It spreads requests instead of connections.
type front struct {
	// URL without a path.
	URL string

	server *http.Server
	spread *spread
	served atomic.Int64
}

// backend is the address at which a replica serves.
type backend struct {
	address string // host:port
	ready   bool
}

// newFront serves with its pair of certificate and key, and trusts replicas whose certificate the authority signed.
func newFront(own pki.Pair, ca *pki.Authority, backends func() []backend) (*front, error) {
	cert, err := tls.X509KeyPair(own.Cert, own.Key)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{URL: "https://" + listener.Addr().String(), spread: newSpread(ca, backends)}
	f.server = f.newServer("https")
	f.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	go func() { _ = f.server.ServeTLS(listener, "", "") }() // ends with close
	return f, nil
}

// newPageFront is the one address of the replicas' page of invitations, without TLS.
func newPageFront(ca *pki.Authority, backends func() []backend) (*front, error) {
	return newPlainFront(newSpread(ca, backends))
}

// newHostsFront is the one address of the replicas' server for many hosts, without TLS. It leaves the host as it was asked for.
func newHostsFront(ca *pki.Authority, backends func() []backend) (*front, error) {
	s := newSpread(ca, backends)
	s.keepsHost = true
	return newPlainFront(s)
}

func newPlainFront(s *spread) (*front, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{URL: "http://" + listener.Addr().String(), spread: s}
	f.server = f.newServer("http")
	go func() { _ = f.server.Serve(listener) }() // ends with close
	return f, nil
}

// newServer passes requests on by a scheme.
func (f *front) newServer(scheme string) *http.Server {
	return &http.Server{
		Handler:           f.handler(scheme),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // callers get every error themselves
	}
}

// introduce gives the front the client certificate that replicas require, if they require one: for them the front is the API server.
func (f *front) introduce(ca *pki.Authority, required *config.ClientCertificates) error {
	if required == nil {
		return nil
	}
	pair, err := ca.Client(append(required.AllowedNames, "kube-apiserver")[0])
	if err != nil {
		return err
	}
	cert, err := tls.X509KeyPair(pair.Cert, pair.Key)
	f.spread.base.TLSClientConfig.Certificates = []tls.Certificate{cert}
	return err
}

func (f *front) handler(scheme string) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.URL.Scheme = scheme },
		Transport: f.spread,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusBadGateway)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.served.Add(1)
		r.Body = http.MaxBytesReader(w, r.Body, maxReview)
		proxy.ServeHTTP(w, r)
	})
}

func (f *front) close() error {
	err := f.server.Close()
	f.spread.base.CloseIdleConnections()
	return err
}

// spread sends each request to the next replica in turn; those that are not ready come last. If a replica fails, the next one gets the
// request. That is harmless, because judging the same request again changes nothing.
type spread struct {
	base     *http.Transport
	backends func() []backend
	turn     atomic.Uint64
	// keepsHost: replicas learn which host was asked for.
	keepsHost bool
}

func newSpread(ca *pki.Authority, backends func() []backend) *spread {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.Cert())
	return &spread{
		backends: backends,
		base: &http.Transport{
			TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			MaxIdleConnsPerHost: 100,
			IdleConnTimeout:     time.Minute,
		},
	}
}

// RoundTrip implements http.RoundTripper.
func (s *spread) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	var err error
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	err = errors.New("no replica")
	for _, b := range s.inTurn() {
		var resp *http.Response
		if resp, err = s.send(r, body, b); err == nil {
			return resp, nil
		}
		if ctx := r.Context(); ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return nil, fmt.Errorf("no replica answers: %w", err)
}

func (s *spread) send(r *http.Request, body []byte, b backend) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.URL.Host = b.address
	if !s.keepsHost {
		out.Host = b.address
	}
	out.Body = io.NopCloser(bytes.NewReader(body))
	out.ContentLength = int64(len(body))
	return s.base.RoundTrip(out)
}

func (s *spread) inTurn() []backend {
	all := s.backends()
	if len(all) == 0 {
		return nil
	}
	first := int(s.turn.Add(1) % uint64(len(all)))
	all = slices.Concat(all[first:], all[:first])
	ready := slices.DeleteFunc(slices.Clone(all), func(b backend) bool { return !b.ready })
	rest := slices.DeleteFunc(all, func(b backend) bool { return b.ready })
	return append(ready, rest...)
}
