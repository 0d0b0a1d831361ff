// SPDX-License-Identifier: Apache-2.0

package cel

const (
	badApplication   = "an application is named as in the catalogue, in letters and digits; write it like ZohoDesk [G3]"
	badComponent     = "a component is named as in the catalogue, in letters and digits; write it like Calendar [G3]"
	badAccount       = "an account is one line of visible text; remove the spaces around it and the characters that nobody sees [G1]"
	badSecret        = "a Secret's name is a lower-case DNS name; write it like desk-credentials [G1]"
	otherApplication = "a binding's application cannot be changed; delete the binding and make another [G1]"
	otherComponent   = "a binding's component cannot be changed; delete the binding and make another [G1]"
	otherAccount     = "a binding's account can be changed in place for the messaging extension of Microsoft Teams only; delete the binding and make another [G4]"
	otherSide        = "the side from which a binding was started cannot be changed; delete the binding and make another [G2]"
)

func bindingField(field string, keeps, breaks any, message string) rule {
	return creation("IntegrationBinding", "spec."+field, keeps, breaks, message)
}

// bound is a rule that keeps a field of a stored binding, while configuredBy may change.
func bound(stored change, field string, value any, message string) rule {
	return updating("IntegrationBinding", stored,
		change{"spec.configuredBy": "mary@zylker.com"}, change{field: value}, field, message)
}

var integrationBindingRules = map[string]rule{
	"an application is a name":                bindingField("application", "ZohoDesk", "Zoho Desk", badApplication),
	"an application is named":                 bindingField("application", "ZohoDesk", nil, "Required value"),
	"a component is a name, or nothing":       bindingField("component", "", "Messaging Extension", badComponent),
	"an account is visible":                   bindingField("account", "Zylker – Verkäufe/Übersicht", "zyl\u200bker", badAccount),
	"an account has no spaces around it":      bindingField("account", "zylker sales", " zylker", badAccount),
	"an account has one line":                 bindingField("account", "zylker", "zylker\nsales", badAccount),
	"an account has no mark that turns round": bindingField("account", "zylker", "zylker\u202e", badAccount),
	"an account has no invisible letter":      bindingField("account", "zylker", "zyl\u115fker", badAccount),
	"an account has no grapheme joiner":       bindingField("account", "zylker", "zyl\u034fker", badAccount),
	"credentials have a Secret's name":        bindingField("credentialsSecretRef.name", "desk.credentials-2", "desk\u202e", badSecret),
	"a side is one of two":                    bindingField("initiatedFrom", "CRM", "Elsewhere", "Unsupported value"),
	"a side is said":                          bindingField("initiatedFrom", "CRM", nil, "Required value"),

	"a binding keeps its application": bound(change{}, "spec.application", "Slack", otherApplication),
	"a binding keeps its side":        bound(change{}, "spec.initiatedFrom", "CRM", otherSide),
	"a binding keeps its component":   bound(change{}, "spec.component", "Portal", otherComponent),
	"a component cannot be removed":   bound(change{}, "spec.component", nil, otherComponent),
	"a component cannot be added":     bound(change{"spec.component": nil}, "spec.component", "Portal", otherComponent),
	"an empty component is no component": updating("IntegrationBinding", change{"spec.component": ""},
		change{"spec.component": nil}, change{"spec.component": "Portal"}, "spec.component", otherComponent),
	"a tab keeps its account": bound(change{}, "spec.account", "zylker/support", otherAccount),
	"another application's messaging extension keeps its account": bound(
		change{"spec.application": "Slack", "spec.component": "MessagingExtension"}, "spec.account", "other", otherAccount),
	"a messaging extension's account can be changed in place": updating("IntegrationBinding",
		change{"spec.component": "MessagingExtension"},
		change{"spec.account": "zylker/mary"}, change{"spec.account": "zylker/mary "}, "spec.account", badAccount),
}
