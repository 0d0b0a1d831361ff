// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/internal/controlplane/pki"
)

// stand is a replica; only its address matters.
type stand struct {
	server  *httptest.Server
	ready   bool
	served  atomic.Int64
	handler http.HandlerFunc // by default an echo
}

func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.served.Add(1)
	if s.handler != nil {
		s.handler(w, r)
		return
	}
	_, _ = io.Copy(w, r.Body)
}

func (s *stand) address() string { return s.server.Listener.Addr().String() }

// newStands serves each of these behind a front, and returns the front and a client that trusts it.
func newStands(t *testing.T, stands ...*stand) (*front, *http.Client) {
	t.Helper()
	g := NewWithT(t)
	ca, err := pki.NewAuthority("test")
	g.Expect(err).NotTo(HaveOccurred())
	pair, err := ca.Server("127.0.0.1")
	g.Expect(err).NotTo(HaveOccurred())
	cert, err := tls.X509KeyPair(pair.Cert, pair.Key)
	g.Expect(err).NotTo(HaveOccurred())
	for _, s := range stands {
		s.server = httptest.NewUnstartedServer(s)
		s.server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
		s.server.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.server.StartTLS()
		t.Cleanup(s.server.Close)
	}
	f, err := newFront(pair, ca, func() []backend {
		var all []backend
		for _, s := range stands {
			all = append(all, backend{address: s.address(), ready: s.ready})
		}
		return all
	})
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = f.close() })
	roots := x509.NewCertPool()
	g.Expect(roots.AppendCertsFromPEM(ca.Cert())).To(BeTrue())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	t.Cleanup(client.CloseIdleConnections)
	return f, client
}

// ask posts a question and returns the answer's.
func ask(g Gomega, client *http.Client, url string) string {
	resp, err := client.Post(url, "text/plain", strings.NewReader("question"))
	g.Expect(err).NotTo(HaveOccurred())
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(resp.StatusCode).To(Equal(http.StatusOK), "%s", answer)
	return string(answer)
}

func TestFrontSpreadsRequests(t *testing.T) {
	g := NewWithT(t)
	a, b, c := &stand{ready: true}, &stand{ready: true}, &stand{ready: true}
	f, client := newStands(t, a, b, c)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			for range 6 {
				g.Expect(ask(g, client, f.URL+"/validate")).To(Equal("question"))
			}
		})
	}
	wg.Wait()
	for _, s := range []*stand{a, b, c} {
		g.Expect(s.served.Load()).To(BeEquivalentTo(10))
	}
	g.Expect(f.served.Load()).To(BeEquivalentTo(30))
}

func TestFrontPassesPathAndRefusal(t *testing.T) {
	g := NewWithT(t)
	a := &stand{ready: true, handler: func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.URL.String(), http.StatusTeapot)
	}}
	f, client := newStands(t, a)
	resp, err := client.Post(f.URL+"/mutate-x?timeout=10s", "text/plain", http.NoBody)
	g.Expect(err).NotTo(HaveOccurred())
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(resp.StatusCode).To(Equal(http.StatusTeapot))
	g.Expect(string(body)).To(Equal("/mutate-x?timeout=10s\n"))
}

func TestFrontSurvivesDeadReplicas(t *testing.T) {
	for name, kill := range map[string]func(*stand){
		"one that cannot be dialled": func(s *stand) { s.server.Close() },
		"one that dies while it answers": func(s *stand) {
			s.handler = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			a, b := &stand{ready: true}, &stand{ready: true}
			f, client := newStands(t, a, b)
			kill(a)
			for range 10 {
				g.Expect(ask(g, client, f.URL)).To(Equal("question"))
			}
			g.Expect(b.served.Load()).To(BeEquivalentTo(10))
		})
	}
}

func TestFrontPrefersReadyReplicas(t *testing.T) {
	g := NewWithT(t)
	paused, b := &stand{ready: false}, &stand{ready: true}
	f, client := newStands(t, paused, b)
	for range 10 {
		ask(g, client, f.URL)
	}
	g.Expect(paused.served.Load()).To(BeZero())
	b.server.Close()
	g.Expect(ask(g, client, f.URL)).To(Equal("question"), "the last resort")
}

func TestFrontWithoutReplicas(t *testing.T) {
	g := NewWithT(t)
	a := &stand{}
	f, client := newStands(t, a)
	a.server.Close()
	resp, err := client.Post(f.URL, "text/plain", strings.NewReader("question"))
	g.Expect(err).NotTo(HaveOccurred())
	defer resp.Body.Close()
	g.Expect(resp.StatusCode).To(Equal(http.StatusBadGateway))
}

func TestFrontGivesUpWithItsCaller(t *testing.T) {
	g := NewWithT(t)
	asked := make(chan struct{})
	a := &stand{ready: true, handler: func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(asked)
		<-r.Context().Done()
	}}
	b := &stand{}
	f, client := newStands(t, a, b)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.URL, strings.NewReader("question"))
	g.Expect(err).NotTo(HaveOccurred())
	resp, err := client.Do(req)
	if err == nil {
		resp.Body.Close()
	}
	g.Expect(err).To(MatchError(context.Canceled))
	g.Expect(f.server.Shutdown(t.Context())).To(Succeed(), "waits for the request to end inside")
	g.Expect(b.served.Load()).To(BeZero())
}

func TestFrontBoundsRequests(t *testing.T) {
	g := NewWithT(t)
	a := &stand{ready: true}
	f, _ := newStands(t, a)
	answer := httptest.NewRecorder()
	f.handler("http").ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(make([]byte, maxReview+1))))
	g.Expect(answer.Code).To(Equal(http.StatusBadGateway))
	g.Expect(answer.Body.String()).To(ContainSubstring("too large"))
	g.Expect(a.served.Load()).To(BeZero())
}

// TestHostsFront: what serves many hosts learns which one was asked for.
func TestHostsFront(t *testing.T) {
	g := NewWithT(t)
	ca, err := pki.NewAuthority("test")
	g.Expect(err).NotTo(HaveOccurred())
	replica := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://new.localhost"+r.RequestURI)
		w.WriteHeader(http.StatusPermanentRedirect)
		_, _ = io.WriteString(w, r.Host)
	}))
	t.Cleanup(replica.Close)
	f, err := newHostsFront(ca, func() []backend { return []backend{{address: replica.Listener.Addr().String(), ready: true}} })
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = f.close() })

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL+"/a%2Fb?c", http.NoBody)
	g.Expect(err).NotTo(HaveOccurred())
	r.Host = "old.localhost"
	answer, err := http.DefaultTransport.RoundTrip(r)
	g.Expect(err).NotTo(HaveOccurred())
	defer answer.Body.Close()
	host, err := io.ReadAll(answer.Body)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(string(host)).To(Equal("old.localhost"))
	g.Expect(answer.Header.Get("Location")).To(Equal("http://new.localhost/a%2Fb?c"))
}
