// SPDX-License-Identifier: Apache-2.0

package mail

import "testing"

func TestFailureForTenants(t *testing.T) {
	for sentence, tc := range map[string]struct {
		failure       Failure
		whole, public string
	}{
		"I12: a refusal of the address is for everybody": {
			Failure{Permanent: true, Code: 550, Enhanced: "5.1.1", Stage: "name the recipient", Reason: "no such user"},
			"name the recipient: 550 5.1.1 no such user", "name the recipient: 550 5.1.1 no such user",
		},
		"the platform's own set-up is for its administrators": {
			Failure{Platform: true, Code: 535, Stage: "sign in", Reason: "account crm is closed"},
			"sign in: 535 account crm is closed", "sign in: 535 the platform's mail server cannot be used now",
		},
		"also without a code": {
			Failure{Platform: true, Stage: "read the files", Reason: "/etc/polyorg/mail/password is not there"},
			"read the files: /etc/polyorg/mail/password is not there", "read the files: the platform's mail server cannot be used now",
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := tc.failure.Error(); got != tc.whole {
				t.Errorf("got %q, want %q", got, tc.whole)
			}
			if got := tc.failure.ForTenants(); got != tc.public {
				t.Errorf("got %q, want %q", got, tc.public)
			}
		})
	}
}
