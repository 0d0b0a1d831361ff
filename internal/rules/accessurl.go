// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"strings"
	"time"
	_ "time/tzdata" // the zones that users may name must not depend on the machine

	"golang.org/x/text/language"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// organizationSpec judges what CEL cannot see: zones, languages, and names that the policy reserves (O5, A4). What stood before is
// not judged again, whatever became of zones and policies since (L9). Before a creation stands an empty organization.
func organizationSpec(o Outlook, act Act, before, after *v1alpha1.Organization) Violations {
	return append(timeAndLanguage(before.Spec, after.Spec), accessURL(o, act, before, after)...)
}

func timeAndLanguage(before, after v1alpha1.OrganizationSpec) Violations {
	var vs Violations
	if zone := after.TimeZone; zone != before.TimeZone && zone != "" {
		if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
			vs = append(vs, invalid("O5", "spec.timeZone", "%q is not an IANA time zone; write it like Europe/Paris", zone)...)
		}
	}
	if locale := after.Locale; locale != before.Locale && locale != "" {
		if _, err := language.Parse(locale); err != nil {
			vs = append(vs, invalid("O5", "spec.locale", "%q is not a BCP 47 language tag; write it like fr or en-GB", locale)...)
		}
	}
	return vs
}

func accessURL(o Outlook, act Act, before, after *v1alpha1.Organization) Violations {
	var vs Violations
	if name := AccessName(after); name != AccessName(before) && o.reserved(name) {
		field := "metadata.name"
		if u := after.Spec.AccessURL; u != nil && u.Name != "" {
			field = "spec.accessURL.name"
		}
		vs = append(vs, invalid("A4", field, "the access-URL name %q is reserved; choose another", name)...)
	}
	if domain := customDomain(after); domain != customDomain(before) && within(domain, act.BaseDomain) {
		vs = append(vs, invalid("A4", "spec.accessURL.customDomain", "a custom domain lies outside %s; use spec.accessURL.name for a name in it", act.BaseDomain)...)
	}
	return vs
}

func within(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// AccessName is the first label of an organization's access URL: the one chosen, else its own name (A1).
func AccessName(org *v1alpha1.Organization) string {
	if u := org.Spec.AccessURL; u != nil && u.Name != "" {
		return u.Name
	}
	return org.Name
}

// Hosts are the hosts that an organization asks for: its access URL's first, then a custom domain (A1).
func Hosts(org *v1alpha1.Organization, baseDomain string) []string {
	hosts := []string{AccessName(org) + "." + baseDomain}
	if domain := customDomain(org); domain != "" {
		hosts = append(hosts, domain)
	}
	return hosts
}

func customDomain(org *v1alpha1.Organization) string {
	if org.Spec.AccessURL == nil {
		return ""
	}
	return org.Spec.AccessURL.CustomDomain
}

// HostReservation judges who reserves or frees a host (A6).
func HostReservation(_ Outlook, act Act, _, _ *v1alpha1.HostReservation) Violations {
	return platformOnly(act, "A6", "reserve or free a host")
}
