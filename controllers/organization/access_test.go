// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
)

var zylker = &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker", UID: "1"}}

// bound is a RoleBinding as the operator writes it.
func bound(name, role string, people ...string) *rbacv1.RoleBinding {
	b := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name, OwnerReferences: []metav1.OwnerReference{{UID: "1", Controller: ptr.To(true)}}},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
	}
	for _, p := range people {
		b.Subjects = append(b.Subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: p})
	}
	return b
}

func TestUsernames(t *testing.T) {
	r := &Reconciler{Config: &config.OperatorConfig{Identity: config.Identity{UsernamePrefix: "oidc:"}}}
	got := r.usernames([]string{"bob@zylker.com", "alice@zylker.com", "bob@zylker.com"})
	if diff := cmp.Diff([]string{"oidc:alice@zylker.com", "oidc:bob@zylker.com"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWantedOf(t *testing.T) {
	live := []rbacv1.RoleBinding{
		*bound(adminRole+"-0", adminRole, "alice", "bob"), *bound(memberRole+"-3", memberRole, "carol"), *bound(memberRole+"-4", memberRole, "dave"),
	}
	want := map[string]binding{
		adminRole + "-0":  {adminRole, []string{"alice"}},
		memberRole + "-0": {memberRole, []string{"bob"}},
		memberRole + "-3": {memberRole, []string{"carol"}},
	}
	got := wantedOf(live, map[string][]string{adminRole: {"alice"}, memberRole: {"bob", "carol"}})
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(binding{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestWantedOfMany: administrators' access to their Organization is spread over bindings as their access to its namespace is.
func TestWantedOfMany(t *testing.T) {
	var admins []string
	for i := range chunk + 1 {
		admins = append(admins, fmt.Sprintf("admin-%03d", i))
	}
	role := ownRole(zylker)
	want := map[string]binding{role + "-0": {role, admins[:chunk]}, role + "-1": {role, admins[chunk:]}}
	if diff := cmp.Diff(want, wantedOf(nil, map[string][]string{role: admins}), cmp.AllowUnexported(binding{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestStands(t *testing.T) {
	for sentence, tc := range map[string]struct {
		change func(*rbacv1.RoleBinding)
		want   bool
	}{
		"as it was left":                     {func(*rbacv1.RoleBinding) {}, true},
		"somebody was added":                 {func(b *rbacv1.RoleBinding) { b.Subjects = append(b.Subjects, rbacv1.Subject{Name: "eve"}) }, false},
		"somebody was taken out":             {func(b *rbacv1.RoleBinding) { b.Subjects = b.Subjects[:1] }, false},
		"somebody became another":            {func(b *rbacv1.RoleBinding) { b.Subjects[0].Name = "eve" }, false},
		"a user became a group":              {func(b *rbacv1.RoleBinding) { b.Subjects[0].Kind = rbacv1.GroupKind }, false},
		"it gives another role":              {func(b *rbacv1.RoleBinding) { b.RoleRef.Name = adminRole }, false},
		"it gives a Role and no ClusterRole": {func(b *rbacv1.RoleBinding) { b.RoleRef.Kind = "Role" }, false},
		"it is another organization's":       {func(b *rbacv1.RoleBinding) { b.OwnerReferences[0].UID = "2" }, false},
		"it has no owner":                    {func(b *rbacv1.RoleBinding) { b.OwnerReferences = nil }, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			live := bound(memberRole+"-0", memberRole, "alice", "bob")
			tc.change(live)
			if got := (binding{memberRole, []string{"alice", "bob"}}).stands(live, zylker); got != tc.want {
				t.Errorf("stands: %v, want %v", got, tc.want)
			}
		})
	}
}
