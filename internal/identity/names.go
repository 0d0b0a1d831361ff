// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

// maxSlug leaves room for a hyphen and the digest in a name of 63 characters.
const maxSlug = 54

var (
	besideDots = regexp.MustCompile(`[^a-z0-9]*\.[^a-z0-9]*`)
	unsafe     = regexp.MustCompile(`[^a-z0-9.]+`)
)

// ObjectName is the name of the object that stands for a person: readable, a valid name of any kind, and different for
// different e-mail addresses (U1). For john@zylker.com it is john-zylker.com and eight digits of the address's digest.
func ObjectName(email string) string {
	digest := sha256.Sum256([]byte(email))
	suffix := hex.EncodeToString(digest[:4])
	slug := unsafe.ReplaceAllString(besideDots.ReplaceAllString(strings.ToLower(email), "."), "-")
	slug = strings.TrimLeft(slug[:min(len(slug), maxSlug)], ".-")
	if slug = strings.TrimRight(slug, ".-"); slug == "" {
		return "user-" + suffix
	}
	return slug + "-" + suffix
}
