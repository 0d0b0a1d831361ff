// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/polyorg/polyorg/controllers"
	"github.com/polyorg/polyorg/internal/admission"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	// modeVariable, in the environment of this program, makes it a replica.
	modeVariable       = "POLYORG_HISTORY_REPLICA"
	withControllers    = "controllers"
	withoutControllers = "admission"

	// dropTime is longer than the webhook's 10 s, after which the API server gives a request up. Nothing
	// stops the API server here, so nothing that was admitted is stored after that.
	dropTime = 12 * time.Second

	// carelessVariable, in the environment of these tests, makes replicas drop changes in flight at once. Then the tests must
	// fail, which shows that they can.
	carelessVariable = "POLYORG_HISTORY_CARELESS"

	// These signals make a replica hold its watches, and release them.
	holdWatches = syscall.SIGUSR1
	letWatches  = syscall.SIGUSR2
)

// serve runs a replica. After a crash of the leader, another one leads within seconds.
func serve(file string, controllersToo bool) error {
	ctrl.SetLogger(zap.New())
	cfg, err := config.Load(file)
	if err != nil {
		return err
	}
	kube, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	kube.QPS = -1
	ctx := ctrl.SetupSignalHandler()
	held := &watches{}
	kube.Wrap(held.wrap)
	go obey(ctx, held)
	view := facts.NewView(cfg.Ingress.BaseDomain)
	mgr, err := newManager(kube, cfg, view, controllersToo)
	if err != nil {
		return err
	}
	if err := wire(ctx, mgr, kube, cfg, view, controllersToo); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func newManager(kube *rest.Config, cfg *config.OperatorConfig, view *facts.View, leads bool) (manager.Manager, error) {
	host, port := cfg.Webhook.HostPort()
	lease, renew, retry := 6*time.Second, 4*time.Second, time.Second
	return ctrl.NewManager(kube, ctrl.Options{
		Scheme:                  lab.Scheme,
		Cache:                   controllers.CacheBeside(view, &cfg.Ingress),
		WebhookServer:           webhook.NewServer(webhook.Options{Host: host, Port: port, CertDir: cfg.Webhook.CertDir}),
		Metrics:                 metricsserver.Options{BindAddress: cfg.Metrics.BindAddress},
		HealthProbeBindAddress:  cfg.Health.BindAddress,
		LeaderElection:          leads,
		LeaderElectionID:        "polyorg-operator",
		LeaderElectionNamespace: cfg.LeaderElection.Namespace,
		LeaseDuration:           &lease, RenewDeadline: &renew, RetryPeriod: &retry,
		LeaderElectionReleaseOnCancel: true,
	})
}

func wire(ctx context.Context, mgr manager.Manager, kube *rest.Config, cfg *config.OperatorConfig, view *facts.View, controllersToo bool) error {
	live, err := client.NewWithWatch(kube, client.Options{Scheme: lab.Scheme, Mapper: mgr.GetRESTMapper()})
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
	log := journal.New(live, view, cfg.LeaderElection.Namespace)
	log.DropTime = dropTime
	if careless := os.Getenv(carelessVariable); careless != "" {
		log.DropTime = time.Nanosecond
	}
	admission.Setup(mgr, &admission.Validator{Actors: actors, Journal: log, Clock: clock.RealClock{}})
	if controllersToo {
		if err := controllers.SetupAll(ctx, mgr, controllers.Options{Config: cfg, Clock: clock.RealClock{}, View: view}); err != nil {
			return err
		}
	}
	return errors.Join(
		mgr.Add(&facts.Watcher{View: view, Client: live}),
		mgr.Add(log),
		mgr.AddReadyzCheck("webhook", mgr.GetWebhookServer().StartedChecker()),
		mgr.AddReadyzCheck("view", log.Ready),
	)
}

// obey holds and releases watches at signals.
func obey(ctx context.Context, held *watches) {
	orders := make(chan os.Signal, 8)
	signal.Notify(orders, holdWatches, letWatches)
	for {
		select {
		case order := <-orders:
			held.set(order == holdWatches)
		case <-ctx.Done():
			return
		}
	}
}
