// SPDX-License-Identifier: Apache-2.0

// Package identity identifies people: an e-mail address in its one spelling, the actor behind a request, the name of a person's objects.
package identity

import (
	"regexp"
	"strings"
)

// MaxEmailLength is the longest address there can be, in characters.
const MaxEmailLength = 254

// email is the one spelling of an address (U1): a lower-case dot-atom, and two or more DNS labels. The last label begins with a letter, so
// it is no IP address. The CRDs have the same rule.
var email = regexp.MustCompile(`^[a-z0-9!#$%&'*+/=?^_{|}~\x60-]+(\.[a-z0-9!#$%&'*+/=?^_{|}~\x60-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// IsEmail reports whether an address is in its one spelling.
func IsEmail(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	return len(address) <= MaxEmailLength && len(local) <= 64 && email.MatchString(address)
}
