// SPDX-License-Identifier: Apache-2.0

// Package membership says of each membership whether it gives access, and in which role (R1, R7).
package membership

import (
	"cmp"
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/grant"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/rules"
)

// Reconciler keeps the status of memberships, and grants them their place once (L9).
type Reconciler struct {
	Client client.Client
	// Own is for objects of the controller's own kind. It sees its own writes.
	Own    client.Client
	Desk   *grant.Desk
	Clock  clock.PassiveClock
	Events events.EventRecorder
}

// +kubebuilder:rbac:groups=polyorg.io,resources=memberships,verbs=get;list;watch
// +kubebuilder:rbac:groups=polyorg.io,resources=memberships/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations;invitations;platformpolicies,verbs=get;list;watch

// Reconcile keeps the status of one membership.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	keeper := status.Keeper[*v1alpha1.Membership]{Client: r.Own, Clock: r.Clock, Events: r.Events, Parts: parts, News: r.news}
	return keeper.Keep(ctx, req, &v1alpha1.Membership{}, r.step)
}

func parts(m *v1alpha1.Membership) (*[]metav1.Condition, *int64) {
	return &m.Status.Conditions, &m.Status.ObservedGeneration
}

func (r *Reconciler) step(ctx context.Context, m *v1alpha1.Membership, say status.Conditions, _ time.Time) (time.Duration, error) {
	m.Status.UserType = cmp.Or(m.Spec.UserType, v1alpha1.UserTypeInternal)
	m.Status.Origin = cmp.Or(m.Spec.Origin, v1alpha1.OriginProvisioned)
	if !rules.Granted(m) {
		m.Status.Invitation = accepted(m)
	}
	m.Status.Role = ""
	if m.DeletionTimestamp != nil {
		say.Waiting(v1alpha1.ReasonTerminating, "The membership is being deleted")
		return 0, nil
	}
	org, err := grant.Organization(ctx, r.Client, m, say)
	if err != nil || org == nil {
		return 0, err
	}
	m.Status.Role = roleInForce(m, org)
	given, err := r.Desk.Give(ctx, m, say)
	switch {
	case err != nil || !given:
		return 0, err
	case m.Spec.Suspended:
		say.Ready(v1alpha1.ReasonSuspended, "Suspended, as its spec asks: it gives no access and holds no seat")
	default:
		say.Ready(v1alpha1.ReasonActive, "Gives access to the organization")
	}
	return 0, nil
}

// roleInForce is SuperAdmin where the organization says so, and nowhere else (R1).
func roleInForce(m *v1alpha1.Membership, org *v1alpha1.Organization) v1alpha1.Role {
	if m.Spec.User == org.Spec.SuperAdmin {
		return v1alpha1.RoleSuperAdmin
	}
	return m.Spec.Role
}
