// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/member"
	"github.com/polyorg/polyorg/internal/identity"
)

// keepSuperAdmin makes the membership of the organization's first super admin, unless they have one. Later super admins have one already,
// because they were Administrators (R2). If it is deleted past admission, it is made again (R3).
func (r *Reconciler) keepSuperAdmin(ctx context.Context, o *observed) error {
	email := o.org.Spec.SuperAdmin
	for i := range o.members {
		if o.members[i].Spec.User == email {
			return nil
		}
	}
	if still, err := r.heads(ctx, o.org); err != nil || !still {
		return err
	}
	m := &v1alpha1.Membership{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespaceOf(o.org), Name: member.FreeName(identity.ObjectName(email), o.members)},
		Spec: v1alpha1.MembershipSpec{
			User: email, Role: v1alpha1.RoleAdministrator, UserType: v1alpha1.UserTypeInternal, Origin: v1alpha1.OriginCreated,
		},
	}
	err := r.Client.Create(ctx, m, client.FieldOwner(v1alpha1.FieldOwner))
	if err == nil || r.isMember(ctx, o.org, email) {
		return nil
	}
	return fmt.Errorf("create the super admin's membership: %w", err)
}

// heads asks the API server whether an organization's super admin is the one in the cache. A former super admin who left must not become a
// member again because the cache has not seen the transfer. A present super admin was perhaps no member when the members were read. Then
// they have never been one, or were removed: a super admin does not leave (R3).
func (r *Reconciler) heads(ctx context.Context, org *v1alpha1.Organization) (bool, error) {
	var live v1alpha1.Organization
	err := r.Live.Get(ctx, client.ObjectKeyFromObject(org), &live)
	return err == nil && live.UID == org.UID && live.Spec.SuperAdmin == org.Spec.SuperAdmin, client.IgnoreNotFound(err)
}

// isMember asks the API server, when the cache may not have seen the membership yet.
func (r *Reconciler) isMember(ctx context.Context, org *v1alpha1.Organization, email string) bool {
	var found v1alpha1.MembershipList
	err := r.Live.List(ctx, &found, client.InNamespace(namespaceOf(org)), client.MatchingFields{"spec.user": email})
	return err == nil && len(found.Items) > 0
}
