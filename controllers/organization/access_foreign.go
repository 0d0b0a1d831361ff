// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
)

// shown is how many names a condition lists.
const shown = 5

// reportForeign shows the RoleBindings in the namespace by which somebody else gives people access (R7): the namespace may be older than
// its organization. They may be intended, so the operator leaves them alone. It does not show the people in them: administrators read this
// and must not learn of other tenants' people (U3).
func (r *Reconciler) reportForeign(ctx context.Context, org *v1alpha1.Organization, say status.Conditions) error {
	var names []string
	err := index.Each(ctx, r.Client, &rbacv1.RoleBindingList{}, func(obj client.Object) {
		if b, ok := obj.(*rbacv1.RoleBinding); ok && isForeign(b, org) {
			names = append(names, b.Name)
		}
	}, client.InNamespace(namespaceOf(org)))
	if err != nil {
		return err
	}
	if len(names) == 0 {
		say.Remove(v1alpha1.ConditionForeignAccess)
		return nil
	}
	say.True(v1alpha1.ConditionForeignAccess, v1alpha1.ReasonForeignRoleBindings,
		"RoleBindings in its namespace that the operator did not make give people access besides memberships (R7): "+listed(names))
	return nil
}

// isForeign reports whether a binding is not the operator's, and gives access to anybody but service accounts of its namespace. The
// operator's own has both the organization as its owner and its label: anybody could easily write one of them.
func isForeign(b *rbacv1.RoleBinding, org *v1alpha1.Organization) bool {
	made := metav1.IsControlledBy(b, org) && b.Labels[v1alpha1.OrganizationLabel] == org.Name
	return !made && slices.ContainsFunc(b.Subjects, func(s rbacv1.Subject) bool {
		if s.Kind == rbacv1.ServiceAccountKind {
			return s.Namespace != "" && s.Namespace != b.Namespace
		}
		return s.Kind == rbacv1.UserKind || s.Kind == rbacv1.GroupKind
	})
}

// listed is the first of some names, and the number of the others.
func listed(names []string) string {
	slices.Sort(names)
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}
