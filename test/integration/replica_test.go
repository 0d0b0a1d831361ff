// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/polyorg/polyorg/internal/admission"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

// replica is a replica that serves admission.
type replica struct {
	journal *journal.Journal
	address *url.URL
	ca      []byte // of its certificate
	served  atomic.Int64
}

// running waits for all replicas, which end with their context.
var running sync.WaitGroup

// serve starts n replicas and points the shipped webhook configuration at all of them in turn.
func serve(ctx context.Context, root string, n int) {
	GinkgoHelper()
	for range n {
		replicas = append(replicas, newReplica(ctx, nil))
	}
	front := httptest.NewTLSServer(inTurn())
	DeferCleanup(front.Close)
	installWebhooks(ctx, filepath.Join(root, "config", "webhook", "manifests.yaml"), front)
}

// newReplica serves every caller, unless callers restricts that.
func newReplica(ctx context.Context, callers *config.ClientCertificates) *replica {
	GinkgoHelper()
	options := envtest.WebhookInstallOptions{LocalServingHost: "127.0.0.1"}
	Expect(options.PrepWithoutInstalling()).To(Succeed())
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(options.LocalServingPort))
	server, err := admission.NewServer(config.Webhook{
		Listener: config.Listener{BindAddress: address}, CertDir: options.LocalServingCertDir, ClientCertificates: callers})
	Expect(err).NotTo(HaveOccurred())
	mgr, err := ctrl.NewManager(control.Config(), ctrl.Options{Scheme: lab.Scheme, WebhookServer: server, Metrics: metricsserver.Options{BindAddress: "0"}})
	Expect(err).NotTo(HaveOccurred())
	live, err := client.NewWithWatch(control.Config(), client.Options{Scheme: lab.Scheme})
	Expect(err).NotTo(HaveOccurred())
	reviews, err := authorizationclient.NewForConfig(control.Config())
	Expect(err).NotTo(HaveOccurred())
	actors, err := identity.NewActors("", reviews)
	Expect(err).NotTo(HaveOccurred())

	view := facts.NewView(baseDomain)
	r := &replica{
		journal: journal.New(live, view, systemNS),
		address: &url.URL{Scheme: "https", Host: address},
		ca:      options.LocalServingCAData,
	}
	r.journal.DropTime = dropTime
	admission.Setup(mgr, &admission.Validator{Actors: actors, Journal: r.journal, Clock: clock.RealClock{}, Operator: operatorAccount})
	Expect(mgr.Add(&facts.Watcher{View: view, Client: live})).To(Succeed())
	Expect(mgr.Add(r.journal)).To(Succeed())
	running.Go(func() {
		defer GinkgoRecover()
		Expect(mgr.Start(ctx)).To(Succeed())
	})
	Eventually(func() error { return r.journal.Ready(nil) }).Should(Succeed())
	Eventually(func() error { return server.StartedChecker()(nil) }).Should(Succeed())
	return r
}

// inTurn spreads requests over the replicas.
func inTurn() http.Handler {
	var turn atomic.Int64
	return &httputil.ReverseProxy{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxIdleConnsPerHost: 64}, //nolint:gosec // this test's own server
		Rewrite: func(r *httputil.ProxyRequest) {
			to := replicas[int(turn.Add(1))%len(replicas)]
			to.served.Add(1)
			r.SetURL(to.address)
		},
	}
}

// installWebhooks installs the manifests of the webhooks with another address.
func installWebhooks(ctx context.Context, path string, front *httptest.Server) {
	GinkgoHelper()
	file, err := os.Open(path)
	Expect(err).NotTo(HaveOccurred())
	defer file.Close()
	decoder := yaml.NewYAMLOrJSONDecoder(file, 4096)
	mutating, validating := &admissionregistrationv1.MutatingWebhookConfiguration{}, &admissionregistrationv1.ValidatingWebhookConfiguration{}
	Expect(decoder.Decode(mutating)).To(Succeed())
	Expect(decoder.Decode(validating)).To(Succeed())
	point := func(c *admissionregistrationv1.WebhookClientConfig) {
		to := front.URL + *c.Service.Path
		c.URL, c.Service, c.CABundle = &to, nil, certificate(front)
	}
	for i := range mutating.Webhooks {
		point(&mutating.Webhooks[i].ClientConfig)
	}
	point(&validating.Webhooks[0].ClientConfig)
	Expect(platform.Create(ctx, mutating)).To(Succeed())
	Expect(platform.Create(ctx, validating)).To(Succeed())
	Eventually(func() bool { return refusesNonsense(ctx) }).Should(BeTrue(), "the API server asks the webhooks")
}
