// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

// maxSlug leaves room for the hash within 63 characters.
const maxSlug = 54

var notInNames = regexp.MustCompile(`[^a-z0-9.-]+`)

var separators = regexp.MustCompile(`[.-]*-[.-]*|\.\.+`)

// ObjectName is the name of the objects that stand for a person: their User, and in an organization's namespace the Membership
// that the operator makes. It is readable, a valid object name, and different for every address.
func ObjectName(email string) string {
	sum := sha256.Sum256([]byte(email))
	slug := separators.ReplaceAllString(notInNames.ReplaceAllString(email, "-"), "-")
	slug = strings.Trim(slug[:min(len(slug), maxSlug)], ".-")
	return strings.TrimPrefix(slug+"-"+hex.EncodeToString(sum[:4]), "-")
}
