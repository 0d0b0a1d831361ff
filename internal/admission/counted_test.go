// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"testing"

	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestAsWhomAnActorIsCounted(t *testing.T) {
	const operator = "system:serviceaccount:polyorg-system:polyorg"
	v := &Validator{Operator: operator}
	for username, tc := range map[string]struct {
		platform bool
		want     func(fingerprint string) string
	}{
		"bob@zylker.com": {false, func(fingerprint string) string { return fingerprint }},
		"portal":         {true, journal.PlatformActor},
		operator:         {true, func(string) string { return "" }},
		"system:serviceaccount:kube-system:generic-garbage-collector": {false, journal.PlatformActor},
		"system:serviceaccount:kube-system:namespace-controller":      {false, journal.PlatformActor},
		"system:kube-controller-manager":                              {false, journal.PlatformActor},
		"system:serviceaccount:kube-system:default":                   {false, func(fingerprint string) string { return fingerprint }},
	} {
		if got, want := v.counted(username, rules.Actor{Platform: tc.platform}), tc.want(fingerprint(username)); got != want {
			t.Errorf("%s: got %q, want %q", username, got, want)
		}
	}
}
