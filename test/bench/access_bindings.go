// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// These are the numbers of people in each organization.
const (
	adminsEach  = 2
	membersEach = 8
)

// prepare makes the first organization, and a platform actor.
func (m *accessMeter) prepare(ctx context.Context) error {
	var err error
	if m.kube, err = kubernetes.NewForConfig(m.cluster.control.Config()); err != nil {
		return err
	}
	admin := m.cluster.admin
	return errors.Join(
		admin.Create(ctx, &v1alpha1.Organization{
			ObjectMeta: metav1.ObjectMeta{Name: firstOrganization},
			Spec:       v1alpha1.OrganizationSpec{DisplayName: "First", SuperAdmin: firstAdmin},
		}),
		m.bindInside(ctx, firstOrganization, []string{firstAdmin}, []string{firstMember}),
		m.bindOwn(ctx, firstOrganization, []string{firstAdmin}),
		admin.Create(ctx, clusterRoleBinding("operations", "polyorg-platform-admin", []string{platformActor})),
		m.settled(ctx, firstOrganization, firstMember, firstAdmin),
	)
}

// bind makes the bindings that a step has beyond the one before, and returns when the authorizer knows them.
func (m *accessMeter) bind(ctx context.Context, step AccessStep) error {
	say("binding the members of %d organizations, %d of them to their own", step.Namespaces, step.Own)
	err := inParallel(step.Namespaces-m.bound.Namespaces, func(i int) error {
		org := numbered(m.bound.Namespaces + i)
		return m.bindInside(ctx, org, people("admin", org, adminsEach), people("member", org, membersEach))
	})
	if err != nil {
		return err
	}
	err = inParallel(step.Own-m.bound.Own, func(i int) error {
		org := numbered(m.bound.Own + i)
		return m.bindOwn(ctx, org, people("admin", org, adminsEach))
	})
	m.bound = step
	return errors.Join(err, m.canary(ctx))
}

// canary binds somebody after all others, and returns when they have access.
func (m *accessMeter) canary(ctx context.Context) error {
	org := fmt.Sprintf("canary-%d-%d", m.bound.Namespaces, m.bound.Own)
	admin, member := people("admin", org, 1), people("member", org, 1)
	return errors.Join(m.bindInside(ctx, org, admin, member), m.bindOwn(ctx, org, admin), m.settled(ctx, org, member[0], admin[0]))
}

// settled returns when the authorizer knows an administrator and a member of an organization.
func (m *accessMeter) settled(ctx context.Context, org, member, admin string) error {
	questions := accessQuestions()
	own, inside := questions[0], questions[1]
	own.user, own.attributes.Name = admin, org
	inside.user, inside.attributes.Namespace = member, v1alpha1.NamespacePrefix+org
	return wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		return m.review(ctx, own) == nil && m.review(ctx, inside) == nil, nil
	})
}

// bindInside makes the namespace and its RoleBindings, as the operator would.
func (m *accessMeter) bindInside(ctx context.Context, org string, admins, members []string) error {
	admin, in := m.cluster.admin, v1alpha1.NamespacePrefix+org
	if err := admin.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: in}}); err != nil {
		return err
	}
	for role, users := range map[string][]string{"polyorg-organization-admin": admins, "polyorg-organization-member": members} {
		binding := &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: in, Name: role + "-0"}, RoleRef: clusterRole(role), Subjects: subjects(users)}
		if err := admin.Create(ctx, binding); err != nil {
			return err
		}
	}
	return nil
}

// bindOwn makes the role and the binding that give administrators their own Organization, as the operator would.
func (m *accessMeter) bindOwn(ctx context.Context, org string, admins []string) error {
	name := "polyorg:organization:" + org
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: []rbacv1.PolicyRule{{
		APIGroups: []string{v1alpha1.GroupName}, Resources: []string{"organizations"}, ResourceNames: []string{org},
		Verbs: []string{"get", "list", "watch", "update", "patch", "delete"},
	}}}
	for _, obj := range []client.Object{role, clusterRoleBinding(name, name, admins)} {
		if err := m.cluster.admin.Create(ctx, obj); err != nil {
			return err
		}
	}
	return nil
}

func numbered(i int) string { return fmt.Sprintf("bound-%05d", i) }

func people(role, org string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%s-%d@%s.zylker.com", role, i, org)
	}
	return all
}

func clusterRoleBinding(name, role string, users []string) *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name}, RoleRef: clusterRole(role), Subjects: subjects(users)}
}

func clusterRole(name string) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name}
}

func subjects(users []string) []rbacv1.Subject {
	all := make([]rbacv1.Subject, len(users))
	for i, user := range users {
		all[i] = rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}
	}
	return all
}
