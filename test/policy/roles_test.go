// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// These are the namespace of the organization in which the people below are bound, and another organization's.
const (
	inside  = "org-inside"
	outside = "org-outside"
)

func TestRoles(t *testing.T) {
	admin := clientFor(t, plane.Config())
	bindEverybody(t, admin)
	const (
		everything = "create delete deletecollection get list patch update watch"
		reading    = "get list watch"
		nothing    = ""
	)
	for name, tc := range map[string]struct {
		user, namespace, resource, want string
	}{
		"a platform administrator administers":                    {"platform", "", "organizations", "administer " + everything},
		"and writes memberships anywhere":                         {"platform", outside, "memberships", everything},
		"and the policy":                                          {"platform", "", "platformpolicies", everything},
		"but has no right to the operator's journal":              {"platform", "polyorg-system", "configmaps", nothing},
		"everybody with self-service may ask for an organization": {"self", "", "organizations", "create"},
		"and answer an invitation":                                {"self", "", "invitationresponses", "create"},
		"but sees no membership of others":                        {"self", inside, "memberships", nothing},
		"an administrator creates no membership (R5)":             {"admin", inside, "memberships", "delete get list patch update watch"},
		"but invites (R4)":                                        {"admin", inside, "invitations", "create delete get list patch update watch"},
		"and binds applications":                                  {"admin", inside, "integrationbindings", everything},
		"in no other organization":                                {"admin", outside, "invitations", nothing},
		"a member sees the others, and may leave (R6)":            {"member", inside, "memberships", "delete get list watch"},
		"and sees the bindings":                                   {"member", inside, "integrationbindings", reading},
		"but neither invites nor sees invitations (R4)":           {"member", inside, "invitations", nothing},
		"and has no access to another organization (R7)":          {"member", outside, "memberships", nothing},
	} {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Eventually(func() string { return allowed(t, admin, tc.user, tc.namespace, tc.resource) }).
				WithTimeout(soon).WithPolling(poll).Should(Equal(tc.want))
		})
	}
}

// kinds are all kinds of ours, by the names in requests, and the namespace of their objects.
var kinds = map[string]string{
	"hostreservations": "", "invitationresponses": "", "organizations": "", "platformpolicies": "", "users": "",
	"integrationbindings": inside, "invitations": inside, "memberships": inside,
}

// Each kind has two roles that open the door to it and to nothing else. Neither makes anybody a platform actor.
func TestRolesOfOneKind(t *testing.T) {
	admin := clientFor(t, plane.Config())
	for role, want := range map[string]string{
		"viewer": "get list watch",
		"editor": "create delete get list patch update watch",
	} {
		for kind := range kinds {
			name := "polyorg-" + kind + "-" + role
			create(t, admin, &rbacv1.ClusterRoleBinding{
				ObjectMeta: metav1.ObjectMeta{Name: name}, RoleRef: clusterRole(name), Subjects: subject(name)})
			t.Run(name, func(t *testing.T) {
				NewWithT(t).Eventually(func() map[string]string { return allowedAll(t, admin, name) }).
					WithTimeout(soon).WithPolling(poll).Should(Equal(map[string]string{kind: want, kind + "/status": "get"}))
			})
		}
	}
}

// A kind that is added later gets its two roles too, and Kubernetes' own roles give neither of them to anybody.
func TestEachKindHasItsRoles(t *testing.T) {
	var roles rbacv1.ClusterRoleList
	if err := clientFor(t, plane.Config()).List(t.Context(), &roles); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range roles.Items {
		if !strings.HasPrefix(r.Name, "polyorg-") {
			continue
		}
		if strings.HasSuffix(r.Name, "-viewer") || strings.HasSuffix(r.Name, "-editor") {
			got = append(got, r.Name)
		}
		for label := range r.Labels {
			if strings.HasPrefix(label, "rbac.authorization.k8s.io/aggregate-to-") {
				t.Errorf("%s has the label %s", r.Name, label)
			}
		}
	}
	var want []string
	for _, kind := range defined(t) {
		if kind == "selfreviews" {
			continue // they are not stored
		}
		want = append(want, "polyorg-"+kind+"-editor", "polyorg-"+kind+"-viewer")
	}
	NewWithT(t).Expect(got).To(ConsistOf(want))
}

// defined are the kinds that config/crd defines.
func defined(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../config/crd/bases/polyorg.io_*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no kinds: %v", err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "polyorg.io_"), ".yaml")
	}
	return files
}

// bindEverybody gives each person one role, as the operator or an administrator would.
func bindEverybody(t *testing.T, admin client.Client) {
	t.Helper()
	for _, name := range []string{inside, outside} {
		create(t, admin, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	for user, role := range map[string]string{"platform": "polyorg-platform-admin", "self": "polyorg-self-service"} {
		create(t, admin, &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: user}, RoleRef: clusterRole(role), Subjects: subject(user)})
	}
	for user, role := range map[string]string{"admin": "polyorg-organization-admin", "member": "polyorg-organization-member"} {
		create(t, admin, &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: user, Namespace: inside}, RoleRef: clusterRole(role), Subjects: subject(user)})
	}
}

func clusterRole(name string) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name}
}

func subject(user string) []rbacv1.Subject {
	return []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}}
}

// allowedAll returns a user's rights on each of our kinds, and on its status. It has nothing for a kind without rights.
func allowedAll(t *testing.T, admin client.Client, user string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for kind, namespace := range kinds {
		for _, resource := range []string{kind, kind + "/status"} {
			if verbs := allowed(t, admin, user, namespace, resource); verbs != "" {
				all[resource] = verbs
			}
		}
	}
	return all
}

// allowed returns the verbs that a user may use on a resource of ours, or, after a slash, on a subresource of it.
func allowed(t *testing.T, admin client.Client, user, namespace, resource string) string {
	t.Helper()
	resource, subresource, _ := strings.Cut(resource, "/")
	var verbs []string
	for _, verb := range strings.Fields("administer create delete deletecollection get list patch update watch") {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User: user,
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Group: "polyorg.io", Resource: resource, Subresource: subresource, Namespace: namespace, Verb: verb},
		}}
		create(t, admin, review)
		if review.Status.Allowed {
			verbs = append(verbs, verb)
		}
	}
	return strings.Join(verbs, " ")
}

func create(t *testing.T, c client.Client, object client.Object) {
	t.Helper()
	if err := c.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
}
