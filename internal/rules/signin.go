// SPDX-License-Identifier: Apache-2.0

package rules

import "slices"

// SignedIn judges anew what an actor may not do whose sign-in name is an e-mail address in another letter case. Everything that they have
// is under the address in lower case, so any other reason would mislead them (U2).
func SignedIn(act Act, violations Violations) Violations {
	is := act.Actor
	forbids := slices.ContainsFunc(violations, func(v Violation) bool { return v.Kind == KindForbidden })
	if !forbids || is.Miscased == "" || is.Platform {
		return violations
	}
	return forbidden("U2", "you are signed in as %s, which is not in lower case, so nothing here is yours; ask the platform's administrators "+
		"to map your name to lower case (claims.email.lowerAscii() in the API server's AuthenticationConfiguration)", is.Miscased)
}
