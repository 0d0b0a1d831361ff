// SPDX-License-Identifier: Apache-2.0

package index

import (
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// Frees passes changes that may leave room for an object that waits for a place. That is a deletion, a change of spec, or
// an object that states no fact any more, such as a finished invitation. A new object leaves no room.
var Frees = predicate.Funcs{
	CreateFunc:  func(event.CreateEvent) bool { return false },
	GenericFunc: func(event.GenericEvent) bool { return false },
	UpdateFunc: func(e event.UpdateEvent) bool {
		return e.ObjectOld.GetGeneration() != e.ObjectNew.GetGeneration() || statesFacts(e.ObjectOld) && !statesFacts(e.ObjectNew)
	},
}

func statesFacts(obj client.Object) bool { return len(facts.Of(obj, "")) > 0 }

// GrantChanged passes the change by which an object is given its place or refused it. Objects that belong to it wait for that.
var GrantChanged = Updates(func(was, is client.Object) bool {
	return rules.Granted(was) != rules.Granted(is) || rules.Judged(was) != rules.Judged(is)
})

// Judged passes two changes: an object's place is decided, or the object goes undecided.
var Judged = predicate.Or(Gone, Updates(func(was, is client.Object) bool { return rules.Judged(was) != rules.Judged(is) }))

// Gone passes the end of an object.
var Gone = predicate.Funcs{
	CreateFunc:  func(event.CreateEvent) bool { return false },
	UpdateFunc:  func(event.UpdateEvent) bool { return false },
	GenericFunc: func(event.GenericEvent) bool { return false },
}

// Updates passes the changes that a function selects.
func Updates(passes func(was, is client.Object) bool) predicate.Funcs {
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		DeleteFunc:  func(event.DeleteEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
		UpdateFunc:  func(e event.UpdateEvent) bool { return passes(e.ObjectOld, e.ObjectNew) },
	}
}
