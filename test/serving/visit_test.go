// SPDX-License-Identifier: Apache-2.0

package serving

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/edge/crm"
)

// patience bounds one request.
const patience = 10 * time.Second

// visit is a request as it is written, in HTTP/1.1 over TLS. Only the host is required.
type visit struct {
	// host is the Host header.
	host string
	// sni is the name that TLS asks for; by default that of the host.
	sni string
	// target is the path and the query, "/" by default.
	target string
	// header are more lines of the header.
	header []string
	// from is the address of the client: any that a PROXY header can have. Empty: this machine's.
	from string
	// stranger trusts every certificate.
	stranger bool
}

// answer is what came back.
type answer struct {
	Status int
	Proto  string
	Header http.Header
	Body   string
	// Echo is the CRM's answer; nil if somebody else answered.
	Echo *crm.Echo
	// Certificate is the server's.
	Certificate *x509.Certificate
}

// name is the name of a host as certificates have it: without port and last dot, in lower case.
func name(host string) string {
	before, _, _ := strings.Cut(host, ":")
	return strings.ToLower(strings.TrimSuffix(before, "."))
}

// get sends a request, and reads its answer.
func (s *scene) get(ctx context.Context, v visit) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := s.connect(ctx, v, "http/1.1")
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	lines := append([]string{"GET " + cmp.Or(v.target, "/") + " HTTP/1.1", "Host: " + v.host, "Connection: close"}, v.header...)
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		return answer{}, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: http.MethodGet})
	if err != nil {
		return answer{}, err
	}
	a, err := read(resp)
	a.Certificate = conn.ConnectionState().PeerCertificates[0]
	return a, err
}

// connect opens a connection to the ingress controller, with TLS, that lasts as long as the context.
func (s *scene) connect(ctx context.Context, v visit, protocol string) (*tls.Conn, error) {
	tcp, err := new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", s.traefik.WebSecure))
	if err != nil {
		return nil, err
	}
	deadline, _ := ctx.Deadline()
	if err := tcp.SetDeadline(deadline); err != nil {
		return nil, err
	}
	if v.from != "" {
		if _, err := io.WriteString(tcp, proxyHeader(v.from)); err != nil {
			return nil, err
		}
	}
	conn := tls.Client(tcp, &tls.Config{
		ServerName: cmp.Or(v.sni, name(v.host)), RootCAs: s.roots, NextProtos: []string{protocol}, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: v.stranger, //nolint:gosec // where the certificate does not matter
	})
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = tcp.Close()
		return nil, err
	}
	return conn, nil
}

// proxyHeader says where a client is, as a load balancer does by the PROXY protocol.
func proxyHeader(from string) string {
	if strings.Contains(from, ":") {
		return "PROXY TCP6 " + from + " ::1 40000 443\r\n"
	}
	return "PROXY TCP4 " + from + " 127.0.0.1 40000 443\r\n"
}

func read(resp *http.Response) (answer, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	a := answer{Status: resp.StatusCode, Proto: resp.Proto, Header: resp.Header, Body: string(body)}
	var e crm.Echo
	if err == nil && resp.Header.Get("Content-Type") == "application/json" && json.NewDecoder(bytes.NewReader(body)).Decode(&e) == nil {
		a.Echo = &e
	}
	return a, err
}

// overHTTP2 sends requests for several hosts over one connection.
func (s *scene) overHTTP2(ctx context.Context, hosts ...string) []answer {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	transport := &http.Transport{
		ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: s.roots, ServerName: name(hosts[0]), MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", s.traefik.WebSecure))
		},
	}
	defer transport.CloseIdleConnections()
	var all []answer
	for _, h := range hosts {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+hosts[0]+"/", http.NoBody)
		Expect(err).NotTo(HaveOccurred())
		req.Host = h
		resp, err := transport.RoundTrip(req)
		Expect(err).NotTo(HaveOccurred())
		a, err := read(resp)
		Expect(err).NotTo(HaveOccurred())
		all = append(all, a)
	}
	return all
}

// gets sends a request that must have an answer.
func (s *scene) gets(ctx context.Context, v visit) answer {
	GinkgoHelper()
	a, err := s.get(ctx, v)
	Expect(err).NotTo(HaveOccurred(), "%+v", v)
	return a
}

// eventually asks until the answer is as wanted. It returns that answer.
func (s *scene) eventually(ctx context.Context, v visit, wanted gomegatypes.GomegaMatcher) answer {
	GinkgoHelper()
	var a answer
	Eventually(ctx, func() (answer, error) {
		var err error
		a, err = s.get(ctx, v)
		return a, err
	}).WithPolling(20*time.Millisecond).Should(wanted, "%+v", v)
	return a
}

// leadTo matches the CRM's answer for one organization, and for it alone.
func leadTo(org *v1alpha1.Organization) gomegatypes.GomegaMatcher {
	return And(HaveField("Status", http.StatusOK), HaveField("Echo", And(Not(BeNil()), HaveField("Organizations", Equal([]string{org.Name})))))
}

// beAnswered matches a status that comes from somebody else than the CRM.
func beAnswered(status int) gomegatypes.GomegaMatcher {
	return And(HaveField("Status", status), HaveField("Echo", BeNil()))
}

// redirectTo matches a permanent redirect to a URL that nobody may store.
func redirectTo(url string) gomegatypes.GomegaMatcher {
	return And(beAnswered(http.StatusPermanentRedirect), WithTransform(location, Equal(url)), WithTransform(cacheControl, Equal("no-store")))
}

func cacheControl(a answer) string { return a.Header.Get("Cache-Control") }

func location(a answer) string { return a.Header.Get("Location") }
