// SPDX-License-Identifier: Apache-2.0

// Package wake selects the events that wake a controller, and the delay before it tries again after a failure.
package wake

import (
	"maps"
	"slices"
	"time"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

const (
	// shortest is the delay after the first failure. Each further failure doubles it.
	shortest = 5 * time.Millisecond
	// longest is the longest delay, so that the controller soon notices when the cause is gone.
	longest = 2 * time.Minute
)

// For begins a controller of one kind. A write by somebody else wakes it, and so do the changes that the other predicates pass. The
// controller's own write of the status does not: a failed attempt would lead to the next one at once.
//
// The controller has its name and its workers from the kind, so the builder must be told the kind. No event reaches it that way, because
// the builder's own handler knows neither tenants nor unfinished objects.
func For[T client.Object](mgr ctrl.Manager, obj T, parts Parts[T], also ...predicate.Predicate) *builder.Builder {
	return ctrl.NewControllerManagedBy(mgr).
		For(obj, builder.WithPredicates(nothing)).
		Watches(obj, ByTenant(&unfinishedFirst[T]{parts: parts}), builder.WithPredicates(predicate.Or(append(also, Written)...))).
		WithOptions(controller.Options{RateLimiter: BackOff(), NewQueue: newFair})
}

// Alone begins a second controller of a kind, under a name of its own. Only what the predicate passes wakes it.
func Alone(mgr ctrl.Manager, name string, obj client.Object, passes predicate.Predicate) *builder.Builder {
	return ctrl.NewControllerManagedBy(mgr).Named(name).
		For(obj, builder.WithPredicates(nothing)).
		Watches(obj, ByTenant(&handler.EnqueueRequestForObject{}), builder.WithPredicates(passes)).
		WithOptions(controller.Options{RateLimiter: BackOff(), NewQueue: newFair})
}

// nothing passes no event.
var nothing = predicate.NewPredicateFuncs(func(client.Object) bool { return false })

// BackOff is how long each object waits after its failures. There is no bound for all of them together: the number of workers is that
// bound.
func BackOff() workqueue.TypedRateLimiter[request] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[request](shortest, longest)
}

// Written passes everything but a change of the status. It also passes an object that did not change at all, because the cache shows
// everything again from time to time.
var Written = Changes(func(was, is client.Object) bool {
	return was.GetResourceVersion() == is.GetResourceVersion() ||
		was.GetUID() != is.GetUID() ||
		was.GetGeneration() != is.GetGeneration() ||
		!was.GetDeletionTimestamp().Equal(is.GetDeletionTimestamp()) ||
		!maps.Equal(was.GetLabels(), is.GetLabels()) ||
		!maps.Equal(was.GetAnnotations(), is.GetAnnotations()) ||
		!slices.Equal(was.GetFinalizers(), is.GetFinalizers())
})

// Changes passes creations and deletions, and the changes that a function selects.
func Changes(passes func(was, is client.Object) bool) predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool { return passes(e.ObjectOld, e.ObjectNew) }}
}
