// SPDX-License-Identifier: Apache-2.0

// Package invitationresponse carries answers out: an acceptance becomes a membership, and the invitation gets its final state (I2, I3).
package invitationresponse

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/act"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/internal/identity"
)

// Reconciler carries out each answer once. The order of its writes matters, because it may be killed between any two. It writes first the
// membership, then the invitation's state, and last that the answer is done. The answer's place keeps the first two writes possible until
// then.
type Reconciler struct {
	Client client.Client
	// Own is for objects of the controller's own kind. It sees its own writes.
	Own client.Client
	// Live reads past the cache, one object by its name each time. So an answer finds every object against which it was judged.
	Live   client.Reader
	Clock  clock.PassiveClock
	Events events.EventRecorder
}

// +kubebuilder:rbac:groups=polyorg.io,resources=invitationresponses,verbs=get;list;watch;delete
// +kubebuilder:rbac:groups=polyorg.io,resources=invitationresponses/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=polyorg.io,resources=invitations,verbs=get;list;watch
// +kubebuilder:rbac:groups=polyorg.io,resources=invitations/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=polyorg.io,resources=memberships,verbs=get;list;watch;create
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations,verbs=get;list;watch

// SetupWithManager registers the controller. An acceptance waits until its invitation, and then its membership, are granted their place or
// not. That takes a moment, unless something got past admission. It also waits for the end of a former membership.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	person := wake.ByTenant(handler.EnqueueRequestsFromMapFunc(r.ofPerson))
	judged := builder.WithPredicates(index.Judged)
	return wake.For(mgr, &v1alpha1.InvitationResponse{}, parts).
		Watches(&v1alpha1.Invitation{}, person, judged).
		Watches(&v1alpha1.Membership{}, person, judged).
		Complete(r)
}

// ofPerson are the answers of the person that an object is about.
func (r *Reconciler) ofPerson(ctx context.Context, obj client.Object) []reconcile.Request {
	of := client.MatchingFields{index.User: identity.ObjectName(index.Email(obj))}
	return index.Requests(ctx, r.Client, &v1alpha1.InvitationResponseList{}, of)
}

// Reconcile carries out one answer, and removes it an hour later.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	keeper := status.Keeper[*v1alpha1.InvitationResponse]{Client: r.Own, Clock: r.Clock, Events: r.Events, Parts: parts}
	clerk := act.Clerk[*v1alpha1.InvitationResponse]{Client: r.Client, CarryOut: r.carryOut, Completed: completed}
	return keeper.Keep(ctx, req, &v1alpha1.InvitationResponse{}, clerk.Step)
}

func parts(a *v1alpha1.InvitationResponse) (*[]metav1.Condition, *int64) {
	return &a.Status.Conditions, &a.Status.ObservedGeneration
}

func completed(a *v1alpha1.InvitationResponse) **metav1.Time { return &a.Status.CompletedAt }
