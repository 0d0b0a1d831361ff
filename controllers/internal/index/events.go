// SPDX-License-Identifier: Apache-2.0

package index

import (
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// Frees passes what may leave room for those that wait for a place: that an object is deleted, that its spec changes, or that
// it says nothing any more, as an invitation that is over. What is new leaves room for nobody.
var Frees = predicate.Funcs{
	CreateFunc:  func(event.CreateEvent) bool { return false },
	GenericFunc: func(event.GenericEvent) bool { return false },
	UpdateFunc: func(e event.UpdateEvent) bool {
		return e.ObjectOld.GetGeneration() != e.ObjectNew.GetGeneration() || speaks(e.ObjectOld) && !speaks(e.ObjectNew)
	},
}

func speaks(obj client.Object) bool { return len(facts.Of(obj, "")) > 0 }

// GrantChanged passes that an object is given its place or refused it, on which what belongs to it waits.
var GrantChanged = Updates(func(was, is client.Object) bool {
	return rules.Granted(was) != rules.Granted(is) || rules.Judged(was) != rules.Judged(is)
})

// Judged passes that it is decided whether an object is given its place, and that it goes undecided.
var Judged = predicate.Or(Gone, Updates(func(was, is client.Object) bool { return rules.Judged(was) != rules.Judged(is) }))

// Gone passes that an object is not there any more.
var Gone = predicate.Funcs{
	CreateFunc:  func(event.CreateEvent) bool { return false },
	UpdateFunc:  func(event.UpdateEvent) bool { return false },
	GenericFunc: func(event.GenericEvent) bool { return false },
}

// Updates passes those changes of an object for which a function says so.
func Updates(passes func(was, is client.Object) bool) predicate.Funcs {
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		DeleteFunc:  func(event.DeleteEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
		UpdateFunc:  func(e event.UpdateEvent) bool { return passes(e.ObjectOld, e.ObjectNew) },
	}
}
