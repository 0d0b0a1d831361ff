// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"maps"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Shared lists the cache's own objects without copies. The caller must change none of them.
const Shared = client.UnsafeDisableDeepCopy

// Each calls f with every object that a look-up finds. They are the cache's own: f must not change them.
func Each(ctx context.Context, r client.Reader, list client.ObjectList, f func(client.Object), opts ...client.ListOption) error {
	if err := r.List(ctx, list, append(opts, Shared)...); err != nil {
		return err
	}
	return meta.EachListItem(list, func(o runtime.Object) error {
		if obj, ok := o.(client.Object); ok {
			f(obj)
		}
		return nil
	})
}

// Find lists the objects that a look-up finds. It logs an error instead of returning it. Only a mistake in this program causes one, and an
// event handler has no caller to return it to.
func Find(ctx context.Context, r client.Reader, list client.ObjectList, opts ...client.ListOption) []client.Object {
	var found []client.Object
	if err := Each(ctx, r, list, func(obj client.Object) { found = append(found, obj) }, opts...); err != nil {
		log.FromContext(ctx).Error(err, "Cannot find what to reconcile")
	}
	return found
}

// Requests returns one request for each object that a look-up finds.
func Requests(ctx context.Context, r client.Reader, list client.ObjectList, opts ...client.ListOption) []reconcile.Request {
	var requests []reconcile.Request
	for _, obj := range Find(ctx, r, list, opts...) {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(obj)})
	}
	return requests
}

// Named is one request for a cluster-scoped object, or none without a name.
func Named(name string) []reconcile.Request {
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Name: name}}}
}

// WaitingBy returns requests for the objects that wait for a place, among those that the fields and options find.
func WaitingBy(ctx context.Context, r client.Reader, list client.ObjectList, by client.MatchingFields, opts ...client.ListOption) []reconcile.Request {
	waiting := client.MatchingFields{Waiting: Yes}
	maps.Copy(waiting, by)
	return Requests(ctx, r, list, append(opts, waiting)...)
}
