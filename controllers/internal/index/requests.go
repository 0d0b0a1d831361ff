// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Find lists what a look-up finds. A cache that answers no look-up is a mistake in this program, and there is nobody to return
// it to: it is logged.
func Find(ctx context.Context, r client.Reader, list client.ObjectList, opts ...client.ListOption) []client.Object {
	var found []client.Object
	err := r.List(ctx, list, opts...)
	if err == nil {
		err = meta.EachListItem(list, func(o runtime.Object) error {
			if obj, ok := o.(client.Object); ok {
				found = append(found, obj)
			}
			return nil
		})
	}
	if err != nil {
		log.FromContext(ctx).Error(err, "Cannot find what to reconcile")
	}
	return found
}

// Requests are one for each object that a look-up finds.
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
