// SPDX-License-Identifier: Apache-2.0

package user

import (
	"sync"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// memory keeps the choices in Users that were deleted past admission, until these are made again.
type memory struct {
	chosen  sync.Map // by the User's name, the default organization that its person chose, or nothing
	removed sync.Map // by the User's name, the UID of one that the operator deletes itself: its choice is not kept
}

// deletions notes each deletion before the controller learns of it. It passes no other event, because other predicates do.
func (m *memory) deletions() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		UpdateFunc: func(event.UpdateEvent) bool { return false },
		DeleteFunc: func(e event.DeleteEvent) bool {
			u, ok := e.Object.(*v1alpha1.User)
			if own := m.removed.CompareAndDelete(e.Object.GetName(), e.Object.GetUID()); ok && !own {
				m.chosen.Store(u.Name, u.Spec.DefaultOrganization)
			}
			return true
		},
	}
}

// recall is the choice of the person of a deleted User; it is returned once.
func (m *memory) recall(name string) (chosen string, deleted bool) {
	value, deleted := m.chosen.LoadAndDelete(name)
	if !deleted {
		return "", false
	}
	return value.(string), true
}

// tellAgain reports that somebody's User was deleted, and what was restored.
func (r *Reconciler) tellAgain(u *v1alpha1.User) {
	r.Events.Eventf(u, nil, corev1.EventTypeWarning, v1alpha1.ReasonMadeAgain, "Create", "%s",
		"It was deleted past admission while its person had organizations or invitations. It is made again with the default "+
			"organization that they chose; if a choice was due (F3), that is forgotten")
}
