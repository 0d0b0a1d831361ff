// SPDX-License-Identifier: Apache-2.0

// Package invitationresponse carries answers out: an acceptance becomes a membership, and the invitation gets its final state (I2, I3).
package invitationresponse

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/internal/identity"
)

// keptFor is the time for which an answer can be read after it is done.
const keptFor = time.Hour

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
	person := handler.EnqueueRequestsFromMapFunc(r.ofPerson)
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
	return keeper.Keep(ctx, req, &v1alpha1.InvitationResponse{}, r.step)
}

func parts(a *v1alpha1.InvitationResponse) (*[]metav1.Condition, *int64) {
	return &a.Status.Conditions, &a.Status.ObservedGeneration
}

func (r *Reconciler) step(ctx context.Context, a *v1alpha1.InvitationResponse, say status.Conditions, now time.Time) (time.Duration, error) {
	if a.DeletionTimestamp != nil {
		return 0, nil
	}
	if done := a.Status.CompletedAt; done != nil {
		if left := done.Add(keptFor).Sub(now); left > 0 {
			return left, nil
		}
		return 0, child.Delete(ctx, r.Client, a)
	}
	outcome, err := r.carryOut(ctx, a, now)
	if err != nil {
		return 0, err
	}
	return r.conclude(ctx, a, outcome, say, now)
}

// conclude writes the outcome of an answer. An answer whose organization is gone has no reader, and gives its place up.
func (r *Reconciler) conclude(ctx context.Context, a *v1alpha1.InvitationResponse, o outcome, say status.Conditions, now time.Time) (time.Duration, error) {
	switch {
	case o.orphaned:
		return 0, child.Delete(ctx, r.Client, a)
	case o.waits:
		say.Waiting(o.reason, o.message)
		return 0, nil
	case o.failed:
		say.Stalled(o.reason, o.message)
	default:
		say.Ready(o.reason, o.message)
	}
	done := metav1.NewTime(now.Truncate(time.Second))
	a.Status.CompletedAt = &done
	return done.Add(keptFor).Sub(now), nil
}

// outcome is the outcome of an answer.
type outcome struct {
	reason, message string
	waits           bool // something else has to be decided first
	failed          bool // it could not be carried out, and never will be
	orphaned        bool // its organization is gone
}

func done(reason, message string) outcome { return outcome{reason: reason, message: message} }

func failed(reason, message string) outcome {
	return outcome{reason: reason, message: message, failed: true}
}

func waiting(message string) outcome {
	return outcome{reason: v1alpha1.ReasonPending, message: message, waits: true}
}
