// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"fmt"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// attempt is a request that somebody makes. Writes are dry runs: RBAC and admission decide on them as on any other. So one person's success
// does not change the answer to the next.
type attempt func(ctx context.Context, c client.WithWatch, s *stage) error

func listMembers(ctx context.Context, c client.WithWatch, org *v1alpha1.Organization) error {
	return c.List(ctx, &v1alpha1.MembershipList{}, client.InNamespace(lab.NamespaceOf(org)))
}

// lists asks for a list of a kind, in the own organization's namespace unless the options say otherwise.
func lists(list client.ObjectList, opts ...client.ListOption) attempt {
	return func(ctx context.Context, c client.WithWatch, s *stage) error {
		return c.List(ctx, list.DeepCopyObject().(client.ObjectList), append([]client.ListOption{client.InNamespace(lab.NamespaceOf(s.own))}, opts...)...)
	}
}

// watches asks for a watch of a kind in the same way.
func watches(list client.ObjectList, opts ...client.ListOption) attempt {
	return func(ctx context.Context, c client.WithWatch, s *stage) error {
		w, err := c.Watch(ctx, list.DeepCopyObject().(client.ObjectList), append([]client.ListOption{client.InNamespace(lab.NamespaceOf(s.own))}, opts...)...)
		if err == nil {
			w.Stop()
		}
		return err
	}
}

// byName narrows a list or a watch to one organization, as `kubectl get org NAME -w` does.
func byName(of func(*stage) *v1alpha1.Organization, f func(...client.ListOption) attempt) attempt {
	return func(ctx context.Context, c client.WithWatch, s *stage) error {
		return f(everywhere, client.MatchingFields{"metadata.name": of(s).Name})(ctx, c, s)
	}
}

var everywhere = client.InNamespace("")

func listsOrganizations(opts ...client.ListOption) attempt {
	return lists(&v1alpha1.OrganizationList{}, opts...)
}

func watchesOrganizations(opts ...client.ListOption) attempt {
	return watches(&v1alpha1.OrganizationList{}, opts...)
}

func own(s *stage) *v1alpha1.Organization   { return s.own }
func other(s *stage) *v1alpha1.Organization { return s.other }

func gets(obj func(*stage) client.Object) attempt {
	return func(ctx context.Context, c client.WithWatch, s *stage) error {
		live := obj(s)
		return c.Get(ctx, client.ObjectKeyFromObject(live), live)
	}
}

func creates(obj func(*stage) client.Object) attempt {
	return func(ctx context.Context, c client.WithWatch, s *stage) error {
		return c.Create(ctx, obj(s), client.DryRunAll)
	}
}

func deletes(obj func(*stage) client.Object) attempt {
	return func(ctx context.Context, c client.WithWatch, s *stage) error {
		return c.Delete(ctx, obj(s), client.DryRunAll)
	}
}

// deletesAll deletes all objects in one request.
func deletesAll(of func(*stage) client.Object, opts ...client.DeleteAllOfOption) attempt {
	return func(ctx context.Context, c client.WithWatch, s *stage) error {
		obj := of(s)
		return c.DeleteAllOf(ctx, obj, append(opts, client.InNamespace(obj.GetNamespace()), client.DryRunAll)...)
	}
}

// ofNone narrows such a request to no object: other specs have organizations of their own, which may be protected.
var ofNone = client.MatchingLabels{"test.polyorg.io/none": "here"}

func patches(obj func(*stage) client.Object, how string) attempt {
	return func(ctx context.Context, c client.WithWatch, s *stage) error {
		return c.Patch(ctx, obj(s), client.RawPatch(types.MergePatchType, []byte(how)), client.DryRunAll)
	}
}

// patchesPart patches a subresource.
func patchesPart(part string, obj func(*stage) client.Object, how string) attempt {
	return func(ctx context.Context, c client.WithWatch, s *stage) error {
		return c.SubResource(part).Patch(ctx, obj(s), client.RawPatch(types.MergePatchType, []byte(how)), client.DryRunAll)
	}
}

