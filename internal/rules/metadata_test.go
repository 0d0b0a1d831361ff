// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

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
