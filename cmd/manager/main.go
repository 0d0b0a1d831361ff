// SPDX-License-Identifier: Apache-2.0

// Command manager is the operator. It serves admission on every replica, and runs the controllers on the leader.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers"
	"github.com/polyorg/polyorg/internal/admission"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/token"
)

func main() {
	file := flag.String("config", "/etc/polyorg/config.yaml", "the operator's configuration file")
	logging := zap.Options{}
	logging.BindFlags(flag.CommandLine)
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&logging)))
	sparing()
	if err := run(*file); err != nil {
		fmt.Fprintln(os.Stderr, "polyorg:", err)
		os.Exit(1)
	}
}

func run(file string) error {
	cfg, err := config.Load(file)
	if err != nil {
		return err
	}
	kube, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	kube.QPS = -1                  // the API server's own fairness paces the operator
	kube.DisableCompression = true // events are small and sent one by one, so compression costs time and saves nothing
	mgr, err := newManager(kube, cfg)
	if err != nil {
		return err
	}
	ctx := ctrl.SetupSignalHandler()
	if err := startTracing(ctx, mgr, cfg.Tracing); err != nil {
		return err
	}
	if err := wire(ctx, mgr, kube, cfg); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func newManager(kube *rest.Config, cfg *config.OperatorConfig) (manager.Manager, error) {
	scheme := runtime.NewScheme()
	server, err := admission.NewServer(cfg.Webhook)
	if err := errors.Join(err, clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme), gatewayapi.Install(scheme)); err != nil {
		return nil, err
	}
	return ctrl.NewManager(kube, ctrl.Options{
		Scheme:                        scheme,
		Cache:                         controllers.Cache(&cfg.Ingress),
		WebhookServer:                 server,
		Metrics:                       metricsserver.Options{BindAddress: cfg.Metrics.BindAddress},
		HealthProbeBindAddress:        cfg.Health.BindAddress,
		LeaderElection:                true,
		LeaderElectionID:              "polyorg-operator",
		LeaderElectionNamespace:       cfg.LeaderElection.Namespace,
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 &cfg.LeaderElection.LeaseDuration.Duration,
		RenewDeadline:                 &cfg.LeaderElection.RenewDeadline.Duration,
		RetryPeriod:                   &cfg.LeaderElection.RetryPeriod.Duration,
	})
}

// wire puts the parts together: the view and the journal run on every replica, the controllers on the leader.
func wire(ctx context.Context, mgr manager.Manager, kube *rest.Config, cfg *config.OperatorConfig) error {
	live, err := client.NewWithWatch(kube, client.Options{Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper()})
	if err != nil {
		return err
	}
	reviews, err := authorizationclient.NewForConfig(kube)
	if err != nil {
		return err
	}
	actors, err := identity.NewActors(cfg.Identity.UsernamePrefix, reviews)
	if err != nil {
		return err
	}
	operator, err := identity.Own(ctx, kube)
	if err != nil {
		return err
	}
	tokens := &token.Store{Client: live, Namespace: cfg.LeaderElection.Namespace, Clock: clock.RealClock{}}
	known := &recipients.Store{Client: live, Namespace: cfg.LeaderElection.Namespace}
	brands, err := newBranding(mgr, kube, cfg, live)
	if err != nil {
		return err
	}
	deliveries, err := newDelivery(cfg, live, tokens, known, brands)
	if err != nil {
		return err
	}
	if err := addPage(mgr, cfg, live, tokens, known, brands); err != nil {
		return err
	}
	view := facts.NewView(cfg.Ingress.BaseDomain)
	log := journal.New(live, view, cfg.LeaderElection.Namespace)
	admission.Setup(mgr, &admission.Validator{Actors: actors, Journal: log, Tokens: tokens, Recipients: known, Mail: cfg.Mail != nil, PortalName: cfg.Ingress.PortalName(), Clock: clock.RealClock{}, Operator: operator})
	return errors.Join(
		mgr.Add(&facts.Watcher{View: view, Client: live}),
		mgr.Add(log),
		addFallback(mgr, cfg, view, live, brands),
		mgr.Add(releaseAfter(func(ctx context.Context) bool { return view.AwaitSync(ctx) == nil })),
		mgr.Add(&leading{kube: kube, scheme: mgr.GetScheme(), config: cfg, view: view, delivery: deliveries, recipients: known, branding: brands.follower}),
		mgr.AddHealthzCheck("ping", func(*http.Request) error { return nil }),
		mgr.AddReadyzCheck("webhook", mgr.GetWebhookServer().StartedChecker()),
		mgr.AddReadyzCheck("view", log.Ready),
	)
}
