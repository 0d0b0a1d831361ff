// SPDX-License-Identifier: Apache-2.0

package preset

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/polyorg/polyorg/internal/route"
)

// MiddlewareKind is Traefik's object that changes or refuses requests.
var MiddlewareKind = schema.GroupVersionKind{Group: "traefik.io", Version: "v1alpha1", Kind: "Middleware"}

// traefikMiddlewares lists the Middlewares of an Ingress, as <namespace>-<name>@kubernetescrd, with commas between.
const traefikMiddlewares = "traefik.ingress.kubernetes.io/router.middlewares"

// traefik puts ours first: a refused address must not reach a Middleware of the platform's own that asks another server.
func traefik(annotations map[string]string, p route.Plan, namespace string) []*unstructured.Unstructured {
	middlewares := Middlewares(p, namespace)
	var names []string
	for _, m := range middlewares {
		names = append(names, namespace+"-"+m.GetName()+"@kubernetescrd")
	}
	if theirs := annotations[traefikMiddlewares]; theirs != "" {
		names = append(names, theirs)
	}
	annotations[traefikMiddlewares] = strings.Join(names, ",")
	return middlewares
}

// Middlewares are Traefik's objects for the hosts that lead to a back end, in the order in which a request passes them. Each of them does one
// thing, as Traefik wants it. They have no labels and no owner yet.
func Middlewares(p route.Plan, namespace string) []*unstructured.Unstructured {
	// Traefik removes a header whose value is empty. So nobody can forge it towards the portal, either.
	set := map[string]any{"customRequestHeaders": map[string]any{Header: p.Organization}}
	return append(Refusing(p, namespace), middleware(p, "header", namespace, "headers", set))
}

// Refusing are the Middlewares that refuse requests.
func Refusing(p route.Plan, namespace string) []*unstructured.Unstructured {
	var all []*unstructured.Unstructured
	if len(p.Allow) > 0 {
		networks := make([]any, len(p.Allow))
		for i, network := range p.Allow {
			networks[i] = network
		}
		all = append(all, middleware(p, "allow", namespace, "ipAllowList", map[string]any{"sourceRange": networks}))
	}
	if p.MaxBody > 0 {
		all = append(all, middleware(p, "body", namespace, "buffering", map[string]any{"maxRequestBodyBytes": p.MaxBody}))
	}
	return all
}

func middleware(p route.Plan, part, namespace, what string, does map[string]any) *unstructured.Unstructured {
	m := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{what: does}}}
	m.SetGroupVersionKind(MiddlewareKind)
	m.SetNamespace(namespace)
	m.SetName(p.Name(part, namespace))
	return m
}
