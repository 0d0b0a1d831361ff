// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polyorg/polyorg/internal/rules"
)

func TestSignedIn(t *testing.T) {
	no := rules.Violations{{Rule: "I7", Kind: rules.KindForbidden, Message: "you have none; see your list"}}
	wrong := rules.Violations{{Rule: "O5", Kind: rules.KindInvalid, Field: "spec.timeZone", Message: "is none; write another"}}
	mixed := rules.Actor{Miscased: "Mixed.Case@Example.com"}
	toldWhy := "you are signed in as Mixed.Case@Example.com, which is not in lower case, so nothing here is yours; ask the platform's administrators " +
		"to map your name to lower case (claims.email.lowerAscii() in the API server's AuthenticationConfiguration) [U2]"
	for sentence, tc := range map[string]struct {
		actor rules.Actor
		given rules.Violations
		want  string
	}{
		"U2: what is forbidden is the sign-in name's fault":   {mixed, no, toldWhy},
		"U2: also beside a mistake":                           {mixed, append(wrong, no...), toldWhy},
		"a mistake in the object is a mistake under any name": {mixed, wrong, wrong.String()},
		"nothing is wrong":                                    {mixed, nil, ""},
		"a platform actor acts under any name":                {rules.Actor{Miscased: "Root@Example.com", Platform: true}, no, no.String()},
		"an actor in lower case is told the rule":             {user(bob), no, no.String()},
		"so is one that is no person":                         {rules.Actor{}, no, no.String()},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, rules.SignedIn(rules.Act{Actor: tc.actor}, tc.given).String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
