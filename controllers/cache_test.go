// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
)

// read is a membership as it comes from the API server: nothing of it is shared.
func read() *v1alpha1.Membership {
	m := &v1alpha1.Membership{}
	m.Namespace, m.Spec.User = strings.Clone("org-zylker"), strings.Clone("alice@zylker.com")
	m.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl"}}
	m.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: "{}", "zylker.com/team": "sales"}
	m.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Message: strings.Clone("Gives access to the organization")}}
	return m
}

func TestSlim(t *testing.T) {
	first, second := read(), read()
	for _, m := range []*v1alpha1.Membership{first, second} {
		if got, err := slim(m); got != m || err != nil {
			t.Fatalf("slim gives %v, %v", got, err)
		}
		if m.Namespace != "org-zylker" || m.Spec.User != "alice@zylker.com" || m.Annotations["zylker.com/team"] != "sales" {
			t.Errorf("lost what controllers read: %+v", m)
		}
		if len(m.ManagedFields) > 0 || len(m.Annotations) != 1 {
			t.Errorf("kept what none reads: %+v", m.ObjectMeta)
		}
	}
	same := func(a, b string) bool { return unsafe.StringData(a) == unsafe.StringData(b) }
	if !same(first.Namespace, second.Namespace) || !same(first.Spec.User, second.Spec.User) ||
		!same(first.Status.Conditions[0].Message, second.Status.Conditions[0].Message) {
		t.Error("two copies of one text")
	}
}

func TestLean(t *testing.T) {
	subject := func(kind, name string) rbacv1.Subject { return rbacv1.Subject{Kind: kind, Name: name} }
	robot := func(name string) rbacv1.Subject {
		return rbacv1.Subject{Kind: "ServiceAccount", Namespace: "build", Name: name}
	}
	binding := func(label string) *rbacv1.RoleBinding {
		return &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "b", Labels: map[string]string{v1alpha1.OrganizationLabel: label}},
			Subjects:   []rbacv1.Subject{subject("User", "alice@zylker.com"), subject("User", "bob@zylker.com"), subject("Group", "sales"), robot("ci")},
		}
	}
	for sentence, tc := range map[string]struct {
		label string
		want  []rbacv1.Subject
	}{
		"subjects of the operator's own binding are kept": {"zylker", binding("zylker").Subjects},
		"names in somebody else's binding are left out":   {"", []rbacv1.Subject{subject("User", ""), subject("Group", ""), robot("")}},
	} {
		t.Run(sentence, func(t *testing.T) {
			b := binding(tc.label)
			if got, err := lean(b); got != b || err != nil {
				t.Fatalf("lean gives %v, %v", got, err)
			}
			if diff := cmp.Diff(tc.want, b.Subjects); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSlimPassesOverWhatIsNoObject(t *testing.T) {
	if got, err := slim("gone"); got != "gone" || err != nil {
		t.Errorf("slim gives %v, %v", got, err)
	}
}

// TestCacheSelectsNoPartOfTheViewsKinds: the leader's cache takes all events of such a kind from the view, also those outside a selection.
func TestCacheSelectsNoPartOfTheViewsKinds(t *testing.T) {
	o := Cache(&config.Ingress{})
	if o.DefaultLabelSelector != nil || o.DefaultFieldSelector != nil || len(o.DefaultNamespaces) > 0 {
		t.Error("selects parts of all kinds")
	}
	for _, kind := range facts.Kinds() {
		source, err := facts.NewObject(kind)
		if err != nil {
			t.Fatal(err)
		}
		for obj, by := range o.ByObject {
			if reflect.TypeOf(obj) == reflect.TypeOf(source) && (by.Label != nil || by.Field != nil || len(by.Namespaces) > 0) {
				t.Errorf("selects a part of %s", kind)
			}
		}
	}
}
