// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// customers is a group to which RBAC allows everything, so that only admission refuses its requests.
const customers = "customers"

func (c *cluster) letPeopleAsk(ctx context.Context) error {
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: customers}, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{v1alpha1.GroupName}, Resources: []string{"*"}, Verbs: []string{"get", "create", "update", "patch", "delete"}}}}
	binding := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: customers},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: customers},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: customers}}}
	return errors.Join(c.admin.Create(ctx, role), c.admin.Create(ctx, binding))
}

// given is the condition by which the operator gives a place. Where no controller does, nobody has power without it (R7).
const given = `{"status":{"conditions":[{"type":"Granted","status":"True","reason":"Granted","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`

// give gives an object its place, as a controller would.
func (c *cluster) give(ctx context.Context, obj client.Object) error {
	return c.admin.Status().Patch(ctx, obj, client.RawPatch("application/merge-patch+json", []byte(given)))
}
