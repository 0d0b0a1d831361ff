// SPDX-License-Identifier: Apache-2.0

package command

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestUnchanged(t *testing.T) {
	of := func(generation int64) *v1alpha1.Organization {
		o := &v1alpha1.Organization{}
		o.UID, o.Generation = "own", generation
		return o
	}
	for sentence, tc := range map[string]struct {
		before *v1alpha1.Organization
		by     client.Object
		want   bool
	}{
		"it was so already":                 {of(2), of(2), true},
		"it was changed":                    {of(2), of(3), false},
		"the person may not read it":        {nil, of(2), false},
		"R9: a request does not tell of it": {of(2), &v1alpha1.OrganizationRequest{}, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := unchanged(tc.before, tc.by); got != tc.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
