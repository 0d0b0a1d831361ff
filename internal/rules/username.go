// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"strings"
)

const (
	// digestBytes make 80 bits. Nobody can find a second address that gives the same name (ADR 0010).
	digestBytes = 10
	// maxSlug leaves room for a hyphen and the digest, of 16 characters, in a name of 63.
	maxSlug = 46
)

// digits are those of a name: lower-case letters and 2 to 7.
var digits = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

var (
	besideDots = regexp.MustCompile(`[^a-z0-9]*\.[^a-z0-9]*`)
	unsafe     = regexp.MustCompile(`[^a-z0-9.]+`)
)

// ObjectName is the name of the object that stands for a person. It is readable, a valid name of any kind, and different for different
// e-mail addresses (U1). For john@zylker.com it is john-zylker.com and sixteen characters of the address's digest.
func ObjectName(email string) string {
	digest := sha256.Sum256([]byte(email))
	suffix := digits.EncodeToString(digest[:digestBytes])
	slug := unsafe.ReplaceAllString(besideDots.ReplaceAllString(strings.ToLower(email), "."), "-")
	slug = strings.TrimLeft(slug[:min(len(slug), maxSlug)], ".-")
	if slug = strings.TrimRight(slug, ".-"); slug == "" {
		return "user-" + suffix
	}
	return slug + "-" + suffix
}
