// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	rbacacv1 "k8s.io/client-go/applyconfigurations/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	adminRole  = "polyorg-organization-admin"
	memberRole = "polyorg-organization-member"
)

// These are the administrators' rights to their Organization: while it lives, and while it ends.
var (
	reading = []string{"get", "list", "watch"}
	having  = append(slices.Clone(reading), "update", "patch", "delete")
)

// keepAccess gives every active member the rights of the role in force, and gives nobody else any (R7).
func (r *Reconciler) keepAccess(ctx context.Context, o *observed) error {
	admins, members := o.byRole()
	return r.bind(ctx, o.org, r.usernames(admins), r.usernames(members))
}

// withdrawAccess removes all access to an organization that ends, however long its end takes (R7, O7). Only its administrators may still
// read it until it is gone.
func (r *Reconciler) withdrawAccess(ctx context.Context, org *v1alpha1.Organization) error {
	live, err := r.bindings(ctx, org)
	if err != nil {
		return err
	}
	err = r.removeSurplus(ctx, org, live, nil)
	if !r.bindsOwn() {
		return errors.Join(err, r.removeOwnAccess(ctx, r.Client, org, index.Of(org)))
	}
	var own rbacv1.ClusterRole
	if missing := r.Client.Get(ctx, client.ObjectKey{Name: ownRole(org)}, &own); missing != nil {
		return errors.Join(err, client.IgnoreNotFound(missing)) // nothing is created now
	}
	return errors.Join(err, r.keepOwnRole(ctx, org, reading))
}

// bind makes the bindings give access to these people. A binding that cannot be written does not stop the others: otherwise somebody might
// keep access that they should lose.
func (r *Reconciler) bind(ctx context.Context, org *v1alpha1.Organization, admins, members []string) error {
	live, err := r.bindings(ctx, org)
	if err != nil {
		return err
	}
	inside := map[string][]string{adminRole: admins, memberRole: members}
	return errors.Join(r.keepOwnAccess(ctx, org, admins), r.keepBindings(ctx, org, live, inside))
}

// keepBindings makes the live bindings give some roles to these people, and to nobody else.
func (r *Reconciler) keepBindings(ctx context.Context, org *v1alpha1.Organization, live []rbacv1.RoleBinding, people map[string][]string) error {
	wanted := wantedOf(live, people)
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if !slices.ContainsFunc(live, func(b rbacv1.RoleBinding) bool { return b.Name == name && wanted[name].stands(&b, org) }) {
			errs = append(errs, r.write(ctx, name, wanted[name], org))
		}
	}
	return errors.Join(append(errs, r.removeSurplus(ctx, org, live, wanted))...)
}

// bindings are the RoleBindings that the operator made for an organization.
func (r *Reconciler) bindings(ctx context.Context, org *v1alpha1.Organization) ([]rbacv1.RoleBinding, error) {
	var live rbacv1.RoleBindingList
	err := r.Client.List(ctx, &live, client.InNamespace(namespaceOf(org)), client.MatchingLabels(child.Labels(org)))
	return live.Items, err
}

// ownBindings are the ClusterRoleBindings to an organization, as RoleBindings without a namespace: people are spread over both alike. A
// binding of somebody else may have the organization's label, and give another role.
func ownBindings(ctx context.Context, from client.Reader, org *v1alpha1.Organization, found client.ListOption) (own []rbacv1.RoleBinding, err error) {
	var live rbacv1.ClusterRoleBindingList
	err = from.List(ctx, &live, found)
	for _, b := range live.Items {
		if b.RoleRef.Name == ownRole(org) {
			own = append(own, rbacv1.RoleBinding{ObjectMeta: b.ObjectMeta, RoleRef: b.RoleRef, Subjects: b.Subjects})
		}
	}
	return own, err
}

// original is the object as which a binding was read.
func original(b *rbacv1.RoleBinding) client.Object {
	if b.Namespace == "" {
		return &rbacv1.ClusterRoleBinding{ObjectMeta: b.ObjectMeta}
	}
	return b
}

// byRole are the active members, each once: administrators and others.
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
	return admins, members
}

