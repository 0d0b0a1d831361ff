// SPDX-License-Identifier: Apache-2.0

package routes

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route/preset"
)

// kind is a kind of objects that plans are printed as.
type kind struct {
	schema.GroupVersionKind
	// helper says that routes refer to such an object.
	helper bool
	// object and list are empty ones. Kinds that others read from the cache too have their types, so that the cache holds them once.
	object func() client.Object
	list   func() client.ObjectList
}

var (
	ingresses = kind{
		GroupVersionKind: networkingv1.SchemeGroupVersion.WithKind("Ingress"),
		object:           func() client.Object { return &networkingv1.Ingress{} },
		list:             func() client.ObjectList { return &networkingv1.IngressList{} },
	}
	httpRoutes = kind{
		GroupVersionKind: gatewayapi.SchemeGroupVersion.WithKind("HTTPRoute"),
		object:           func() client.Object { return &gatewayapi.HTTPRoute{} },
		list:             func() client.ObjectList { return &gatewayapi.HTTPRouteList{} },
	}
	grants      = untyped(schema.GroupVersionKind{Group: gatewayapi.GroupName, Version: "v1beta1", Kind: "ReferenceGrant"})
	middlewares = untyped(preset.MiddlewareKind)
)

// untyped is a kind of helpers that nobody else reads.
func untyped(gvk schema.GroupVersionKind) kind {
	return kind{gvk, true, func() client.Object {
		u := &unstructured.Unstructured{}
		u.SetGroupVersionKind(gvk)
		return u
	}, func() client.ObjectList {
		u := &unstructured.UnstructuredList{}
		u.SetGroupVersionKind(gvk.GroupVersion().WithKind(gvk.Kind + "List"))
		return u
	}}
}

// used are the kinds that a configuration needs. No other has to be in the cluster.
func used(i *config.Ingress) []kind {
	var kinds []kind
	if i.Mode == config.RouteByGateway {
		kinds = append(kinds, httpRoutes, grants)
	} else {
		kinds = append(kinds, ingresses)
	}
	if i.Controller == config.ControllerTraefik {
		kinds = append(kinds, middlewares)
	}
	return kinds
}

// unused are the kinds that only another configuration needs.
func unused(i *config.Ingress) []kind {
	var kinds []kind
	for _, k := range []kind{ingresses, httpRoutes, grants, middlewares} {
		if !slices.ContainsFunc(used(i), func(u kind) bool { return u.GroupVersionKind == k.GroupVersionKind }) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// Kinds has an empty object of each kind that a configuration needs, to watch it.
func Kinds(i *config.Ingress) []client.Object {
	var objects []client.Object
	for _, k := range used(i) {
		objects = append(objects, k.object())
	}
	return objects
}