// handsOn names another super admin.
func handsOn(ctx context.Context, c client.WithWatch, s *stage) error {
	return patches(ownOrg, fmt.Sprintf(`{"spec":{"superAdmin":%q}}`, s.deputy.Spec.User))(ctx, c, s)
}

// signsAs asks for a token of the service account that each namespace has.
func signsAs(ctx context.Context, c client.WithWatch, s *stage) error {
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: lab.NamespaceOf(s.own), Name: "default"}}
	return c.SubResource("token").Create(ctx, account, &authenticationv1.TokenRequest{})
}

// These are the objects of the requests. Each is made anew for each request, because a client writes into them.

func named(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name} }

func inside(s *stage, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: lab.NamespaceOf(s.own), Name: name}
}

func ownOrg(s *stage) client.Object { return &v1alpha1.Organization{ObjectMeta: named(s.own.Name)} }

func otherOrg(s *stage) client.Object { return &v1alpha1.Organization{ObjectMeta: named(s.other.Name)} }

func anyOrg(*stage) client.Object { return &v1alpha1.Organization{} }

func bystander(s *stage) client.Object {
	return &v1alpha1.Membership{ObjectMeta: inside(s, s.bystander.Name)}
}

func deputy(s *stage) client.Object {
	return &v1alpha1.Membership{ObjectMeta: inside(s, s.deputy.Name)}
}

func superAdmins(s *stage) client.Object {
	return &v1alpha1.Membership{ObjectMeta: inside(s, identity.ObjectName(s.people[superAdmin]))}
}

func otherMember(s *stage) client.Object {
	name := identity.ObjectName(s.people[stranger])
	return &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Namespace: lab.NamespaceOf(s.other), Name: name}}
}

func newMember(s *stage) client.Object {
	return lab.NewMembership(s.own, lab.Person("recruit"), v1alpha1.RoleStandard)
}

func newInvitation(s *stage) client.Object { return lab.NewInvitation(s.own, lab.Person("guest")) }

func pending(s *stage) client.Object {
	return &v1alpha1.Invitation{ObjectMeta: inside(s, s.invitation.Name)}
}

func newBinding(s *stage) client.Object { return lab.NewBinding(s.own, "ZohoDesk", lab.Unique("desk")) }

func anyBinding(s *stage) client.Object {
	return &v1alpha1.IntegrationBinding{ObjectMeta: inside(s, "")}
}

func anyMember(s *stage) client.Object { return &v1alpha1.Membership{ObjectMeta: inside(s, "")} }

func newOrganization(s *stage) client.Object { return lab.NewOrganization(s.people[customer], 0) }

func newAnswer(s *stage) client.Object { return lab.NewResponse(s.invitation, v1alpha1.DecisionAccept) }

func newSecret(s *stage) client.Object {
	return &corev1.Secret{ObjectMeta: inside(s, "secret"), StringData: map[string]string{"a": "b"}}
}

func pod(s *stage) client.Object {
	return &corev1.Pod{ObjectMeta: inside(s, "pod"), Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "b"}}}}
}

func namespace(s *stage) client.Object {
	return &corev1.Namespace{ObjectMeta: named(lab.NamespaceOf(s.own))}
}

// power would make everybody an administrator of the organization.
func power(s *stage) client.Object {
	return &rbacv1.RoleBinding{
		ObjectMeta: inside(s, "power"),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "polyorg-organization-admin"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: "system:authenticated"}},
	}
}

func admins(s *stage) client.Object {
	return &rbacv1.RoleBinding{ObjectMeta: inside(s, "polyorg-organization-admin-0")}
}

func memberRole(*stage) client.Object {
	return &rbacv1.ClusterRole{ObjectMeta: named("polyorg-organization-member")}
}

func ownRole(s *stage) client.Object {
	return &rbacv1.ClusterRole{ObjectMeta: named("polyorg:organization:" + s.own.Name)}
}

func ownRoleBinding(s *stage) client.Object {
	return &rbacv1.ClusterRoleBinding{ObjectMeta: named("polyorg:organization:" + s.own.Name + "-0")}
}
