// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/wake"
)

// +kubebuilder:rbac:groups=polyorg.io,resources=invitations,verbs=get;list;watch
// +kubebuilder:rbac:groups=polyorg.io,resources=invitations/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations;memberships,verbs=get;list;watch

// SetupWithManager registers the controller. Only an invitation whose message is due wakes it.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	r.turns = newTurns()
	return wake.Alone(mgr, "delivery", &v1alpha1.Invitation{}, due).Complete(r)
}

// due passes invitations that wait for a message.
var due = predicate.NewPredicateFuncs(func(obj client.Object) bool {
	i, ok := obj.(*v1alpha1.Invitation)
	return ok && delivered.Due(i.Status.Delivery)
})
