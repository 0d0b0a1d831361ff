// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// People is the group to which OpenTheDoor gives its rights.
const People = "people"

// OpenTheDoor gives People every verb on every kind of ours but `administer`. So only admission can refuse their requests.
func OpenTheDoor(ctx context.Context, platform client.Client) {
	GinkgoHelper()
	Expect(platform.Create(ctx, &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: People},
		Rules: []rbacv1.PolicyRule{{APIGroups: []string{v1alpha1.GroupName}, Resources: []string{"*"},
			Verbs: []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}}},
	})).To(Succeed())
	Bind(ctx, platform, People, Group(People))
}

// Bind gives somebody a ClusterRole everywhere, as a platform team would.
func Bind(ctx context.Context, platform client.Client, role string, to rbacv1.Subject) *rbacv1.ClusterRoleBinding {
	GinkgoHelper()
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: Unique("test")},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects:   []rbacv1.Subject{to},
	}
	Expect(platform.Create(ctx, binding)).To(Succeed())
	return binding
}

// Group is all people in a group.
func Group(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: name}
}

// Username is the person who signs in by a name.
func Username(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}
}

// ServiceAccount is the actor that signs in as a service account.
func ServiceAccount(namespace, name string) rbacv1.Subject {
	return rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}
}
