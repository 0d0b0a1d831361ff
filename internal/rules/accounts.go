// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// isOne reports whether two texts name one account, by the row's own rule (G1, A4).
func (r Row) isOne(a, b string) bool {
	if r.Exact {
		return exactly(a) == exactly(b)
	}
	return loosely(a) == loosely(b)
}

// exactly is an account in a normal form: all texts that Unicode holds for the same have one. It has no invisible characters.
func exactly(account string) string {
	if isASCII(account) {
		return account
	}
	return norm.NFC.String(strings.Map(seen, account))
}

// loosely is an account in another normal form: all texts that differ only in letter case or in encoding have one. No policy changes it, so
// it finds a binding under any rule. Accounts that are one exactly are one loosely too.
func loosely(account string) string {
	if isASCII(account) {
		return strings.ToLower(account)
	}
	account = norm.NFD.String(strings.Map(seen, account))
	for range 2 { // a compatible form can bring capitals with it
		account = norm.NFKC.String(cases.Fold().String(account))
	}
	return account
}

// seen drops characters that nobody sees on the screen: joiners, selectors of variants, and others that fonts ignore.
func seen(r rune) rune {
	if unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
		return -1
	}
	return r
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
