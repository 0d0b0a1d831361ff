// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"strings"
	"testing"
	"unsafe"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
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

func TestSlimPassesOverWhatIsNoObject(t *testing.T) {
	if got, err := slim("gone"); got != "gone" || err != nil {
		t.Errorf("slim gives %v, %v", got, err)
	}
}
