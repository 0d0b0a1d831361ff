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

// Requests are one for each object that a look-up finds.
func Requests(ctx context.Context, r client.Reader, list client.ObjectList, opts ...client.ListOption) []reconcile.Request {
	var requests []reconcile.Request
	err := r.List(ctx, list, opts...)
	if err == nil {
		err = meta.EachListItem(list, func(o runtime.Object) error {
			if obj, ok := o.(client.Object); ok {
				requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(obj)})
			}
			return nil
		})
	}
	if err != nil { // a cache that answers no look-up is a mistake in this program; there is nobody to return it to
		log.FromContext(ctx).Error(err, "Cannot find what to reconcile")
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
