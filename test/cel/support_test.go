// SPDX-License-Identifier: Apache-2.0

package cel

const (
	badReservation = "a reservation's metadata.name is the host itself; write a full domain name, for example old-name.crm.example.com [A4]"
	badDefault     = "a default organization is the name of an Organization; write it like zylker-products [F2]"
	otherPerson    = "the e-mail address of a User never changes; each address has a User of its own [U1]"
	onePolicy      = "there is one PlatformPolicy; write metadata.name: default [L9]"
	badReserved    = "a reserved name is one DNS label; use lower-case letters, digits and inner hyphens, for example login [A4]"
	badRowName     = "an application's name is made of letters and digits; write it like ZohoDesk [G3]"
	badRowPart     = "a component's name is made of letters and digits; write it like Calendar [G3]"
	badUnit        = "a unit is one line of visible text; remove its control, zero-width and bidirectional characters [A4]"
	twoRows        = "an application and component have one row; leave out the others [G3]"
)

var hostReservationRules = map[string]rule{
	"a reservation is named for a host":           named("HostReservation", "crm.zylker.com", "zylker", badReservation),
	"a reservation is for no address":             named("HostReservation", "xn--zylkr-dva.com", "203.0.113.7", badReservation),
	"a reservation redirects to a host":           creation("HostReservation", "spec.redirectTo", "crm.zylker.com", "crm.zylker.com:443", badHost),
	"a reservation redirects to no URL":           creation("HostReservation", "spec.redirectTo", "crm.zylker.com", "https://crm.zylker.com", hostIsURL),
	"a reservation knows its holder by UID":       creation("HostReservation", "spec.heldFor.uid", "0c0b1d0a", nil, "Required value"),
	"a reservation can have no holder and no end": creation("HostReservation", "spec", nil, map[string]any{"expiresAt": "never"}, "must be of type date-time").at("spec.expiresAt"),
}

var userRules = map[string]rule{
	"a default is an organization's name": creation("User", "spec.defaultOrganization", "zylker", "Zylker", badDefault),
	"a default is absent or a name":       creation("User", "spec.defaultOrganization", nil, "", "should be at least 1 chars long"),
	"the address of a user never changes": updating("User", change{},
		change{"spec.defaultOrganization": "zylker-services"}, change{"spec.email": "eve@zylker.com"}, "spec.email", otherPerson),
}

// row is a row of the integration catalogue, with changes.
func row(changes change) map[string]any {
	r := map[string]any{
		"application": "Fax", "organizationsPerAccount": int64(1), "accountsPerOrganization": int64(1),
		"initiatedFrom": []any{"CRM"},
	}
	for field, value := range changes {
		r[field] = value
	}
	return r
}

// rows is a rule about the policy's integrations.
func rows(keeps, breaks []any, at, message string) rule {
	return creation("PlatformPolicy", "spec.integrations", keeps, breaks, message).at("spec.integrations" + at)
}

var platformPolicyRules = map[string]rule{
	"a policy's name is default":   named("PlatformPolicy", "default", "other", onePolicy),
	"sign-up is open or closed":    creation("PlatformPolicy", "spec.signUp", "Open", "Half", "Unsupported value"),
	"deletion is for one of two":   creation("PlatformPolicy", "spec.organizationDeletion", "SuperAdmin", "Anybody", "Unsupported value"),
	"a policy may be empty":        creation("PlatformPolicy", "spec", nil, map[string]any{"signUp": ""}, "Unsupported value").at("spec.signUp"),
	"a reserved name is one label": creation("PlatformPolicy", "spec.hosts.reservedNames", []any{"a", "www-2"}, []any{"a", "www.x"}, badReserved).at("spec.hosts.reservedNames[1]"),
	"a name is reserved once":      creation("PlatformPolicy", "spec.hosts.reservedNames", []any{"a", "b"}, []any{"a", "a"}, "Duplicate value").at("spec.hosts.reservedNames[1]"),
	"a row's application is a name": rows([]any{row(nil)}, []any{row(change{"application": "Fax Line"})},
		"[0].application", badRowName),
	"a row's component is a name, or nothing": rows([]any{row(change{"component": ""})}, []any{row(change{"component": "Line 1"})},
		"[0].component", badRowPart),
	"a row's unit is visible": rows([]any{row(change{"unit": "phone line"})}, []any{row(change{"unit": "line\u202e"})}, "[0].unit", badUnit),
	"a row says how accounts compare": rows([]any{row(change{"accounts": "Exact"})}, []any{row(change{"accounts": "Loosely"})},
		"[0].accounts", "Unsupported value"),
	"an application and component have one row": rows([]any{row(nil), row(change{"component": "Line"})},
		[]any{row(nil), row(change{"component": ""})}, "", twoRows),
	"a row has a limit, or none": rows([]any{row(change{"organizationsPerAccount": int64(0)})},
		[]any{row(change{"organizationsPerAccount": int64(-1)})}, "[0].organizationsPerAccount", "should be greater than or equal to 0"),
	"a row names a side": rows([]any{row(change{"initiatedFrom": []any{"CRM", "Application"}})},
		[]any{row(change{"initiatedFrom": []any{}})}, "[0].initiatedFrom", "should have at least 1 items"),
	"a row names a side once": rows([]any{row(change{"initiatedFrom": []any{"Application"}})},
		[]any{row(change{"initiatedFrom": []any{"CRM", "CRM"}})}, "[0].initiatedFrom[1]", "Duplicate value"),
}
