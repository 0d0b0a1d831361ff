// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"fmt"
	"strings"
	"testing"
)

// emails are the fields that hold an e-mail address, by kind.
var emails = map[string][]string{
	"Organization":        {"spec.superAdmin"},
	"Membership":          {"spec.user"},
	"Invitation":          {"spec.email", "spec.invitedBy"},
	"InvitationResponse":  {"spec.invitee"},
	"OrganizationRequest": {"spec.user"},
	"IntegrationBinding":  {"spec.configuredBy"},
	"User":                {"spec.email"},
}

const (
	notNormal = "an e-mail address is written in lower case, without spaces around it; write "
	notEmail  = "this is no e-mail address; write name@domain in plain ASCII letters and digits, at most 64 characters " +
		"before the @, a full domain after it without a dot at its end, for example john@zylker.com [U1]"
)

func emailRules() map[string]rule {
	rules := map[string]rule{}
	for kind, fields := range emails {
		for _, field := range fields {
			rules[fmt.Sprintf("%s %s in capitals is refused with its normal form", kind, field)] = rule{
				kind: kind, field: field, message: notNormal + "mary.o'neil+crm@zylker.co.uk [U1]",
				keeps:  change{field: "mary.o'neil+crm@zylker.co.uk"},
				breaks: change{field: "Mary.O'Neil+CRM@Zylker.co.uk"},
			}
			rules[fmt.Sprintf("%s %s that is no address is refused", kind, field)] = rule{
				kind: kind, field: field, message: notEmail,
				keeps:  change{field: "m@z.fr"},
				breaks: change{field: "m@z"},
			}
		}
	}
	return rules
}

func TestEmailsThatAreTaken(t *testing.T) {
	longest := strings.Repeat("l", 64) + "@" + strings.Repeat(strings.Repeat("d", 62)+".", 3)[:186] + "fr"
	for sentence, email := range map[string]string{
		"a plain one":                      "john@zylker.com",
		"with dots inside the local part":  "john.m.smith@zylker.com",
		"with a tag":                       "john+crm@zylker.com",
		"with an apostrophe":               "mary.o'neil@zylker.ie",
		"with every sign that an atom has": "!#$%&'*+-/=?^_`{|}~@zylker.com",
		"of digits alone":                  "007@zylker.com",
		"in a domain of many labels":       "john@a.b-c.d3.zylker.co.uk",
		"in a domain in Punycode":          "john@xn--zylkr-dva.com",
		"in a top level in Punycode":       "john@zylker.xn--p1ai",
		"in a domain that begins a digit":  "john@3m.com",
		"with 64 characters before the @":  strings.Repeat("l", 64) + "@zylker.com",
		"with 63 characters in a label":    "john@" + strings.Repeat("d", 63) + ".com",
		"nearly as long as allowed":        longest,
	} {
		t.Run(sentence, func(t *testing.T) {
			if err := create(t.Context(), with(t, full(t, "Organization"), change{"spec.superAdmin": email})); err != nil {
				t.Errorf("want %q taken, got %v", email, err)
			}
		})
	}
}

func TestEmailsThatAreRefused(t *testing.T) {
	for sentence, c := range map[string]struct{ email, message string }{
		"in capitals":                           {"JOHN@ZYLKER.COM", notNormal + "john@zylker.com [U1]"},
		"with one capital in the domain":        {"john@zylkeR.com", notNormal + "john@zylker.com [U1]"},
		"after a space":                         {" john@zylker.com", notNormal + "john@zylker.com [U1]"},
		"before a space":                        {"john@zylker.com ", notNormal + "john@zylker.com [U1]"},
		"before a tab":                          {"john@zylker.com\t", notNormal + "john@zylker.com [U1]"},
		"before a line feed":                    {"john@zylker.com\n", notNormal + "john@zylker.com [U1]"},
		"before a no-break space":               {"john@zylker.com\u00a0", notNormal + "john@zylker.com [U1]"},
		"with a zero-width space in front":      {"\u200bjohn@zylker.com", notEmail},
		"with a zero-width space inside":        {"jo\u200bhn@zylker.com", notEmail},
		"with a byte order mark in front":       {"\ufeffjohn@zylker.com", notEmail},
		"with a mark that turns the text round": {"\u202emoc.reklyz@nhoj", notEmail},
		"with a Cyrillic o":                     {"j\u043ehn@zylker.com", notEmail},
		"with a Cyrillic e in the domain":       {"john@zylk\u0435r.com", notEmail},
		"with a dotless i":                      {"m\u0131ke@zylker.com", notEmail},
		"with a Kelvin sign for a k":            {"mi\u212ae@zylker.com", notEmail},
		"with an accent":                        {"jos\u00e9@zylker.com", notEmail},
		"with an accent of its own":             {"jose\u0301@zylker.com", notEmail},
		"in full-width letters":                 {"\uff4aohn@zylker.com", notEmail},
		"with a full-width at sign":             {"john\uff20zylker.com", notEmail},
		"with an ideographic full stop":         {"john@zylker\u3002com", notEmail},
		"with a final dot":                      {"john@zylker.com.", notEmail},
		"with two dots in the domain":           {"john@zylker..com", notEmail},
		"with a dot before the domain":          {"john@.zylker.com", notEmail},
		"with two dots in the local part":       {"john..smith@zylker.com", notEmail},
		"with a dot at the beginning":           {".john@zylker.com", notEmail},
		"with a dot before the @":               {"john.@zylker.com", notEmail},
		"in quotes":                             {`"john"@zylker.com`, notEmail},
		"with a quoted space":                   {`"john smith"@zylker.com`, notEmail},
		"with a space inside":                   {"john smith@zylker.com", notEmail},
		"with a line feed inside":               {"john@zylker.com\nbcc:eve@evil.com", notEmail},
		"with a NUL inside":                     {"john\x00@zylker.com", notEmail},
		"with a backslash":                      {`john\@zylker.com`, notEmail},
		"with a comment":                        {"john(crm)@zylker.com", notEmail},
		"with a display name":                   {"john <john@zylker.com>", notEmail},
		"as a mailto link":                      {"mailto:john@zylker.com", notEmail},
		"of two addresses":                      {"john@zylker.com,eve@evil.com", notEmail},
		"with two @":                            {"john@zylker.com@evil.com", notEmail},
		"without an @":                          {"john.zylker.com", notEmail},
		"without a local part":                  {"@zylker.com", notEmail},
		"without a domain":                      {"john@", notEmail},
		"in a domain of one label":              {"john@localhost", notEmail},
		"at an IP address":                      {"john@203.0.113.7", notEmail},
		"at an IP address in brackets":          {"john@[203.0.113.7]", notEmail},
		"in a domain that begins with a hyphen": {"john@-zylker.com", notEmail},
		"in a domain that ends with a hyphen":   {"john@zylker-.com", notEmail},
		"with an underscore in the domain":      {"john@zyl_ker.com", notEmail},
		"with 64 characters in a label":         {"john@" + strings.Repeat("d", 64) + ".com", notEmail},
		"with 65 characters before the @":       {strings.Repeat("l", 65) + "@zylker.com", notEmail},
		"with 255 characters":                   {"j@" + strings.Repeat("d.", 125) + "com", "may not be more than 254 bytes"},
		"with nothing in it":                    {"", "should be at least 1 chars long"},
		"of spaces alone":                       {"   ", notEmail},
	} {
		t.Run(sentence, func(t *testing.T) {
			object := with(t, full(t, "Organization"), change{"spec.superAdmin": c.email})
			mustRefuse(t, create(t.Context(), object), "spec.superAdmin", c.message)
		})
	}
}
