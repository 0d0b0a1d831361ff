// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/polyorg/polyorg/internal/admission"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

// replica is a replica that serves admission, in this process.
type replica struct {
	journal *journal.Journal
	address *url.URL
	server  webhook.Server
	manager manager.Manager
	clock   *faultyClock
	cancel  context.CancelFunc
	ended   chan struct{}
	err     error // why it ended
}

// faultyClock panics while it is broken. Rules use it for their judgement, so a rule panics then.
type faultyClock struct {
	clock.RealClock
	broken atomic.Bool
}

// Now implements clock.PassiveClock.
func (c *faultyClock) Now() time.Time {
	if c.broken.Load() {
		panic("the clock is broken")
	}
	return c.RealClock.Now()
}

// newReplica makes a replica with a configuration of its own for the API server. That may lead through a proxy, or have a transport that
// loses requests.
func newReplica(config *rest.Config) *replica {
	GinkgoHelper()
	hooks := envtest.WebhookInstallOptions{LocalServingHost: "127.0.0.1"}
	Expect(hooks.PrepWithoutInstalling()).To(Succeed())
	DeferCleanup(hooks.Cleanup)
	r, err := assemble(config, hooks.LocalServingPort, hooks.LocalServingCertDir)
	Expect(err).NotTo(HaveOccurred())
	return r
}

// assemble wires a replica as cmd/manager does, without controllers.
func assemble(config *rest.Config, port int, certificates string) (*replica, error) {
	config = rest.CopyConfig(config)
	config.Dial = (&net.Dialer{Timeout: 5 * time.Second}).DialContext // a connection of its own
	server := webhook.NewServer(webhook.Options{Host: "127.0.0.1", Port: port, CertDir: certificates})
	mgr, err1 := ctrl.NewManager(config, ctrl.Options{Scheme: lab.Scheme, WebhookServer: server, Metrics: metricsserver.Options{BindAddress: "0"},
		GracefulShutdownTimeout: ptr.To(time.Second)})
	live, err2 := client.NewWithWatch(config, client.Options{Scheme: lab.Scheme})
	reviews, err3 := authorizationclient.NewForConfig(config)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	actors, err := identity.NewActors("", reviews)
	if err != nil {
		return nil, err
	}
	view := facts.NewView(baseDomain)
	r := &replica{
		journal: journal.New(live, view, systemNS), server: server, manager: mgr, ended: make(chan struct{}), clock: &faultyClock{},
		address: &url.URL{Scheme: "https", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))},
	}
	r.journal.DropTime = dropTime
	admission.Setup(mgr, &admission.Validator{Actors: actors, Journal: r.journal, Clock: r.clock})
	return r, errors.Join(mgr.Add(&facts.Watcher{View: view, Client: live}), mgr.Add(r.journal))
}

// serve starts replicas, and sends all requests to them in turn until the test ends.
func serve(ctx context.Context, replicas ...*replica) []*replica {
	GinkgoHelper()
	for _, r := range replicas {
		r.start()
	}
	for _, r := range replicas {
		r.waitReady(ctx)
	}
	door.lead(replicas...)
	return replicas
}

// start runs a replica until the test ends, or until somebody stops it.
func (r *replica) start() {
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(context.Background())
	go func() {
		defer close(r.ended)
		r.err = r.manager.Start(ctx)
	}()
	DeferCleanup(r.stop)
}

func (r *replica) stop() {
	r.cancel()
	<-r.ended
}

func (r *replica) waitReady(ctx context.Context) {
	GinkgoHelper()
	Eventually(ctx, func() error {
		return errors.Join(r.journal.Ready(nil), r.server.StartedChecker()(nil))
	}).Should(Succeed())
}

// through is the API server by way of a proxy.
func through(p *proxy) *rest.Config {
	config := control.Config()
	config.Host = "https://" + p.address()
	return config
}
