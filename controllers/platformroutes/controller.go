// SPDX-License-Identifier: Apache-2.0

// Package platformroutes routes the hosts that belong to no organization: the portal's, and the base domain, which leads there.
package platformroutes

import (
	"context"
	"strings"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/polyorg/polyorg/controllers/internal/routes"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
)

// Reconciler keeps the routes of the configuration. They have no object of their own kind to be woken by: the leader's start is their beginning.
type Reconciler struct {
	Routes *routes.Keeper
	Config *config.OperatorConfig

	told string // what was logged last, so that it is logged once
}

// platform is the only request.
var platform = reconcile.Request{NamespacedName: client.ObjectKey{Name: "platform"}}

// SetupWithManager registers the controller. It looks at the start, and whenever one of its routes changes.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	b := ctrl.NewControllerManagedBy(mgr).Named("platformroutes").WatchesRawSource(source.Func(atStart)).
		WithOptions(controller.Options{RateLimiter: wake.BackOff()})
	for _, kind := range routes.Kinds(&r.Config.Ingress) {
		b = b.Watches(kind, handler.EnqueueRequestsFromMapFunc(ofPlatform))
	}
	return b.Complete(r)
}

func atStart(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	queue.Add(platform)
	return nil
}

func ofPlatform(_ context.Context, obj client.Object) []reconcile.Request {
	if !routes.OfPlatform(obj) {
		return nil
	}
	return []reconcile.Request{platform}
}

// Reconcile applies the routes, and removes those that the configuration has no longer.
func (r *Reconciler) Reconcile(ctx context.Context, _ ctrl.Request) (ctrl.Result, error) {
	plan := route.Platform(r.Config)
	if err := r.Routes.Keep(ctx, plan); err != nil {
		return ctrl.Result{}, err
	}
	answer, err := r.Routes.Answer(ctx, plan)
	if err != nil {
		return ctrl.Result{}, err
	}
	r.tell(ctx, answer)
	again, err := r.Routes.Retire(ctx, plan, answer.Taken)
	return ctrl.Result{RequeueAfter: again}, err
}

// tell logs why people cannot sign in. No object has a condition for it.
func (r *Reconciler) tell(ctx context.Context, a routes.Answer) {
	var problems []string
	for _, text := range []string{a.Refused, a.Conflict} {
		if text != "" {
			problems = append(problems, text)
		}
	}
	text := strings.Join(problems, "; ")
	if text != "" && text != r.told {
		ctrl.LoggerFrom(ctx).Info("The portal's host may not be served", "portal", r.Config.Ingress.PortalHost(), "reason", text)
	}
	r.told = text
}
