// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// TestEnds: O7, a namespace is opened for an organization that ends, and for no other.
func TestEnds(t *testing.T) {
	org := func(deleted, protected bool) *v1alpha1.Organization {
		o := &v1alpha1.Organization{Spec: v1alpha1.OrganizationSpec{DeletionProtection: protected}}
		if deleted {
			o.DeletionTimestamp = &metav1.Time{}
		}
		return o
	}
	for sentence, tc := range map[string]struct {
		before, after client.Object
		want          bool
	}{
		"its deletion ends it":                                 {org(false, false), nil, true},
		"so does the protection that is taken from a held one": {org(true, true), org(true, false), true},
		"not that of one which lives":                          {org(false, true), org(false, false), false},
		"a held one is deleted again":                          {org(true, true), nil, false},
		"one that ends is deleted again":                       {org(true, false), nil, false},
		"a membership is deleted":                              {&v1alpha1.Membership{}, nil, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := ends(tc.before, tc.after) != nil; got != tc.want {
				t.Errorf("ends: %t", got)
			}
		})
	}
}
