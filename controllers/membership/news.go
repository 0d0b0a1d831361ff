// SPDX-License-Identifier: Apache-2.0

package membership

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// news tells those who administer an organization what happened to a member. Memberships that the platform writes come in great numbers, and
// its pipeline has told already; that of a new organization's super admin is no news.
func (r *Reconciler) news(before, after *v1alpha1.Membership) {
	user, role := after.Spec.User, string(after.Status.Role)
	had := rules.Granted(before)
	switch {
	case !rules.Granted(after):
	case !had && after.Spec.Origin == v1alpha1.OriginInvited:
		r.tell(after, v1alpha1.ReasonJoined, user+" joined as "+role)
	case !had:
	case shown(before) != shown(after) && shown(after) == v1alpha1.ReasonSuspended:
		r.tell(after, v1alpha1.ReasonSuspended, user+" is suspended")
	case shown(before) == v1alpha1.ReasonSuspended && shown(after) == v1alpha1.ReasonActive:
		r.tell(after, v1alpha1.ReasonReinstated, user+" is no longer suspended")
	case before.Status.Role != after.Status.Role && after.Status.Role == v1alpha1.RoleSuperAdmin:
		r.tell(after, v1alpha1.ReasonTransferred, user+" is the super admin from now on")
	}
}

// shown is the reason that a membership's Ready has.
func shown(m *v1alpha1.Membership) string {
	if ready := meta.FindStatusCondition(m.Status.Conditions, v1alpha1.ConditionReady); ready != nil {
		return ready.Reason
	}
	return ""
}

func (r *Reconciler) tell(m *v1alpha1.Membership, reason, note string) {
	r.Events.Eventf(m, nil, corev1.EventTypeNormal, reason, "Reconcile", "%s", note)
}

// farewells tells of members who are gone. It wakes no controller.
func (r *Reconciler) farewells() handler.EventHandler {
	return handler.Funcs{
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, _ workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			m, ok := e.Object.(*v1alpha1.Membership)
			if ok && rules.Granted(m) && r.outlived(ctx, m) {
				r.tell(m, v1alpha1.ReasonMemberLeft, m.Spec.User+" is no longer a member")
			}
		},
	}
}

// outlived reports whether the organization of a former member lives. If it ends, all of its members go, which is no news.
func (r *Reconciler) outlived(ctx context.Context, m *v1alpha1.Membership) bool {
	var org v1alpha1.Organization
	err := r.Client.Get(ctx, client.ObjectKey{Name: facts.OrganizationOf(m.Namespace)}, &org)
	if client.IgnoreNotFound(err) != nil {
		log.FromContext(ctx).Error(err, "An event is lost: a member left", "membership", m.Name)
	}
	return err == nil && !rules.Ending(&org)
}
