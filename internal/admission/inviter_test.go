// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestNote(t *testing.T) {
	const key, john, eve = v1alpha1.InvitedByAnnotation, "john@zylker.com", "eve@zylker.com"
	for sentence, tc := range map[string]struct {
		annotations map[string]string
		inviter     string
		want        map[string]string
		wantChanged bool
	}{
		"the inviter is noted":                            {nil, john, map[string]string{key: john}, true},
		"beside other annotations":                        {map[string]string{"team": "sales"}, john, map[string]string{"team": "sales", key: john}, true},
		"instead of somebody else, whom the author wrote": {map[string]string{key: eve}, john, map[string]string{key: john}, true},
		"one that is there already needs no patch":        {map[string]string{key: john}, john, map[string]string{key: john}, false},
		"an actor without an address leaves nothing":      {map[string]string{key: eve}, "", map[string]string{}, true},
		"and needs no patch for that":                     {nil, "", nil, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			i := &v1alpha1.Invitation{}
			i.Annotations = tc.annotations
			if changed := note(i, tc.inviter); changed != tc.wantChanged {
				t.Errorf("changed: %t, want %t", changed, tc.wantChanged)
			}
			if diff := cmp.Diff(tc.want, i.Annotations); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
