// SPDX-License-Identifier: Apache-2.0

// Package organizationrequest carries out what people ask for in their organizations: a default, leaving, a change, the end (R9).
package organizationrequest

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/act"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/internal/rules"
)

// Reconciler carries out each request once. Its writes are judged as if the request's author made them: it says by the field manager which
// request it carries out.
type Reconciler struct {
	Client client.Client
	// Own is for objects of the controller's own kind. It sees its own writes.
	Own client.Client
	// Live reads past the cache, one object by its name each time.
	Live   client.Reader
	Clock  clock.PassiveClock
	Events events.EventRecorder
}

// +kubebuilder:rbac:groups=polyorg.io,resources=organizationrequests,verbs=get;list;watch;delete
// +kubebuilder:rbac:groups=polyorg.io,resources=organizationrequests/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations,verbs=get;list;watch;update;delete
// +kubebuilder:rbac:groups=polyorg.io,resources=memberships,verbs=get;list;watch;delete
// +kubebuilder:rbac:groups=polyorg.io,resources=users,verbs=get;list;watch;patch

// SetupWithManager registers the controller. A choice of a default waits for its author's User, if that is not made yet.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return wake.For(mgr, &v1alpha1.OrganizationRequest{}, parts).
		Watches(&v1alpha1.User{}, handler.EnqueueRequestsFromMapFunc(r.ofUser), builder.WithPredicates(comes)).
		Complete(r)
}

// comes passes new objects alone.
var comes = predicate.Funcs{
	UpdateFunc: func(event.UpdateEvent) bool { return false },
	DeleteFunc: func(event.DeleteEvent) bool { return false },
}

// Reconcile carries out one request, and removes it an hour later.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	keeper := status.Keeper[*v1alpha1.OrganizationRequest]{Client: r.Own, Clock: r.Clock, Events: r.Events, Parts: parts}
	clerk := act.Clerk[*v1alpha1.OrganizationRequest]{
		Client: r.Client, CarryOut: r.carryOut, Look: r.look, Lapses: rules.RequestLapses, Completed: completed,
	}
	return keeper.Keep(ctx, req, &v1alpha1.OrganizationRequest{}, clerk.Step)
}

func parts(r *v1alpha1.OrganizationRequest) (*[]metav1.Condition, *int64) {
	return &r.Status.Conditions, &r.Status.ObservedGeneration
}

func completed(r *v1alpha1.OrganizationRequest) **metav1.Time { return &r.Status.CompletedAt }
