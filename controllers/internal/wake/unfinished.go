// SPDX-License-Identifier: Apache-2.0

package wake

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
)

// Parts points to the conditions of an object, and to the generation that its status is about.
type Parts[T client.Object] func(T) (*[]metav1.Condition, *int64)

// unfinishedFirst wakes a controller for each object of its kind. A new leader finds all objects in its first list. Most of them only need
// a look, and those come last. An object whose status is not about its present spec was written while nobody led, and comes before them.
type unfinishedFirst[T client.Object] struct {
	handler.EnqueueRequestForObject

	parts Parts[T]
}

// Create adds a request for an object that is new, or in the first list.
func (u *unfinishedFirst[T]) Create(ctx context.Context, e event.CreateEvent, q queue) {
	ranked, ok := q.(priorityqueue.PriorityQueue[request])
	if !ok || !e.IsInInitialList || u.finished(e.Object) {
		u.EnqueueRequestForObject.Create(ctx, e, q)
		return
	}
	ranked.AddWithOpts(priorityqueue.AddOpts{Priority: ptr.To(unfinished)}, request{NamespacedName: client.ObjectKeyFromObject(e.Object)})
}

func (u *unfinishedFirst[T]) finished(object client.Object) bool {
	obj, ok := object.(T)
	if !ok {
		return true
	}
	_, observed := u.parts(obj)
	return *observed == obj.GetGeneration() && obj.GetDeletionTimestamp() == nil
}
