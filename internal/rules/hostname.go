// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// isPublicSuffix reports whether the public can register a name under a domain: co.uk, and github.io of the list's private part.
func isPublicSuffix(domain string) bool {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}

// aLabel starts a label that stands for one in letters beyond ASCII.
const aLabel = "xn--"

// names reads international names as a registry does. Real ASCII names may have hyphens in the third and fourth place too.
var names = idna.New(idna.ValidateLabels(true), idna.CheckHyphens(false), idna.CheckJoiners(true), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// isIDNA reports whether each label that stands for an international one is its one valid form.
func isIDNA(domain string) bool {
	_, ok := decoded(domain)
	return ok || !slices.ContainsFunc(strings.Split(domain, "."), func(label string) bool { return strings.HasPrefix(label, aLabel) })
}

// decoded is a domain in the letters that people read.
func decoded(domain string) (string, bool) {
	read, err := names.ToUnicode(domain)
	if err != nil {
		return "", false
	}
	written, err := names.ToASCII(read)
	return read, err == nil && written == domain
}

// scripts are those in which an international name can be written. None of them has letters that look like Latin ones, as Cyrillic,
// Greek, Armenian and Cherokee have. The scripts of one row are written together.
var scripts = [][]*unicode.RangeTable{
	{unicode.Latin},
	{unicode.Han, unicode.Hiragana, unicode.Katakana},
	{unicode.Hangul},
	{unicode.Arabic},
	{unicode.Hebrew},
	{unicode.Devanagari},
	{unicode.Bengali},
	{unicode.Tamil},
	{unicode.Thai},
}

// deceives reports whether a name stands for one in other letters that people could confuse with a third name (A4). Such a name decodes to
// nothing, to more than one script, or to a script with look-alikes. Names in plain ASCII stand for themselves.
func deceives(name string) bool {
	if !strings.HasPrefix(name, aLabel) {
		return false
	}
	read, ok := decoded(name)
	return !ok || !slices.ContainsFunc(scripts, func(together []*unicode.RangeTable) bool { return isIn(read, together) })
}

// isIn reports whether a name is written in some scripts, with digits and hyphens.
func isIn(name string, scripts []*unicode.RangeTable) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		plain := r == '-' || '0' <= r && r <= '9'
		return !plain && !unicode.In(r, scripts...)
	})
}
