// SPDX-License-Identifier: Apache-2.0

// Package membership says of each membership whether it gives access, and in which role (R1, R7).
package membership

import (
	"cmp"
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/world"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// Reconciler keeps the status of memberships, and grants them their place once (L9).
type Reconciler struct {
	Client client.Client
	Clock  clock.PassiveClock
	Events events.EventRecorder
}

// +kubebuilder:rbac:groups=polyorg.io,resources=memberships,verbs=get;list;watch
// +kubebuilder:rbac:groups=polyorg.io,resources=memberships/status,verbs=get;patch
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations;platformpolicies,verbs=get;list;watch

// Reconcile says what one membership gives.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	keeper := status.Keeper[*v1alpha1.Membership]{Client: r.Client, Clock: r.Clock, Events: r.Events, Parts: parts}
	return keeper.Keep(ctx, req, &v1alpha1.Membership{}, r.step)
}

func parts(m *v1alpha1.Membership) (*[]metav1.Condition, *int64) {
	return &m.Status.Conditions, &m.Status.ObservedGeneration
}

func (r *Reconciler) step(ctx context.Context, m *v1alpha1.Membership, say status.Conditions, _ time.Time) (time.Duration, error) {
	m.Status.UserType = cmp.Or(m.Spec.UserType, v1alpha1.UserTypeInternal)
	m.Status.Origin = cmp.Or(m.Spec.Origin, v1alpha1.OriginProvisioned)

	var org v1alpha1.Organization
	name := facts.OrganizationOf(m.Namespace)
	err := r.Client.Get(ctx, client.ObjectKey{Name: name}, &org)
	switch {
	case name == "" || apierrors.IsNotFound(err):
		m.Status.Role = ""
		say.Waiting(v1alpha1.ReasonOrganizationNotFound, "The organization of this namespace is not there yet")
		return 0, nil
	case err != nil:
		return 0, err
	case org.DeletionTimestamp != nil:
		m.Status.Role = ""
		say.Waiting(v1alpha1.ReasonTerminating, "The organization is being deleted")
		return 0, nil
	}
	m.Status.Role = roleInForce(m, &org)
	return 0, r.grant(ctx, m, say)
}

// roleInForce is SuperAdmin where the organization says so, and nowhere else (R1).
func roleInForce(m *v1alpha1.Membership, org *v1alpha1.Organization) v1alpha1.Role {
	if m.Spec.User == org.Spec.SuperAdmin {
		return v1alpha1.RoleSuperAdmin
	}
	return m.Spec.Role
}

// grant gives the membership its place, once, if the user's limit leaves one.
func (r *Reconciler) grant(ctx context.Context, m *v1alpha1.Membership, say status.Conditions) error {
	within, err := r.mayGrant(ctx, m)
	switch {
	case err != nil:
		return err
	case !within:
		say.False(v1alpha1.ConditionGranted, v1alpha1.ReasonOverLimit, "Older memberships of the user take all places (L1)")
		say.Stalled(v1alpha1.ReasonOverLimit, "The user is in as many organizations as one user can be (L1); leaving one makes room")
		return nil
	}
	say.True(v1alpha1.ConditionGranted, v1alpha1.ReasonGranted, "Within the limits when it was given its place")
	if m.Spec.Suspended {
		say.Off(v1alpha1.ReasonSuspended, "Suspended: gives no access and holds no seat")
		return nil
	}
	say.Ready(v1alpha1.ReasonActive, "Gives access to the organization")
	return nil
}

func (r *Reconciler) mayGrant(ctx context.Context, m *v1alpha1.Membership) (bool, error) {
	if rules.Granted(m) {
		return true, nil
	}
	policy, err := world.Policy(ctx, r.Client)
	if err != nil {
		return false, err
	}
	var all v1alpha1.MembershipList
	if err := r.Client.List(ctx, &all, client.MatchingFields{index.User: identity.ObjectName(m.Spec.User)}); err != nil {
		return false, err
	}
	return rules.MayGrant(policy, m, all.Items), nil
}
