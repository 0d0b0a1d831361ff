// SPDX-License-Identifier: Apache-2.0

// Package platformpolicy shows whether the platform's numbers are in force, and whether the rules are enforced at all.
package platformpolicy

import (
	"context"
	"errors"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/source"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/internal/rules"
)

// Reconciler keeps the status of the PlatformPolicy. The numbers are in force as soon as the policy is stored.
type Reconciler struct {
	Client client.Client
	// Own is for objects of the controller's own kind. It sees its own writes.
	Own    client.Client
	Clock  clock.PassiveClock
	Events events.EventRecorder
	// Enforcement runs with the controller, and wakes it.
	Enforcement *Enforcement
	// Branding does too; nil: no ConfigMap decides how e-mails and pages look.
	Branding *Branding
}

// +kubebuilder:rbac:groups=polyorg.io,resources=platformpolicies,verbs=get;list;watch
// +kubebuilder:rbac:groups=polyorg.io,resources=platformpolicies/status,verbs=get;patch;update

// SetupWithManager registers the controller.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	b := wake.For(mgr, &v1alpha1.PlatformPolicy{}, parts).
		WatchesRawSource(source.Channel(r.Enforcement.changed, &handler.EnqueueRequestForObject{}))
	if r.Branding == nil {
		return errors.Join(b.Complete(r), mgr.Add(r.Enforcement))
	}
	b = b.WatchesRawSource(source.Channel(r.Branding.changed, &handler.EnqueueRequestForObject{}))
	return errors.Join(b.Complete(r), mgr.Add(r.Enforcement), mgr.Add(r.Branding))
}

// Reconcile reports the mistakes of a policy that got past admission.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	keeper := status.Keeper[*v1alpha1.PlatformPolicy]{Client: r.Own, Clock: r.Clock, Events: r.Events, Parts: parts}
	return keeper.Keep(ctx, req, &v1alpha1.PlatformPolicy{}, r.step)
}

func parts(p *v1alpha1.PlatformPolicy) (*[]metav1.Condition, *int64) {
	return &p.Status.Conditions, &p.Status.ObservedGeneration
}

func (r *Reconciler) step(_ context.Context, p *v1alpha1.PlatformPolicy, say status.Conditions, _ time.Time) (time.Duration, error) {
	r.Enforcement.say(say)
	r.Branding.say(say)
	platform := rules.Act{Actor: rules.Actor{Platform: true}}
	violations := rules.PlatformPolicy(rules.Outlook{}, platform, nil, p)
	switch {
	case len(violations) == 0:
		say.Ready(v1alpha1.ReasonInForce, "The numbers of this policy are in force")
	case violations[0].Rule == "G3":
		say.Stalled(v1alpha1.ReasonWidensCatalogue, violations.String())
	default:
		say.Stalled(v1alpha1.ReasonInvalid, violations.String())
	}
	return 0, nil
}
