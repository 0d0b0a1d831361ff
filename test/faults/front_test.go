// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/test/lab"
)

// front is the single address of all replicas, like a Service in a cluster.
type front struct {
	*httptest.Server
	turn  atomic.Uint64
	mu    sync.Mutex
	to    []*replica
	calls []call
}

// call is one answer of one replica.
type call struct {
	by   *replica
	took time.Duration
	code int32 // of the answer; 200 if the request was allowed
}

func newFront() *front {
	f := &front{}
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxIdleConnsPerHost: 64}, //nolint:gosec // this test's own server
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(r.In.Context().Value(chosen{}).(*replica).address) },
		ErrorLog:  log.New(io.Discard, "", 0), // the API server reports errors
	}
	f.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		by := f.next()
		if by == nil {
			http.Error(w, "no replica", http.StatusBadGateway)
			return
		}
		began, answer := time.Now(), &recorder{ResponseWriter: w}
		proxy.ServeHTTP(answer, r.WithContext(context.WithValue(r.Context(), chosen{}, by)))
		f.note(call{by, time.Since(began), answer.code()})
	}))
	return f
}

// chosen is the key of the replica that a request goes to.
type chosen struct{}

// lead sends requests to these replicas in turn. A replica that is named twice gets two turns.
func (f *front) lead(to ...*replica) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.to, f.calls = to, nil
}

// serving are the replicas that get requests.
func (f *front) serving() []*replica {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.to
}

func (f *front) next() *replica {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.to) == 0 {
		return nil
	}
	return f.to[f.turn.Add(1)%uint64(len(f.to))]
}

func (f *front) note(c call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, c)
}

// answers are one replica's answers since the last change of the front.
func (f *front) answers(by *replica) (own []call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c.by == by {
			own = append(own, c)
		}
	}
	return own
}

// recorder keeps an answer on its way.
type recorder struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (r *recorder) Write(b []byte) (int, error) {
	r.body.Write(b)
	return r.ResponseWriter.Write(b)
}

func (r *recorder) code() int32 {
	var review admissionv1.AdmissionReview
	switch err := json.Unmarshal(r.body.Bytes(), &review); {
	case err != nil || review.Response == nil:
		return http.StatusBadGateway
	case review.Response.Allowed:
		return http.StatusOK
	}
	return review.Response.Result.Code
}

// installWebhooks installs the manifests of the webhooks with another address.
func installWebhooks(ctx context.Context, to *front) {
	GinkgoHelper()
	file, err := os.Open(filepath.Join(root, "config", "webhook", "manifests.yaml"))
	Expect(err).NotTo(HaveOccurred())
	defer file.Close()
	decoder := yaml.NewYAMLOrJSONDecoder(file, 4096)
	mutating, validating := &admissionregistrationv1.MutatingWebhookConfiguration{}, &admissionregistrationv1.ValidatingWebhookConfiguration{}
	Expect(decoder.Decode(mutating)).To(Succeed())
	Expect(decoder.Decode(validating)).To(Succeed())
	for i := range mutating.Webhooks {
		point(&mutating.Webhooks[i].ClientConfig, to.Server)
	}
	point(&validating.Webhooks[0].ClientConfig, to.Server)
	Expect(platform.Create(ctx, mutating)).To(Succeed())
	Expect(platform.Create(ctx, validating)).To(Succeed())
	to.lead() // no replica yet, so that every request there fails
	Eventually(func() error {
		return platform.Create(ctx, lab.NewOrganization(lab.Person("nobody"), 1), client.DryRunAll)
	}).ShouldNot(Succeed(), "the API server asks the webhooks")
}

func point(c *admissionregistrationv1.WebhookClientConfig, to *httptest.Server) {
	url := to.URL
	if c.Service != nil && c.Service.Path != nil {
		url += *c.Service.Path
	}
	c.URL, c.Service = &url, nil
	c.CABundle = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: to.Certificate().Raw})
}
