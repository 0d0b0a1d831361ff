// SPDX-License-Identifier: Apache-2.0

// Package platformpolicy shows whether the platform's numbers are in force.
package platformpolicy

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/internal/rules"
)

// Reconciler keeps the status of the PlatformPolicy. The numbers are in force as soon as the policy is stored.
type Reconciler struct {
	Client client.Client
	Clock  clock.PassiveClock
	Events events.EventRecorder
}

// +kubebuilder:rbac:groups=polyorg.io,resources=platformpolicies,verbs=get;list;watch
// +kubebuilder:rbac:groups=polyorg.io,resources=platformpolicies/status,verbs=get;patch

// SetupWithManager registers the controller.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return wake.For(mgr, &v1alpha1.PlatformPolicy{}).Complete(r)
}

// Reconcile says what is wrong with a policy that got past admission.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	keeper := status.Keeper[*v1alpha1.PlatformPolicy]{Client: r.Client, Clock: r.Clock, Events: r.Events, Parts: parts}
	return keeper.Keep(ctx, req, &v1alpha1.PlatformPolicy{}, step)
}

func parts(p *v1alpha1.PlatformPolicy) (*[]metav1.Condition, *int64) {
	return &p.Status.Conditions, &p.Status.ObservedGeneration
}

func step(_ context.Context, p *v1alpha1.PlatformPolicy, say status.Conditions, _ time.Time) (time.Duration, error) {
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
