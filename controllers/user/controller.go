// SPDX-License-Identifier: Apache-2.0

// Package user keeps a User for everybody who belongs to an organization or is invited to one. It has their list, their default, and their
// usage of each limit.
package user

import (
	"cmp"
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/tally"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// Reconciler keeps Users. It never changes spec.defaultOrganization: that choice is the person's (F2).
type Reconciler struct {
	Client client.Client
	// Own is for objects of the controller's own kind. It sees its own writes.
	Own    client.Client
	Clock  clock.PassiveClock
	Events events.EventRecorder
	Config *config.OperatorConfig

	overLimit tally.Tally
	memory    memory
}

// +kubebuilder:rbac:groups=polyorg.io,resources=users,verbs=get;list;watch;create;delete
// +kubebuilder:rbac:groups=polyorg.io,resources=users/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations;memberships;invitations;integrationbindings;platformpolicies,verbs=get;list;watch

// Reconcile makes the User of one person, brings it up to date, or removes it when the person has nothing left.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	p, err := r.observe(ctx, req.Name)
	if err != nil {
		return ctrl.Result{}, err
	}
	var u v1alpha1.User
	err = r.Client.Get(ctx, req.NamespacedName, &u)
	switch {
	case apierrors.IsNotFound(err):
		return ctrl.Result{}, r.make(ctx, req.Name, p.email)
	case err != nil:
		return ctrl.Result{}, err
	case p.email == "" && isOurs(&u):
		r.overLimit.Note(overLimit, req.Name, false)
		return ctrl.Result{}, r.remove(ctx, &u)
	}
	if wait := p.wait(&u, r.Clock.Now()); wait > 0 {
		return ctrl.Result{RequeueAfter: wait}, nil
	}
	p.email = u.Spec.Email // also of a person without organizations, if the operator may not remove their User
	keeper := status.Keeper[*v1alpha1.User]{Client: r.Own, Clock: r.Clock, Events: r.Events, Parts: parts}
	return keeper.Keep(ctx, req, &v1alpha1.User{}, func(_ context.Context, u *v1alpha1.User, say status.Conditions, now time.Time) (time.Duration, error) {
		p.tell(u, say, now)
		r.overLimit.Note(overLimit, u.Name, p.overLimit)
		return 0, nil
	})
}

func parts(u *v1alpha1.User) (*[]metav1.Condition, *int64) {
	return &u.Status.Conditions, &u.Status.ObservedGeneration
}

// make makes the User of somebody who has none; the watch brings it back here. One that was deleted past admission comes back with its
// person's choice.
func (r *Reconciler) make(ctx context.Context, name, email string) error {
	chosen, deleted := r.memory.recall(name)
	if email == "" {
		return nil
	}
	labels := map[string]string{v1alpha1.ManagedByLabel: v1alpha1.FieldOwner}
	u := &v1alpha1.User{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Spec:       v1alpha1.UserSpec{Email: email, DefaultOrganization: chosen},
	}
	err := r.Client.Create(ctx, u, client.FieldOwner(v1alpha1.FieldOwner))
	switch {
	case err == nil && deleted:
		r.tellAgain(u)
	case err == nil || apierrors.IsAlreadyExists(err):
	default:
		if deleted {
			r.memory.chosen.Store(name, chosen)
		}
		return fmt.Errorf("create user: %w", err)
	}
	return nil
}

// isOurs reports whether the operator made the User. The operator does not remove a User that a platform actor wrote, for example from Git:
// it would only come back. A User whose name does not follow from its address got past admission, or another version of the operator made
// it. Then the person has another User (U1).
func isOurs(u *v1alpha1.User) bool {
	return u.Labels[v1alpha1.ManagedByLabel] == v1alpha1.FieldOwner || u.Name != identity.ObjectName(u.Spec.Email)
}

// remove deletes the User of a person without organization and invitation. The operator keeps nothing of them, not even their choice of a
// default. If they come back, their first organization is the default again (F1).
func (r *Reconciler) remove(ctx context.Context, u *v1alpha1.User) error {
	if u.DeletionTimestamp != nil {
		return nil
	}
	r.memory.removed.Store(u.Name, u.UID)
	err := child.Delete(ctx, r.Client, u)
	if err != nil {
		r.memory.removed.Delete(u.Name)
	}
	return err
}

// tell writes the status of the person's User.
func (p *person) tell(u *v1alpha1.User, say status.Conditions, now time.Time) {
	u.Status.Organizations = p.organizations()
	u.Status.Invitations = p.listed(now)
	u.Status.Answerable = ptr.To(int32(len(u.Status.Invitations)))
	p.tellDefault(u, say)
	p.tellUsage(u, say)
	say.Ready(v1alpha1.ReasonUpToDate, cmp.Or(summary(u), "In no organization"))
}

func summary(u *v1alpha1.User) string {
	if len(u.Status.Organizations) == 0 {
		return ""
	}
	return "In " + rules.Number(len(u.Status.Organizations), "organization", "organizations")
}
