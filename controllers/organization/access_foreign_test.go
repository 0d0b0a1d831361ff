// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
)

func TestIsForeign(t *testing.T) {
	to := func(kinds ...string) *rbacv1.RoleBinding {
		b := &rbacv1.RoleBinding{RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "edit"}}
		for _, kind := range kinds {
			b.Subjects = append(b.Subjects, rbacv1.Subject{Kind: kind})
		}
		return b
	}
	runsIn := func(namespace string) *rbacv1.RoleBinding {
		b := to()
		b.Namespace, b.Subjects = "org-zylker", []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace}}
		return b
	}
	made := func(label string) *rbacv1.RoleBinding {
		b := bound(adminRole+"-0", adminRole, "alice@zylker.com")
		b.Labels = map[string]string{v1alpha1.OrganizationLabel: label}
		return b
	}
	claimed := to(rbacv1.UserKind)
	claimed.Labels = child.Labels(zylker)
	for sentence, tc := range map[string]struct {
		binding *rbacv1.RoleBinding
		want    bool
	}{
		"the operator's own is not foreign":               {made("zylker"), false},
		"one with its owner alone is foreign":             {bound(adminRole+"-0", adminRole, "alice@zylker.com"), true},
		"one with its owner and another label is too":     {made("other"), true},
		"or its label alone":                              {claimed, true},
		"another's that names a user is foreign":          {to(rbacv1.UserKind), true},
		"or a group":                                      {to(rbacv1.ServiceAccountKind, rbacv1.GroupKind), true},
		"a service account of the namespace is no person": {runsIn("org-zylker"), false},
		"also if the subject has no namespace":            {runsIn(""), false},
		"a service account of elsewhere is foreign":       {runsIn("build"), true},
		"a binding without subjects gives no access":      {to(), false},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := isForeign(tc.binding, zylker); got != tc.want {
				t.Errorf("%t", got)
			}
		})
	}
}

func TestListed(t *testing.T) {
	for want, names := range map[string][]string{
		"":                         nil,
		"a, b":                     {"b", "a"},
		"a, b, c, d, e":            {"e", "d", "c", "b", "a"},
		"a, b, c, d, e and 2 more": {"g", "f", "e", "d", "c", "b", "a"},
	} {
		if got := listed(names); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTakeObstacles(t *testing.T) {
	other := errors.New("no route")
	a, b := &obstacle{"RoleBinding org-zylker/a"}, &obstacle{"RoleBinding org-zylker/b"}
	for sentence, tc := range map[string]struct {
		err  error
		want []string
		rest error
	}{
		"nothing went wrong":                      {nil, nil, nil},
		"something else did":                      {other, nil, other},
		"one binding stands in the way":           {a, []string{a.name}, nil},
		"several do":                              {errors.Join(errors.Join(a, nil), b), []string{a.name, b.name}, nil},
		"something else went wrong besides":       {errors.Join(a, fmt.Errorf("write: %w", other)), []string{a.name}, other},
		"an obstacle is found in a wrapped error": {fmt.Errorf("write: %w", a), []string{a.name}, nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			o := &observed{}
			if rest := o.takeObstacles(tc.err); !errors.Is(rest, tc.rest) || (rest == nil) != (tc.rest == nil) {
				t.Errorf("%v, want %v", rest, tc.rest)
			}
			if diff := cmp.Diff(tc.want, o.obstacles); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if looksAgain := o.again == obstacleAgain; looksAgain != (len(tc.want) > 0) {
				t.Errorf("looks again after %s", o.again)
			}
		})
	}
}

func TestChangesRole(t *testing.T) {
	refused := func(path string) error {
		why := field.ErrorList{field.Invalid(field.NewPath(path), "x", "cannot change")}
		return fmt.Errorf("apply: %w", apierrors.NewInvalid(rbacv1.SchemeGroupVersion.WithKind("RoleBinding").GroupKind(), "b", why))
	}
	for sentence, tc := range map[string]struct {
		err  error
		want bool
	}{
		"another role stands":   {refused("roleRef"), true},
		"something else is bad": {refused("subjects"), false},
		"something else failed": {errors.New("no route"), false},
		"nothing failed":        {nil, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := changesRole(tc.err); got != tc.want {
				t.Errorf("%t", got)
			}
		})
	}
}
