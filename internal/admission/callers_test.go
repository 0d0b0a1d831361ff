// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane/pki"
)

const apiServer = "kube-apiserver"

// Any client may reach the port. Only a client with a certificate of the right authority and name gets an answer.
func TestCallers(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	url, roots := listen(t, ours)
	for name, tc := range map[string]struct {
		certificates []tls.Certificate
		answered     bool
	}{
		"an API server is answered":                     {signedBy(t, ours, apiServer), true},
		"a caller without a certificate is refused":     {nil, false},
		"so is one of another authority":                {signedBy(t, others, apiServer), false},
		"so is another client of ours":                  {signedBy(t, ours, "system:node:worker-1"), false},
		"so is a server's certificate with a good name": {served(t, ours, apiServer), false},
	} {
		t.Run(name, func(t *testing.T) {
			err := ask(t, url, roots, tc.certificates)
			if answered := err == nil; answered != tc.answered {
				t.Errorf("answered: %v, want %v (%v)", answered, tc.answered, err)
			}
		})
	}
}

func TestAuthoritiesAreReadAgain(t *testing.T) {
	g := NewWithT(t)
	former, next := newAuthority(t), newAuthority(t)
	file := filepath.Join(t.TempDir(), "ca.crt")
	write(t, file, former.Cert())
	url, roots := listenWith(t, former, &config.ClientCertificates{CAFile: file})
	g.Expect(ask(t, url, roots, signedBy(t, former, "any name will do"))).To(Succeed())
	g.Expect(ask(t, url, roots, signedBy(t, next, apiServer))).NotTo(Succeed())

	write(t, file, next.Cert())
	g.Eventually(func() error { return ask(t, url, roots, signedBy(t, next, apiServer)) }).WithTimeout(time.Minute).Should(Succeed())
	g.Expect(ask(t, url, roots, signedBy(t, former, apiServer))).NotTo(Succeed())
}

func TestAuthoritiesThatCannotBeReadStopTheStart(t *testing.T) {
	g := NewWithT(t)
	empty := filepath.Join(t.TempDir(), "ca.crt")
	write(t, empty, nil)
	for _, file := range []string{empty, empty + ".none"} {
		_, err := NewServer(config.Webhook{ClientCertificates: &config.ClientCertificates{CAFile: file}})
		g.Expect(err).To(MatchError(And(ContainSubstring("webhook.clientCertificates.caFile"), ContainSubstring(file))))
	}
}

// The kubelet asks every few seconds whether the webhook listens; it has no certificate.
func TestTheProbeIsNotRefused(t *testing.T) {
	g := NewWithT(t)
	ca := newAuthority(t)
	file := filepath.Join(t.TempDir(), "ca.crt")
	write(t, file, ca.Cert())
	server := start(t, ca, &config.ClientCertificates{CAFile: file}, freePort(t))
	check := server.StartedChecker()
	g.Eventually(func() error { return check(nil) }).WithTimeout(time.Minute).Should(Succeed())
	for range 20 {
		g.Expect(check(nil)).To(Succeed())
	}
}

func TestNames(t *testing.T) {
	certificate := &x509.Certificate{DNSNames: []string{"api.example.com"}}
	certificate.Subject.CommonName = apiServer
	for name, tc := range map[string]struct {
		allowed []string
		want    bool
	}{
		"any is, where none is asked for":  {nil, true},
		"the common name is one":           {[]string{"other", apiServer}, true},
		"so is a DNS name":                 {[]string{"api.example.com"}, true},
		"another is not":                   {[]string{"other"}, false},
		"neither is one that begins alike": {[]string{"kube"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := callers{names: tc.allowed}.isAllowed(tls.ConnectionState{PeerCertificates: []*x509.Certificate{certificate}})
			if (err == nil) != tc.want {
				t.Errorf("got %v, want allowed: %v", err, tc.want)
			}
		})
	}
}

// listen serves, until the test ends, clients with a certificate of this authority that has the name of an API server.
func listen(t *testing.T, ca *pki.Authority) (url string, roots *x509.CertPool) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.crt")
	write(t, file, ca.Cert())
	return listenWith(t, ca, &config.ClientCertificates{CAFile: file, AllowedNames: []string{apiServer}})
}

func listenWith(t *testing.T, ca *pki.Authority, c *config.ClientCertificates) (url string, roots *x509.CertPool) {
	t.Helper()
	address := freePort(t)
	server := start(t, ca, c, address)
	NewWithT(t).Eventually(func() error { return server.StartedChecker()(nil) }).WithTimeout(time.Minute).Should(Succeed())
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.Cert())
	return "https://" + address, roots
}

func start(t *testing.T, ca *pki.Authority, c *config.ClientCertificates, address string) webhook.Server {
	t.Helper()
	dir := t.TempDir()
	pair, err := ca.Server("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if err := pair.Write(dir, "tls"); err != nil {
		t.Fatal(err)
	}
	server, err := NewServer(config.Webhook{Listener: config.Listener{BindAddress: address}, CertDir: dir, ClientCertificates: c})
	if err != nil {
		t.Fatal(err)
	}
	server.Register("/", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	ended := make(chan error, 1)
	go func() { ended <- server.Start(t.Context()) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return server
}

// ask opens a connection of its own.
func ask(t *testing.T, url string, roots *x509.CertPool, certificates []tls.Certificate) error {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots, Certificates: certificates, MinVersion: tls.VersionTLS12},
	}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func newAuthority(t *testing.T) *pki.Authority {
	t.Helper()
	ca, err := pki.NewAuthority("test")
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func signedBy(t *testing.T, ca *pki.Authority, name string) []tls.Certificate {
	t.Helper()
	pair, err := ca.Client(name, "system:masters")
	return loaded(t, pair, err)
}

func served(t *testing.T, ca *pki.Authority, name string) []tls.Certificate {
	t.Helper()
	pair, err := ca.Server(name)
	return loaded(t, pair, err)
}

func loaded(t *testing.T, pair pki.Pair, err error) []tls.Certificate {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := tls.X509KeyPair(pair.Cert, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	return []tls.Certificate{certificate}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
