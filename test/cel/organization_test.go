// SPDX-License-Identifier: Apache-2.0

package cel

import "strings"

const (
	badOrganizationName = "an organization's metadata.name is one DNS label of 3 to 59 characters; use lower-case letters, digits and inner hyphens, for example zylker-products [A4]"
	badAccessName       = "an access URL's name is one DNS label of 3 to 59 characters; use lower-case letters, digits and inner hyphens, without dots, for example zylker-products [A4]"
	accessNameIsURL     = "an access URL's name is not a URL; write the name alone, without a scheme such as https:// and without the domain, for example zylker-products [A4]"
	badHost             = "a host is a full domain name in lower case; write it without port, path, wildcard or final dot, for example crm.zylker.com [A4]"
	hostIsURL           = "a host is not a URL; write the host alone, without a scheme such as https://, for example crm.zylker.com [A4]"
	badDisplayName      = "a display name is one line of visible text; remove the spaces around it and the characters that nobody sees [O5]"
	badReason           = "the reason of a suspension is one line of visible text; remove the spaces around it and the characters that nobody sees [E8]"
	badTimeZone         = "a time zone is an IANA name; write it like Europe/Paris or UTC [O5]"
	badLocale           = "a locale is a BCP 47 language tag; write it like fr or en-GB [O5]"
	badService          = "a Service's name is a lower-case DNS label that starts with a letter; write it like crm [A5]"
	notNetwork          = "this is no network; write an address and a prefix length, for example 203.0.113.0/24 [I6]"
	notNetwork6         = "this is no network; write an address and a prefix length, for example 2001:db8::/32 [I6]"
	notCanonical        = "a network is written in its canonical form, in lower case and without bits after the prefix; write "
	notCanonical6       = notCanonical + "2001:db8::/32, for example, not 2001:DB8::7/32 [I6]"
	sampleDataChanged   = "sample data can be asked for at creation only; put back the former value [O5]"
)

func network(keeps, breaks, message string) rule {
	const field = "spec.ipRestriction.allowedCIDRs"
	return creation("Organization", field, []any{keeps}, []any{"192.0.2.0/24", breaks}, message).at(field + "[1]")
}

func organizationField(field string, keeps, breaks any, message string) rule {
	return creation("Organization", "spec."+field, keeps, breaks, message)
}

