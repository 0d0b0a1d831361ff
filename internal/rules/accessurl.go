// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"strings"
	"time"
	_ "time/tzdata" // the zones that users may name must not depend on the machine

	"golang.org/x/text/language"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// organizationSpec judges what CEL cannot see: zones, languages, and names that the policy reserves (O5, A4). Values that were there before
// are not judged again, even if zones and policies have changed since (L9). For a creation, before is an empty organization.
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
	if name := AccessName(after); name != AccessName(before) {
		vs = accessName(o, act, after, name)
	}
	if domain := CustomDomain(after); domain != "" && domain != CustomDomain(before) {
		vs = append(vs, ownDomain(domain, act.BaseDomain)...)
	}
	return vs
}

// accessName judges the first label of an access URL (A4).
func accessName(o Outlook, act Act, org *v1alpha1.Organization, name string) Violations {
	field := "metadata.name"
	if u := org.Spec.AccessURL; u != nil && u.Name != "" {
		field = "spec.accessURL.name"
	}
	switch {
	case name == act.PortalName:
		return invalid("A4", field, "the access-URL name %q is the platform's own, for the page where people sign in; choose another", name)
	case o.reserved(name):
		return invalid("A4", field, "the access-URL name %q is reserved; choose another", name)
	case deceives(name):
		return invalid("A4", field, "the access-URL name %q stands for no name, or for one whose letters look like others; choose another", name)
	}
	return nil
}

// ownDomain judges a domain that an organization brings (A4).
func ownDomain(domain, baseDomain string) Violations {
	const field = "spec.accessURL.customDomain"
	switch {
	case within(domain, baseDomain):
		return invalid("A4", field, "a custom domain lies outside %s; use spec.accessURL.name for a name in it", baseDomain)
	case isPublicSuffix(domain):
		return invalid("A4", field, "under %s anybody can register a domain, so it is nobody's; use a domain that is registered under it", domain)
	case !isIDNA(domain):
		return invalid("A4", field, "%s has a label that starts with xn-- and is no valid international name (IDNA 2008); write the domain as its registry does", domain)
	}
	return nil
}

func within(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// AccessName is the first label of an organization's access URL: the chosen one, or else its own name (A1).
func AccessName(org *v1alpha1.Organization) string {
	if u := org.Spec.AccessURL; u != nil && u.Name != "" {
		return u.Name
	}
	return org.Name
}

// Hosts are the hosts that an organization asks for and can have: its access URL's first, then a custom domain that it has claimed (A1, A8).
func Hosts(org *v1alpha1.Organization, baseDomain string) []string {
	hosts := []string{AccessName(org) + "." + baseDomain}
	if domain := CustomDomain(org); domain != "" && ClaimedDomain(org) == domain {
		hosts = append(hosts, domain)
	}
	return hosts
}

// CustomDomain is the custom domain that an organization asks for, whether it is proved or not; empty if there is none.
func CustomDomain(org *v1alpha1.Organization) string {
	if org.Spec.AccessURL == nil {
		return ""
	}
	return org.Spec.AccessURL.CustomDomain
}

// HostReservation judges who reserves or frees a host (A6).
func HostReservation(_ Outlook, act Act, before, after *v1alpha1.HostReservation) Violations {
	if before != nil && after != nil && untouched(before, after, before.Spec, after.Spec) {
		return nil // Metadata judges all other changes
	}
	return platformOnly(act, "A6", "reserve or free a host", "")
}
