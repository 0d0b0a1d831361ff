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
	finalized := func(names ...string) metav1.Object {
		return &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Finalizers: names}}
	}
	kept, foreground, orphaning := finalized("example.com/keep"), finalized("foregroundDeletion"), finalized("orphan")
	owned := func(edits ...func(*metav1.OwnerReference)) metav1.Object {
		owner := metav1.OwnerReference{APIVersion: "v1", Kind: "ConfigMap", Name: "owner", UID: "1", BlockOwnerDeletion: new(true)}
		for _, edit := range edits {
			edit(&owner)
		}
		return &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{OwnerReferences: []metav1.OwnerReference{owner}}}
	}
	unblocked := func(o *metav1.OwnerReference) { o.BlockOwnerDeletion = new(false) }
	blocks := func(o *metav1.OwnerReference) { o.BlockOwnerDeletion = new(true) }
	controls := func(o *metav1.OwnerReference) { o.Controller = new(true) }
	renamed := func(o *metav1.OwnerReference) { o.Name = "other" }
	person, collector := user(john), rules.Actor{Collector: true}
	for name, tc := range map[string]struct {
		actor         rules.Actor
		before, after metav1.Object
		want          string
	}{
		"O7: nobody creates with a finalizer":                    {person, nil, kept, "O7"},
		"O7: nor with an owner":                                  {person, nil, owned(), "O7"},
		"O7: nor adds a finalizer":                               {person, plain, kept, "O7"},
		"O7: nor an owner":                                       {person, plain, owned(), "O7"},
		"R4: nobody takes a finalizer away":                      {person, kept, plain, "R4"},
		"R4: nor one of several":                                 {person, finalized("example.com/keep", "example.com/more"), kept, "R4"},
		"R4: nor puts another in its place":                      {person, kept, finalized("example.com/more"), "O7"},
		"R4: nor an owner":                                       {person, owned(), plain, "R4"},
		"R4: nor lets an owner go without it":                    {person, owned(), owned(unblocked), "R4"},
		"R4: nor keeps one waiting":                              {person, owned(unblocked), owned(blocks), "R4"},
		"R4: nor makes an owner the controller":                  {person, owned(), owned(controls), "R4"},
		"R4: nor gives an owner another name":                    {person, owned(), owned(renamed), "R4"},
		"R4: nor ends a deletion before its dependents are gone": {person, foreground, plain, "R4"},
		"R4: nor one that leaves orphans":                        {person, orphaning, plain, "R4"},
		"R4: an actor without an address is nobody else":         {anonymous, kept, plain, "R4"},
		"one that stands does not stop a change":                 {person, kept, kept, ""},
		"nor does an owner that stands":                          {person, owned(), owned(), ""},
		"the order of finalizers is no matter":                   {person, finalized("a", "b"), finalized("b", "a"), ""},
		"a platform actor adds what it needs":                    {platform, plain, kept, ""},
		"and takes it away":                                      {platform, kept, plain, ""},
		"and ties an object to an owner otherwise":               {platform, owned(), owned(controls), ""},
		"an object without either is nothing new":                {person, nil, plain, ""},
		"the garbage collector ends a foreground deletion":       {collector, foreground, plain, ""},
		"and one that leaves orphans":                            {collector, orphaning, plain, ""},
		"R4: but takes no finalizer that is somebody's":          {collector, kept, plain, "R4"},
		"O7: and adds none":                                      {collector, plain, foreground, "O7"},
		"the garbage collector takes away an owner that is gone": {collector, owned(), plain, ""},
		"and keeps no owner waiting":                             {collector, owned(), owned(unblocked), ""},
		"R4: but lets none wait":                                 {collector, owned(unblocked), owned(blocks), "R4"},
		"R4: nor rewrites one":                                   {collector, owned(), owned(unblocked, renamed), "R4"},
		"O7: nor adds one":                                       {collector, plain, owned(), "O7"},
	} {
		t.Run(name, func(t *testing.T) {
			violations := rules.Metadata(rules.Act{Actor: tc.actor}, tc.before, tc.after)
			var got string
			if len(violations) > 0 {
				got = violations[0].Rule
			}
			if got != tc.want || len(violations) > 1 {
				t.Errorf("got %v, want %q", violations, tc.want)
			}
		})
	}
}

// If a person may not write a value, they may not remove it, nor write it at creation. A platform actor is never refused.
func TestMarks(t *testing.T) {
	for key, tc := range map[string]struct{ label, annotation bool }{
		"note":                              {true, true},
		"cost-center":                       {true, true},
		corev1.LastAppliedConfigAnnotation:  {false, true},
		"polyorg.io/resend-requested-at":    {false, true},
		"polyorg.io/last-request":           {false, false},
		"polyorg.io/allow-deletion":         {false, false},
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

// The operator notes the request that it carries out, and no other. Otherwise an Administrator could say of a request that it was carried
// out, or make all others wait.
func TestLastRequest(t *testing.T) {
	noted := func(name string) metav1.Object {
		return &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{v1alpha1.LastRequestAnnotation: name}}}
	}
	plain, carries := noted("before"), rules.Actor{Email: alice, Request: "wish-1"}
	delete(plain.GetAnnotations(), v1alpha1.LastRequestAnnotation)
	for sentence, tc := range map[string]struct {
		actor         rules.Actor
		before, after metav1.Object
		refused       bool
	}{
		"R4: a person does not write it":                 {user(alice), plain, noted("wish-1"), true},
		"R4: nor creates with it":                        {user(alice), nil, noted("wish-1"), true},
		"R4: nor empties it":                             {user(alice), noted("before"), noted(""), true},
		"R4: nor takes it away":                          {user(alice), noted("before"), plain, true},
		"one that stands does not stop a change":         {user(alice), noted("before"), noted("before"), false},
		"the operator notes the request that it carries": {carries, noted("before"), noted("wish-1"), false},
		"R4: and no other":                               {carries, plain, noted("wish-2"), true},
		"R4: and takes none away":                        {carries, noted("before"), plain, true},
		"a platform actor restores what was there":       {platform, plain, noted("before"), false},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := rules.Metadata(rules.Act{Actor: tc.actor}, tc.before, tc.after); (len(got) > 0) != tc.refused || tc.refused && got[0].Rule != "R4" {
				t.Errorf("%v, want refused: %t", got, tc.refused)
			}
		})
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
