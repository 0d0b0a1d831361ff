// SPDX-License-Identifier: Apache-2.0

// Package integrationbinding says of each binding whether its account is bound (G1).
package integrationbinding

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/grant"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/world"
	"github.com/polyorg/polyorg/internal/rules"
)

// Reconciler keeps the status of bindings. It sees that credentials exist, and never reads them.
type Reconciler struct {
	Client client.Client
	// Own is for objects of the controller's own kind. It sees its own writes.
	Own    client.Client
	Desk   *grant.Desk
	Clock  clock.PassiveClock
	Events events.EventRecorder
}

// +kubebuilder:rbac:groups=polyorg.io,resources=integrationbindings,verbs=get;list;watch
// +kubebuilder:rbac:groups=polyorg.io,resources=integrationbindings/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations;platformpolicies,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch

// Reconcile says whether one binding is in force.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	keeper := status.Keeper[*v1alpha1.IntegrationBinding]{Client: r.Own, Clock: r.Clock, Events: r.Events, Parts: parts}
	return keeper.Keep(ctx, req, &v1alpha1.IntegrationBinding{}, r.step)
}

func parts(b *v1alpha1.IntegrationBinding) (*[]metav1.Condition, *int64) {
	return &b.Status.Conditions, &b.Status.ObservedGeneration
}

func (r *Reconciler) step(ctx context.Context, b *v1alpha1.IntegrationBinding, say status.Conditions, now time.Time) (time.Duration, error) {
	org, err := grant.Organization(ctx, r.Client, b, say)
	if err != nil || org == nil {
		return 0, err
	}
	if known, err := r.catalogued(ctx, b, say); err != nil || !known {
		return 0, err
	}
	given, err := r.Desk.Give(ctx, b, say)
	if err != nil || !given {
		return 0, err
	}
	return 0, r.bind(ctx, b, say, now)
}

// catalogued reports whether the catalogue has the application of a binding, and else says so (G3). A binding that was granted its account
// keeps it, whatever the catalogue becomes (L9).
func (r *Reconciler) catalogued(ctx context.Context, b *v1alpha1.IntegrationBinding, say status.Conditions) (bool, error) {
	if rules.Granted(b) {
		return true, nil
	}
	w := world.New("")
	if err := world.AddPolicy(ctx, w, r.Client); err != nil {
		return false, err
	}
	unknown := rules.Catalogued(w.Outlook(), b.Spec)
	if len(unknown) == 0 {
		return true, nil
	}
	say.Stalled(v1alpha1.ReasonApplicationUnknown, unknown.String())
	return false, nil
}

// bind puts the binding in force, once its credentials exist.
func (r *Reconciler) bind(ctx context.Context, b *v1alpha1.IntegrationBinding, say status.Conditions, now time.Time) error {
	missing, err := r.credentialsMissing(ctx, b)
	switch {
	case err != nil:
		return err
	case missing:
		say.Waiting(v1alpha1.ReasonCredentialsNotFound, "The Secret "+b.Spec.CredentialsSecretRef.Name+" is not there yet")
		return nil
	}
	if b.Status.BoundAt == nil {
		b.Status.BoundAt = &metav1.Time{Time: now.Truncate(time.Second)}
	}
	say.Ready(v1alpha1.ReasonBound, "The organization is joined to the account")
	return nil
}

func (r *Reconciler) credentialsMissing(ctx context.Context, b *v1alpha1.IntegrationBinding) (bool, error) {
	if b.Spec.CredentialsSecretRef == nil {
		return false, nil
	}
	secret := &metav1.PartialObjectMetadata{}
	secret.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Secret"))
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: b.Namespace, Name: b.Spec.CredentialsSecretRef.Name}, secret)
	return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
}
