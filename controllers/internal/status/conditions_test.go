// SPDX-License-Identifier: Apache-2.0

package status

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestSetCutsMessages(t *testing.T) {
	full := strings.Repeat("a", maxMessage)
	for sentence, tc := range map[string]struct{ message, want string }{
		"a short one is kept":                           {"Größe", "Größe"},
		"one that just fits is kept":                    {full, full},
		"a longer one ends at the bound":                {full + "b", full},
		"or before a character that does not fit whole": {full[2:] + "€", full[2:]},
		"a character that just fits is kept":            {full[3:] + "€ and more", full[3:] + "€"},
		"bytes that are no text are left out":           {"a\xffb", "ab"},
	} {
		t.Run(sentence, func(t *testing.T) {
			var list []metav1.Condition
			Conditions{list: &list}.True("Ready", "Active", tc.message)
			if got := list[0].Message; got != tc.want {
				t.Errorf("got %d bytes ending in %q, want %d ending in %q", len(got), tail(got), len(tc.want), tail(tc.want))
			}
		})
	}
}

func tail(s string) string { return s[max(0, len(s)-5):] }
