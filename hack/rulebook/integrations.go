// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strconv"
	"strings"

	"github.com/polyorg/polyorg/hack/markdown"
	"github.com/polyorg/polyorg/internal/rules"
)

const integrationsHead = `# Integrations

` + "`make docs`" + ` generates this page from the catalogue in ` + "`internal/rules/integrations.yaml`" + `, by which admission judges an
IntegrationBinding. Write ` + "`spec.application`, `spec.component` and `spec.initiatedFrom`" + ` as they are here. An answer by
[G3](rules.md#g3) says which name is meant, and names the components of an application that has some.

- *Account* is what ` + "`spec.account`" + ` names.
- *Organizations* is how many organizations one account can have, and *accounts* how many accounts one organization ([G1](rules.md#g1)).
- *Started from* is where a binding may be started ([G2](rules.md#g2)).
- *Letter case* says if accounts that differ in letter case alone are one account or two.

`

const integrationsFoot = `
While an organization has a ZohoCliq binding, its invitations are answered by e-mail alone ([G5](rules.md#g5)). The account of a
MessagingExtension binding can be changed in place ([G4](rules.md#g4)).

A platform adds applications, and makes these rows narrower, by ` + "`spec.integrations`" + ` of the
[PlatformPolicy](../../config/samples/configuration/platformpolicy.yaml). It cannot make them wider.
`

func renderIntegrations() string {
	var b strings.Builder
	b.WriteString(integrationsHead)
	markdown.Table(&b, []string{"Application", "Component", "Account", "Organizations", "Accounts", "Started from", "Letter case"}, func(row func(...string)) {
		for _, r := range rules.Catalogue() {
			row(r.Application, r.Component, r.Unit, number(r.OrganizationsPerAccount), number(r.AccountsPerOrganization),
				strings.ReplaceAll(r.InitiatedFrom, ",", ", "), comparison(r))
		}
	})
	b.WriteString(integrationsFoot)
	return b.String()
}

// number is a cardinality as people read it: 0 is no limit.
func number(n int32) string {
	if n == 0 {
		return "any number"
	}
	return strconv.Itoa(int(n))
}

func comparison(r rules.Row) string {
	if r.Exact {
		return "two"
	}
	return "one"
}
