// SPDX-License-Identifier: Apache-2.0

package member

import (
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestFreeName(t *testing.T) {
	for sentence, tc := range map[string]struct {
		taken []string
		want  string
	}{
		"the wanted name, if it is free": {[]string{"bob"}, "alice"},
		"else the next":                  {[]string{"alice"}, "alice-2"},
		"that nobody has":                {[]string{"alice-2", "alice", "alice-4"}, "alice-3"},
	} {
		t.Run(sentence, func(t *testing.T) {
			members := make([]v1alpha1.Membership, len(tc.taken))
			for i, name := range tc.taken {
				members[i].Name = name
			}
			if got := FreeName("alice", members); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
