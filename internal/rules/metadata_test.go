// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestMetadata(t *testing.T) {
	plain := &v1alpha1.Membership{}
	kept := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Finalizers: []string{"example.com/keep"}}}
	owned := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{OwnerReferences: []metav1.OwnerReference{{UID: "1"}}}}
	for name, tc := range map[string]struct {
		platform      bool
		before, after metav1.Object
		refused       bool
	}{
		"O7: nobody creates with a finalizer":     {false, nil, kept, true},
		"O7: nor with an owner":                   {false, nil, owned, true},
		"O7: nor adds a finalizer":                {false, plain, kept, true},
		"O7: nor an owner":                        {false, plain, owned, true},
		"a finalizer may be taken away":           {false, kept, plain, false},
		"one that stands does not stop a change":  {false, kept, kept, false},
		"nor does an owner that stands":           {false, owned, owned, false},
		"a platform actor adds what it needs":     {true, plain, kept, false},
		"an object without either is nothing new": {false, nil, plain, false},
	} {
		t.Run(name, func(t *testing.T) {
			violations := rules.Metadata(rules.Act{Actor: rules.Actor{Platform: tc.platform}}, tc.before, tc.after)
			if refused := len(violations) > 0; refused != tc.refused {
				t.Errorf("got %v, want refused: %v", violations, tc.refused)
			}
		})
	}
}

// Whatever is refused of what is written is refused of taking it away, and of writing it at creation; and no platform actor is refused.
func TestMarks(t *testing.T) {
	for key, tc := range map[string]struct{ label, annotation bool }{
		"note":                              {true, true},
		"cost-center":                       {true, true},
		corev1.LastAppliedConfigAnnotation:  {false, true},
		"polyorg.io/resend-requested-at":    {false, true},
		"test.polyorg.io/past-admission":    {false, false},
		"app.kubernetes.io/managed-by":      {false, false},
		"kustomize.toolkit.fluxcd.io/prune": {false, false},
		"argocd.argoproj.io/sync-options":   {false, false},
		"example.com/note":                  {false, false},
	} {
		t.Run(key, func(t *testing.T) {
			holdMarks(t, tc.label, "label", func(o *metav1.ObjectMeta, value string) { o.Labels = map[string]string{key: value, "mine": value} })
			holdMarks(t, tc.annotation, "annotation", func(o *metav1.ObjectMeta, value string) { o.Annotations = map[string]string{key: value, "mine": value} })
		})
	}
}

func holdMarks(t *testing.T, allowed bool, what string, mark func(*metav1.ObjectMeta, string)) {
	t.Helper()
	plain, marked, empty, again := &metav1.ObjectMeta{}, &metav1.ObjectMeta{}, &metav1.ObjectMeta{}, &metav1.ObjectMeta{}
	mark(marked, "disabled")
	mark(empty, "")
	mark(again, "enabled")
	for act, tc := range map[string]struct {
		before, after metav1.Object
		changes       bool
	}{
		"created with":       {nil, marked, true},
		"added":              {plain, marked, true},
		"added, but empty":   {plain, empty, true},
		"changed":            {marked, again, true},
		"taken away":         {marked, plain, true},
		"empty, taken away":  {empty, plain, true},
		"left as it is":      {marked, marked, false},
		"left out, as it is": {plain, plain, false},
	} {
		violations := rules.Metadata(rules.Act{}, tc.before, tc.after)
		if refused := len(violations) > 0; refused != (tc.changes && !allowed) {
			t.Errorf("%s, %s: got %v, want allowed: %v", what, act, violations, allowed)
		}
		for _, v := range violations {
			if v.Rule != "R4" || !strings.Contains(v.Message, "the "+what+" ") {
				t.Errorf("%s, %s: not by R4, or not of the %s: %v", what, act, what, v)
			}
		}
		if violations := rules.Metadata(rules.Act{Actor: platform}, tc.before, tc.after); violations != nil {
			t.Errorf("%s, %s: a platform actor is refused: %v", what, act, violations)
		}
	}
}

func TestMarksSayWhichKey(t *testing.T) {
	before := &metav1.ObjectMeta{Annotations: map[string]string{"b.example.com/x": "1", "note": "1"}}
	after := &metav1.ObjectMeta{Annotations: map[string]string{"c.example.com/x": "1", "note": "2"}}
	want := "only a platform actor may set or remove the annotation b.example.com/x; leave it as it is [R4]"
	if got := rules.Metadata(rules.Act{}, before, after).String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
