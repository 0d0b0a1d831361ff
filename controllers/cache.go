// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"slices"
	"unique"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/routes"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
)

// Cache configures a manager's cache. Of kinds that the whole cluster uses, it holds only the objects that the operator made. It holds all
// RoleBindings, because a condition shows those in an organization's namespace (R7), and no selector finds namespaces by a prefix. It holds the
// hosts of all Ingresses and HTTPRoutes, because a condition shows those that have an organization's host too (A2).
//
// The managed fields of some objects show what the operator wrote, and what somebody else wrote. All other objects lose theirs, which are a
// good part of a Membership's memory.
func Cache(i *config.Ingress) cache.Options {
	ours, err := labels.NewRequirement(v1alpha1.OrganizationLabel, selection.Exists, nil)
	if err != nil {
		panic(err) // the label's name is a constant
	}
	made := labels.NewSelector().Add(*ours)
	whole := func(obj any) (any, error) { return obj, nil }
	applied := cache.ByObject{Label: made, Transform: whole}
	o := cache.Options{
		DefaultTransform: slim,
		ByObject: map[client.Object]cache.ByObject{
			&rbacv1.RoleBinding{}:        {Transform: lean},
			&rbacv1.ClusterRole{}:        applied,
			&rbacv1.ClusterRoleBinding{}: {Label: made},
			&batchv1.Job{}:               {Label: made},
			&v1alpha1.HostReservation{}:  {Transform: whole},
		},
	}
	for _, kind := range routes.Kinds(i) { // the cluster need not have the others
		o.ByObject[kind] = cache.ByObject{Transform: leanRoute}
	}
	return o
}

// CacheBeside is such a cache in the process of a view. It takes events of kinds that the view watches from the view.
func CacheBeside(view *facts.View, i *config.Ingress) cache.Options {
	o := Cache(i)
	o.NewInformer = view.NewInformer
	return o
}

// lean reduces a RoleBinding that the operator did not make to the kinds and the namespaces of its subjects. The operator needs no other
// name.
func lean(obj any) (any, error) {
	b, ok := obj.(*rbacv1.RoleBinding)
	if ok && b.Labels[v1alpha1.OrganizationLabel] == "" {
		b.Labels, b.Annotations = nil, nil
		for i, s := range b.Subjects {
			b.Subjects[i] = rbacv1.Subject{Kind: shared(s.Kind), Namespace: shared(s.Namespace)}
		}
		b.Subjects = slices.Compact(b.Subjects)
	}
	return slim(obj)
}

// leanRoute reduces an Ingress or an HTTPRoute that the operator did not make to its hosts, which may be those of an organization too. Of other
// kinds it leaves the metadata.
func leanRoute(obj any) (any, error) {
	o, ok := obj.(client.Object)
	if !ok || index.MadeByUs(o) {
		return obj, nil
	}
	switch o := o.(type) {
	case *networkingv1.Ingress:
		o.Labels, o.Annotations, o.Status = nil, nil, networkingv1.IngressStatus{}
		o.Spec = networkingv1.IngressSpec{Rules: o.Spec.Rules}
		for i := range o.Spec.Rules {
			o.Spec.Rules[i].IngressRuleValue = networkingv1.IngressRuleValue{}
		}
	case *gatewayapi.HTTPRoute:
		o.Labels, o.Annotations, o.Status = nil, nil, gatewayapi.HTTPRouteStatus{}
		o.Spec = gatewayapi.HTTPRouteSpec{Hostnames: o.Spec.Hostnames}
	case *unstructured.Unstructured:
		delete(o.Object, "spec")
	}
	return slim(obj)
}

// slim removes what no controller reads. Objects share the texts that many of them repeat.
func slim(obj any) (any, error) {
	o, ok := obj.(client.Object)
	if !ok {
		return obj, nil
	}
	o.SetManagedFields(nil)
	delete(o.GetAnnotations(), corev1.LastAppliedConfigAnnotation)
	share(conditionsOf(o))
	if m, ok := o.(*v1alpha1.Membership); ok {
		m.Namespace, m.Spec.User = shared(m.Namespace), shared(m.Spec.User)
	}
	return obj, nil
}

// conditionsOf returns the conditions of an object, if the cluster has many objects of its kind.
func conditionsOf(obj client.Object) []metav1.Condition {
	switch o := obj.(type) {
	case *v1alpha1.Membership:
		return o.Status.Conditions
	case *v1alpha1.User:
		return o.Status.Conditions
	case *v1alpha1.Organization:
		return o.Status.Conditions
	}
	return nil
}

func share(conditions []metav1.Condition) {
	for i := range conditions {
		c := &conditions[i]
		c.Type, c.Reason, c.Message = shared(c.Type), shared(c.Reason), shared(c.Message)
	}
}

// shared returns the one copy of a text, for all objects that hold it.
func shared(text string) string { return unique.Make(text).Value() }