// usernames are the names by which Kubernetes knows people (U2), in order.
func (r *Reconciler) usernames(emails []string) []string {
	names := make([]string, len(emails))
	for i, email := range emails {
		names[i] = r.Config.Identity.UsernamePrefix + email
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func subjects(usernames []string) []*rbacacv1.SubjectApplyConfiguration {
	subjects := make([]*rbacacv1.SubjectApplyConfiguration, len(usernames))
	for i, name := range usernames {
		subjects[i] = rbacacv1.Subject().WithKind(rbacv1.UserKind).WithAPIGroup(rbacv1.GroupName).WithName(name)
	}
	return subjects
}

// binding is one RoleBinding: its role, and the people who get it.
type binding struct {
	role   string
	people []string
}

// wantedOf are the wanted bindings of some roles, by name, beside the live ones.
func wantedOf(live []rbacv1.RoleBinding, people map[string][]string) map[string]binding {
	wanted := map[string]binding{}
	for role, all := range people {
		for n, some := range share(sharesOf(role, live), all) {
			wanted[nameOf(role, n)] = binding{role, some}
		}
	}
	return wanted
}

// stands reports whether a live binding is as wanted. It compares the fields itself, and does not extract the applied ones as for other
// children. With 500 people that takes longer than a write, and a change of one member leads to a look at many bindings.
func (b binding) stands(live *rbacv1.RoleBinding, org *v1alpha1.Organization) bool {
	role := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: b.role}
	return metav1.IsControlledBy(live, org) && live.RoleRef == role &&
		slices.EqualFunc(live.Subjects, b.people, func(s rbacv1.Subject, name string) bool {
			return s == rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}
		})
}

func (b binding) apply(name string, org *v1alpha1.Organization) runtime.ApplyConfiguration {
	if b.role == ownRole(org) {
		return rbacacv1.ClusterRoleBinding(name).WithLabels(child.Labels(org)).WithOwnerReferences(child.OwnerOf(org)).
			WithRoleRef(clusterRole(b.role)).WithSubjects(subjects(b.people)...)
	}
	return rbacacv1.RoleBinding(name, namespaceOf(org)).WithLabels(child.Labels(org)).WithOwnerReferences(child.OwnerOf(org)).
		WithRoleRef(clusterRole(b.role)).WithSubjects(subjects(b.people)...)
}

func clusterRole(name string) *rbacacv1.RoleRefApplyConfiguration {
	return rbacacv1.RoleRef().WithAPIGroup(rbacv1.GroupName).WithKind("ClusterRole").WithName(name)
}

// removeSurplus deletes the bindings that name nobody any more.
func (r *Reconciler) removeSurplus(ctx context.Context, org *v1alpha1.Organization, live []rbacv1.RoleBinding, wanted map[string]binding) error {
	var errs []error
	for i := range live {
		b := &live[i]
		if _, ok := wanted[b.Name]; !ok && isOwn(b, org) {
			errs = append(errs, child.Delete(ctx, r.Client, original(b)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("delete role bindings: %w", err)
	}
	return nil
}

// keepOwnAccess lets administrators read, change and delete their own Organization, which is outside its namespace. Admission decides on
// each change and deletion (O7). Without administrators it makes nothing.
func (r *Reconciler) keepOwnAccess(ctx context.Context, org *v1alpha1.Organization, admins []string) error {
	r.noteBound(ctx, org.Name, r.bindsOwn() && len(admins) > 0)
	if !r.bindsOwn() {
		return r.removeOwnAccess(ctx, r.Client, org, index.Of(org))
	}
	live, err := ownBindings(ctx, r.Client, org, index.Of(org))
	if err != nil {
		return err
	}
	if len(admins) > 0 {
		err = r.keepOwnRole(ctx, org, having)
	}
	return errors.Join(err, r.keepBindings(ctx, org, live, map[string][]string{ownRole(org): admins}))
}

// narrowOwnAccess takes access to the Organization from former administrators while its namespace cannot be kept: the namespace is not the
// operator's, or is being deleted. It gives access to nobody. The super admin keeps theirs when their membership goes with the namespace,
// because the Organization itself names them.
func (r *Reconciler) narrowOwnAccess(ctx context.Context, o *observed) error {
	live, err := ownBindings(ctx, r.Client, o.org, index.Of(o.org))
	if err != nil {
		return err
	}
	var still []string
	if o.granted {
		admins, _ := o.byRole()
		still = slices.DeleteFunc(r.usernames(append(admins, o.org.Spec.SuperAdmin)), func(name string) bool {
			return !slices.ContainsFunc(live, func(b rbacv1.RoleBinding) bool { return names(&b, name) })
		})
	}
	return r.keepOwnAccess(ctx, o.org, still)
}

// names reports whether a binding names somebody.
func names(b *rbacv1.RoleBinding, username string) bool {
	return slices.ContainsFunc(b.Subjects, func(s rbacv1.Subject) bool { return s.Name == username })
}

func (r *Reconciler) keepOwnRole(ctx context.Context, org *v1alpha1.Organization, verbs []string) error {
	role := rbacacv1.ClusterRole(ownRole(org)).WithLabels(child.Labels(org)).WithOwnerReferences(child.OwnerOf(org)).
		WithRules(rbacacv1.PolicyRule().WithAPIGroups(v1alpha1.GroupName).WithResources("organizations").
			WithResourceNames(org.Name).WithVerbs(verbs...))
	live := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: ownRole(org)}}
	return child.Keep(ctx, r.Client, live, role, rbacacv1.ExtractClusterRole)
}

// ownRole is the name of the ClusterRole by which administrators have their own Organization.
func ownRole(org *v1alpha1.Organization) string { return "polyorg:organization:" + org.Name }
