// SPDX-License-Identifier: Apache-2.0

// Package hostreservation frees hosts when their reservation is over (A6, A7).
package hostreservation

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/reservation"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/wake"
)

// Reconciler deletes each reservation at the very moment at which it ends.
type Reconciler struct {
	Client client.Client
	// Own is for objects of the controller's own kind. It sees its own writes.
	Own    client.Client
	Clock  clock.PassiveClock
	Events events.EventRecorder
}

// +kubebuilder:rbac:groups=polyorg.io,resources=hostreservations,verbs=get;list;watch;patch;delete
// +kubebuilder:rbac:groups=polyorg.io,resources=hostreservations/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// SetupWithManager registers the controller.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return wake.For(mgr, &v1alpha1.HostReservation{}, parts).Complete(r)
}

// Reconcile shows that a reservation is in force, and ends it in time.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	keeper := status.Keeper[*v1alpha1.HostReservation]{Client: r.Own, Clock: r.Clock, Events: r.Events, Parts: parts}
	return keeper.Keep(ctx, req, &v1alpha1.HostReservation{}, r.step)
}

func parts(h *v1alpha1.HostReservation) (*[]metav1.Condition, *int64) {
	return &h.Status.Conditions, &h.Status.ObservedGeneration
}

func (r *Reconciler) step(ctx context.Context, h *v1alpha1.HostReservation, say status.Conditions, now time.Time) (time.Duration, error) {
	if h.DeletionTimestamp != nil {
		return 0, nil
	}
	if held := h.Spec.HeldFor != nil; !held && h.Spec.RedirectTo != "" && reservation.OperatorWrites(h, reservation.RedirectTo) {
		return 0, r.endRedirect(ctx, h)
	}
	end := h.Spec.ExpiresAt
	if end == nil {
		say.Ready(v1alpha1.ReasonReserved, "Nobody else can take the host")
		return 0, nil
	}
	if !now.Before(end.Time) {
		return 0, child.DeleteUnchanged(ctx, r.Client, h) // a reservation that was prolonged meanwhile stays
	}
	say.Ready(v1alpha1.ReasonReserved, "Nobody else can take the host until "+end.UTC().Format(time.RFC3339))
	return end.Sub(now), nil
}

// endRedirect removes the operator's redirect from a reservation of which the platform has taken out the organization. That change brings the
// controller back.
func (r *Reconciler) endRedirect(ctx context.Context, h *v1alpha1.HostReservation) error {
	changed := h.DeepCopy()
	changed.Spec.RedirectTo = ""
	patch := client.MergeFromWithOptions(h, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, changed, patch, client.FieldOwner(v1alpha1.FieldOwner)); err != nil {
		return client.IgnoreNotFound(err)
	}
	return status.ErrNotYet
}
