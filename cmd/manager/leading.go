// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/polyorg/polyorg/controllers"
	"github.com/polyorg/polyorg/controllers/delivery"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/mail/brand/follow"
	"github.com/polyorg/polyorg/internal/recipients"
)

// leading runs the controllers while this replica leads. They have a manager and a cache of their own. A look-up that they register in a
// cache starts a watch, and a standby must watch nothing but what its view needs. The cache takes its events from the view's watches.
type leading struct {
	kube   *rest.Config
	scheme *runtime.Scheme
	config *config.OperatorConfig
	view   *facts.View
	// delivery sends e-mails; nil without a mail server.
	delivery   *delivery.Reconciler
	recipients *recipients.Store
	branding   *follow.Follower // nil: nothing decides how e-mails look but the program
}

var _ manager.LeaderElectionRunnable = (*leading)(nil)

// NeedLeaderElection is true: one replica runs the controllers.
func (l *leading) NeedLeaderElection() bool { return true }

// syncTime bounds the wait for the view. A leader that cannot act gives the lead to another replica.
const syncTime = 2 * time.Minute

// awaitView waits for the view, which the controllers' cache follows.
func (l *leading) awaitView(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, syncTime)
	defer cancel()
	if err := l.view.AwaitSync(waiting); err != nil && ctx.Err() == nil {
		return fmt.Errorf("the view has not seen every kind within %s: %w", syncTime, err)
	}
	return nil
}

// brandingTime bounds the wait for the ConfigMap of e-mails. E-mails that leave without it are better than none.
const brandingTime = 10 * time.Second

// awaitBranding lets no e-mail leave in another look, only because the operator has just started.
func (l *leading) awaitBranding(ctx context.Context) {
	if l.branding == nil {
		return
	}
	waiting, cancel := context.WithTimeout(ctx, brandingTime)
	defer cancel()
	if err := l.branding.Await(waiting); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "E-mails have the built-in look for now")
	}
}

// Start runs the controllers until the context ends. An error ends the replica.
func (l *leading) Start(ctx context.Context) error {
	if err := l.awaitView(ctx); err != nil {
		return err
	}
	l.awaitBranding(ctx)
	mgr, err := ctrl.NewManager(l.kube, ctrl.Options{
		Scheme:     l.scheme,
		Cache:      controllers.CacheBeside(l.view, &l.config.Ingress),
		Controller: controllers.Concurrency(),
		Metrics:    metricsserver.Options{BindAddress: "0"}, // the replica's metrics include them
	})
	if err != nil {
		return err
	}
	if err := controllers.SetupAll(ctx, mgr, controllers.Options{Config: l.config, Clock: clock.RealClock{}, View: l.view, Delivery: l.delivery, Recipients: l.recipients, Branding: l.branding}); err != nil {
		return err
	}
	if err := mgr.Add(releaseAfter(mgr.GetCache().WaitForCacheSync)); err != nil {
		return err
	}
	return mgr.Start(ctx)
}
