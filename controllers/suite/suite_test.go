// SPDX-License-Identifier: Apache-2.0

// Package suite tests all controllers on one real API server, with the rights that the operator's manifests give them. There is no
// admission here, because objects that got past it are tested too.
package suite

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	testingclock "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/domains/domainstest"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	baseDomain = "crm.example.com"
	prefix     = "oidc:" // of usernames
	operator   = "system:serviceaccount:polyorg-system:polyorg-operator"
)

// All specs share these.
var (
	plane     *controlplane.ControlPlane
	kube      client.WithWatch // the administrator's
	mgr       ctrl.Manager     // the operator's
	clock     = testingclock.NewFakePassiveClock(time.Now())
	conf      = &config.OperatorConfig{Identity: config.Identity{UsernamePrefix: prefix}}
	scheme    = runtime.NewScheme()
	line      wire // from the operator to the API server
	dnsServer *domainstest.Server
)

func TestControllers(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	EnforceDefaultTimeoutsWhenUsingContexts()
	SetDefaultEventuallyPollingInterval(50 * time.Millisecond)
	RunSpecs(t, "Controllers")
}

var _ = BeforeSuite(func(ctx context.Context) {
	ctrl.SetLogger(zap.New(zap.WriteTo(GinkgoWriter), zap.UseDevMode(true)))
	conf.LeaderElection.Namespace = "polyorg-system"
	conf.Ingress = config.Ingress{BaseDomain: baseDomain, ClassName: "traefik", Backend: config.Backend{ServiceName: "crm", Port: 80},
		Fallback: &config.Fallback{ServiceName: "polyorg-fallback", Port: 80},
		Portal:   &config.Portal{Name: "login", Backend: config.PortalBackend{ServiceName: "portal", Port: 80}}}
	dnsServer = domainstest.Start(GinkgoTB(), "")
	conf.Domains = config.Domains{Resolver: dnsServer.Address, Timeout: metav1.Duration{Duration: 5 * time.Second}}
	conf.SampleData = &config.SampleData{JobTemplate: sampleDataTemplate()}
	Expect(clientgoscheme.AddToScheme(scheme)).To(Succeed())
	Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())

	plane = lab.Plane(ctx, false)
	install(ctx)
	var err error
	kube, err = client.NewWithWatch(plane.Config(), client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	startOperator()
}, NodeTimeout(5*time.Minute))

// install applies the operator's own manifests, except its webhooks. The kinds are there.
func install(ctx context.Context) {
	for _, part := range []string{"namespace", "rbac", "policy"} {
		apply := exec.CommandContext(ctx, plane.Kubectl(), "--kubeconfig", plane.Kubeconfig(), "apply", "--server-side", "-k", filepath.Join("..", "..", "config", part))
		out, err := apply.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s", out)
	}
}

// startOperator runs the controllers as the operator's service account.
func startOperator() {
	groups := []string{"system:serviceaccounts", "system:serviceaccounts:polyorg-system", "system:authenticated"}
	var err error
	rest := plane.ConfigFor(operator, groups...)
	rest.Wrap(line.wrap)
	view := facts.NewView(baseDomain)
	mgr, err = ctrl.NewManager(rest, ctrl.Options{
		Scheme:     scheme,
		Cache:      controllers.CacheBeside(view, &conf.Ingress),
		Controller: controllers.Concurrency(),
		Metrics:    metricsserver.Options{BindAddress: "0"},
	})
	Expect(err).NotTo(HaveOccurred())

	live, err := client.NewWithWatch(mgr.GetConfig(), client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	Expect(mgr.Add(&facts.Watcher{View: view, Client: live})).To(Succeed())

	ctx, cancel := context.WithCancel(context.Background())
	Expect(controllers.SetupAll(ctx, mgr, controllers.Options{Config: conf, Clock: clock, View: view})).To(Succeed())
	stopped := make(chan error, 1)
	go func() { stopped <- mgr.Start(ctx) }()
	DeferCleanup(func() error { cancel(); return <-stopped })
	Expect(mgr.GetCache().WaitForCacheSync(ctx)).To(BeTrue())
}
