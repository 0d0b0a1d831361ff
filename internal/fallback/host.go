// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"strings"
	"unicode"

	"k8s.io/apimachinery/pkg/util/validation"
)

// maxAuthority is the length of the longest host, with a dot at its end and a port.
const maxAuthority = validation.DNS1123SubdomainMaxLength + len(".:65535")

// Hostname is the host of a Host header in the form that a Directory knows: in lower case, without a port and without a dot at its end. An
// international name stays as it is, in ASCII. What names no host of DNS, such as [::1], is none.
func Hostname(authority string) (host string, ok bool) {
	host, port, _ := strings.Cut(authority, ":")
	host = strings.TrimSuffix(host, ".")
	if len(authority) > maxAuthority || strings.Trim(port, "0123456789") != "" || !isASCII(host) {
		return "", false
	}
	host = strings.ToLower(host) // after the check for ASCII: the Kelvin sign would become a k
	return host, len(validation.IsDNS1123Subdomain(host)) == 0
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
