// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	rbacacv1 "k8s.io/client-go/applyconfigurations/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	adminRole  = "polyorg-organization-admin"
	memberRole = "polyorg-organization-member"
	// chunk is how many people one RoleBinding names, so that no object grows without bound.
	chunk = 500
)

// keepAccess gives every active member the rights of the role in force, and nobody else any (R7).
func (r *Reconciler) keepAccess(ctx context.Context, o *observed) error {
	admins, members := o.byRole()
	if err := r.keepOwnRole(ctx, o.org, r.subjects(admins)); err != nil {
		return err
	}
	wanted := append(bindings(o.org, adminRole, r.subjects(admins)), bindings(o.org, memberRole, r.subjects(members))...)
	names := map[string]bool{}
	for _, b := range wanted {
		names[*b.GetName()] = true
		live := &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: namespaceOf(o.org), Name: *b.GetName()}}
		if err := child.Keep(ctx, r.Client, live, b, rbacacv1.ExtractRoleBinding); err != nil {
			return err
		}
	}
	return r.removeSurplus(ctx, o.org, names)
}

// byRole are the active members, each once: who administers, and who does not.
func (o *observed) byRole() (admins, members []string) {
	for i := range o.members {
		m := &o.members[i]
		switch {
		case !rules.Active(m):
		case m.Spec.User == o.org.Spec.SuperAdmin, m.Spec.Role == v1alpha1.RoleAdministrator:
			admins = append(admins, m.Spec.User)
		default:
			members = append(members, m.Spec.User)
		}
	}
	slices.Sort(admins)
	slices.Sort(members)
	return slices.Compact(admins), slices.Compact(members)
}

func (r *Reconciler) subjects(emails []string) []*rbacacv1.SubjectApplyConfiguration {
	subjects := make([]*rbacacv1.SubjectApplyConfiguration, len(emails))
	for i, email := range emails {
		subjects[i] = rbacacv1.Subject().WithKind(rbacv1.UserKind).WithAPIGroup(rbacv1.GroupName).
			WithName(r.Config.Identity.UsernamePrefix + email)
	}
	return subjects
}

// bindings are the RoleBindings of one role; none without members.
func bindings(org *v1alpha1.Organization, role string, subjects []*rbacacv1.SubjectApplyConfiguration) []*rbacacv1.RoleBindingApplyConfiguration {
	var all []*rbacacv1.RoleBindingApplyConfiguration
	for part := range slices.Chunk(subjects, chunk) {
		all = append(all, rbacacv1.RoleBinding(fmt.Sprintf("%s-%d", role, len(all)), namespaceOf(org)).
			WithLabels(child.Labels(org)).WithOwnerReferences(child.OwnerOf(org)).
			WithRoleRef(clusterRole(role)).WithSubjects(part...))
	}
	return all
}

func clusterRole(name string) *rbacacv1.RoleRefApplyConfiguration {
	return rbacacv1.RoleRef().WithAPIGroup(rbacv1.GroupName).WithKind("ClusterRole").WithName(name)
}

// removeSurplus deletes the RoleBindings that have nobody left to name.
func (r *Reconciler) removeSurplus(ctx context.Context, org *v1alpha1.Organization, wanted map[string]bool) error {
	var all rbacv1.RoleBindingList
	if err := r.Client.List(ctx, &all, client.InNamespace(namespaceOf(org)), client.MatchingLabels(child.Labels(org))); err != nil {
		return err
	}
	for i := range all.Items {
		b := &all.Items[i]
		if !wanted[b.Name] && metav1.IsControlledBy(b, org) {
			if err := child.Delete(ctx, r.Client, b); err != nil {
				return fmt.Errorf("delete role binding: %w", err)
			}
		}
	}
	return nil
}

// keepOwnRole lets administrators read, change and delete their own Organization, which is outside its namespace. Admission
// decides which change, and who deletes (O7).
func (r *Reconciler) keepOwnRole(ctx context.Context, org *v1alpha1.Organization, admins []*rbacacv1.SubjectApplyConfiguration) error {
	name := "polyorg:organization:" + org.Name
	role := rbacacv1.ClusterRole(name).WithLabels(child.Labels(org)).WithOwnerReferences(child.OwnerOf(org)).
		WithRules(rbacacv1.PolicyRule().WithAPIGroups(v1alpha1.GroupName).WithResources("organizations").
			WithResourceNames(org.Name).WithVerbs("get", "list", "watch", "update", "patch", "delete"))
	live := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if err := child.Keep(ctx, r.Client, live, role, rbacacv1.ExtractClusterRole); err != nil {
		return err
	}
	binding := rbacacv1.ClusterRoleBinding(name).WithLabels(child.Labels(org)).WithOwnerReferences(child.OwnerOf(org)).
		WithRoleRef(clusterRole(name)).WithSubjects(admins...)
	bound := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name}}
	return child.Keep(ctx, r.Client, bound, binding, rbacacv1.ExtractClusterRoleBinding)
}