var organizationRules = map[string]rule{
	"an organization's name has 3 characters at least": named("Organization", "abc", "ab", badOrganizationName),
	"an organization's name has 59 characters at most": named("Organization", strings.Repeat("a", 59), strings.Repeat("a", 60), badOrganizationName),
	"an organization's name is one label":              named("Organization", "zylker-com", "zylker.com", badOrganizationName),

	"an access URL's name has 3 characters at least":   organizationField("accessURL.name", "abc", "ab", badAccessName),
	"an access URL's name has 59 characters at most":   organizationField("accessURL.name", strings.Repeat("a", 59), strings.Repeat("a", 60), badAccessName),
	"an access URL's name is one label":                organizationField("accessURL.name", "zylker-com", "zylker.com", badAccessName),
	"an access URL's name is in lower case":            organizationField("accessURL.name", "zylker", "Zylker", "an access URL's name is in lower case; write zylker [A4]"),
	"an access URL's name begins without a hyphen":     organizationField("accessURL.name", "z-y", "-zy", badAccessName),
	"an access URL's name ends without a hyphen":       organizationField("accessURL.name", "z-y", "zy-", badAccessName),
	"an access URL's name is ASCII":                    organizationField("accessURL.name", "xn--zylkr-dva", "zylk\u00e9r", badAccessName),
	"an access URL's name is no URL":                   organizationField("accessURL.name", "zylker", "https://zylker", accessNameIsURL),
	"an access URL's name is no URL with a domain":     organizationField("accessURL.name", "zylker", "http://zylker.crm.example.com/", accessNameIsURL),
	"an access URL's name, if there is one, is a name": organizationField("accessURL.name", nil, "", "should be at least 1 chars long"),

	"a custom domain has two labels":           organizationField("accessURL.customDomain", "zylker.com", "zylker", badHost),
	"a custom domain is in lower case":         organizationField("accessURL.customDomain", "crm.zylker.com", "CRM.zylker.com", "a host is in lower case; write crm.zylker.com [A4]"),
	"a custom domain has no final dot":         organizationField("accessURL.customDomain", "crm.zylker.com", "crm.zylker.com.", badHost),
	"a custom domain has no port":              organizationField("accessURL.customDomain", "crm.zylker.com", "crm.zylker.com:443", badHost),
	"a custom domain has no path":              organizationField("accessURL.customDomain", "crm.zylker.com", "crm.zylker.com/", badHost),
	"a custom domain is no wildcard":           organizationField("accessURL.customDomain", "crm.zylker.com", "*.zylker.com", badHost),
	"a custom domain is no address":            organizationField("accessURL.customDomain", "crm.zylker.com", "203.0.113.7", badHost),
	"a custom domain is ASCII":                 organizationField("accessURL.customDomain", "xn--zylkr-dva.com", "zylk\u0435r.com", badHost),
	"a custom domain's labels have 63 letters": organizationField("accessURL.customDomain", strings.Repeat("a", 63)+".com", strings.Repeat("a", 64)+".com", badHost),
	"a custom domain is no URL":                organizationField("accessURL.customDomain", "crm.zylker.com", "https://crm.zylker.com", hostIsURL),

	"a back end is a Service's name": organizationField("accessURL.backend.serviceName", "crm-2", "2-crm", badService),
	"a back end is in no namespace":  organizationField("accessURL.backend.serviceName", "crm", "crm.default", badService),

	"a display name is visible":                   organizationField("displayName", "Zylker – Ünïcode ✓", " \u00a0 ", badDisplayName),
	"a display name has no spaces around it":      organizationField("displayName", "Zylker Products", "Zylker Products ", badDisplayName),
	"a display name has one line":                 organizationField("displayName", "Zylker, Bcc: eve", "Zylker\r\nBcc: eve@evil.com", badDisplayName),
	"a display name has no override of direction": organizationField("displayName", "Zylker", "Zylker\u202egro.live", badDisplayName),
	"a display name has no isolate of direction":  organizationField("displayName", "شركة Zylker", "Zylker\u2066gro\u2069", badDisplayName),
	"a display name has no mark of direction":     organizationField("displayName", "Zylker", "Zylker\u200f", badDisplayName),
	"a display name has no invisible space":       organizationField("displayName", "Zyl ker", "Zyl\u200bker", badDisplayName),
	"a display name has no joiner":                organizationField("displayName", "Zylker ❤️", "Zyl\u200dker", badDisplayName),
	"a display name has no byte order mark":       organizationField("displayName", "Zylker", "Zyl\ufeffker", badDisplayName),
	"a display name has no soft hyphen":           organizationField("displayName", "Zyl-ker", "Zyl\u00adker", badDisplayName),
	"a display name has no invisible letter":      organizationField("displayName", "Zylker", "Zyl\u3164ker", badDisplayName),
	"a display name has no bell":                  organizationField("displayName", "Zylker", "Zyl\u0007ker", badDisplayName),
	"a display name has no tag":                   organizationField("displayName", "Zylker", "Zylker\U000e0041", badDisplayName),
	"a display name has no line separator":        organizationField("displayName", "Zylker", "Zyl\u2028ker", badDisplayName),
	"a display name has 100 characters, not 101":  organizationField("displayName", strings.Repeat("é", 100), strings.Repeat("é", 101), "may not be more than 100"),

	"a reason of a suspension is visible":           organizationField("suspended.reason", "Impayé – facture n° 7", " \u00a0 ", badReason),
	"a reason of a suspension has one line":         organizationField("suspended.reason", "Unpaid: invoice 7", "Unpaid:\ninvoice 7", badReason),
	"a reason of a suspension has no spaces around": organizationField("suspended.reason", "Unpaid", " Unpaid", badReason),
	"a reason of a suspension has no override":      organizationField("suspended.reason", "Unpaid", "Unpaid\u202ediap", badReason),
	"a reason of a suspension has 200 characters":   organizationField("suspended.reason", strings.Repeat("é", 200), strings.Repeat("é", 201), "may not be more than 200"),
	"a suspension has a reason":                     organizationField("suspended.reason", "Unpaid", nil, "Required value"),
	"a reason of a suspension is not empty":         organizationField("suspended.reason", "Unpaid", "", "should be at least 1 chars long"),
	"a subscription ends at a time":                 organizationField("subscription.endsAt", "2030-01-16T08:00:00+01:00", "next year", "must be of type date-time"),
	"a time zone has the form of a name":            organizationField("timeZone", "America/Argentina/Buenos_Aires", "Europe Paris", badTimeZone),
	"a time zone may have an offset's name":         organizationField("timeZone", "Etc/GMT+12", "+02:00", badTimeZone),
	"a time zone is no path to another folder":      organizationField("timeZone", "UTC", "../etc/passwd", badTimeZone),

	"a locale is a language tag":                      organizationField("locale", "en-GB", "en_GB", badLocale),
	"a locale has a language":                         organizationField("locale", "zh-Hant-TW", "f", badLocale),
	"an edition is one of six":                        organizationField("subscription.edition", "ZohoOne", "Zoho One", "Unsupported value"),
	"there is one licence at least":                   organizationField("subscription.licenses", int64(1), int64(0), "should be greater than or equal to 1"),
	"there are a million at most":                     organizationField("subscription.licenses", int64(1000000), int64(1000001), "should be less than or equal to 1000000"),
	"a trial ends at a time":                          organizationField("trialEndsAt", "2030-01-16T08:00:00+01:00", "tomorrow", "must be of type date-time"),
	"a network has a prefix length":                   network("203.0.113.7/32", "203.0.113.7", "this is no network; write 203.0.113.7/32 for this one address [I6]"),
	"a network's prefix fits":                         network("0.0.0.0/0", "203.0.113.0/33", notNetwork),
	"a network is no range":                           network("203.0.113.0/30", "203.0.113.0-203.0.113.3", notNetwork),
	"a network's numbers have no zeros":               network("203.0.113.0/24", "203.0.113.000/24", notNetwork),
	"a network has no zone":                           network("fe80::/64", "fe80::%eth0/64", notNetwork6),
	"a network of version 6 has a prefix length":      network("2001:db8::1/128", "2001:DB8::1", "this is no network; write 2001:db8::1/128 for this one address [I6]"),
	"a network ends with its prefix":                  network("203.0.113.0/24", "203.0.113.7/24", notCanonical+"203.0.113.0/24, for example, not 203.0.113.7/24 [I6]"),
	"a network of version 6 ends with its prefix too": network("2001:db8::/32", "2001:db8::1/32", notCanonical6),
	"a network is in lower case":                      network("2001:db8:a::/48", "2001:DB8:A::/48", notCanonical6),
	"a network is in the short form":                  network("2001:db8::/48", "2001:db8:0::/48", notCanonical6),
	"a network is named once": {
		kind: "Organization", field: "spec.ipRestriction.allowedCIDRs[2]", message: "Duplicate value",
		keeps:  change{"spec.ipRestriction.allowedCIDRs": []any{"192.0.2.0/24", "198.51.100.0/24"}},
		breaks: change{"spec.ipRestriction.allowedCIDRs": []any{"192.0.2.0/24", "198.51.100.0/24", "192.0.2.0/24"}},
	},
	"a restriction to no network at all is refused": organizationField(
		"ipRestriction.allowedCIDRs", []any{"192.0.2.0/24"}, []any{}, "should have at least 1 items"),

	"a request for sample data stays": {
		kind: "Organization", stored: change{}, field: "spec.sampleData", message: sampleDataChanged,
		keeps: change{"spec.displayName": "Zylker"}, breaks: change{"spec.sampleData": nil},
	},
	"sample data cannot be requested later": {
		kind: "Organization", stored: change{"spec.sampleData": nil}, field: "spec.sampleData", message: sampleDataChanged,
		keeps: change{"spec.sampleData": false}, breaks: change{"spec.sampleData": true},
	},
}
