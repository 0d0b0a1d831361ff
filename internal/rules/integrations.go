// SPDX-License-Identifier: Apache-2.0

package rules

import (
	_ "embed"
	"math"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Cliq is the application whose binding makes an organization's invitations e-mail-only (G5).
const Cliq = "ZohoCliq"

//go:embed integrations.yaml
var integrationsYAML []byte

// Row is one line of the integration catalogue (G1–G4): how an application's component may be bound.
type Row struct {
	Application             string `json:"a"`
	Component               string `json:"c,omitempty"`
	Unit                    string `json:"u,omitempty"` // the word for an account, such as portal
	OrganizationsPerAccount int32  `json:"op,omitempty"`
	AccountsPerOrganization int32  `json:"ap,omitempty"` // of both: 0 is no limit
	InitiatedFrom           string `json:"f"`            // where it may be started, joined by commas so that the row is comparable
	// Exact: accounts that differ in letter case are two (G1). Else they are one.
	Exact bool `json:"x,omitempty"`
}

// Keys finds the rows that a PlatformPolicy adds or narrows, with the policy.
func (Row) Keys() []Key { return []Key{PolicyKey} }

// startsFrom reports whether the binding may be started from a side (G2).
func (r Row) startsFrom(side v1alpha1.InitiatedFrom) bool {
	return slices.Contains(strings.Split(r.InitiatedFrom, ","), string(side))
}

// sides are those from which the binding may be started, as people read them.
func (r Row) sides() string { return either(strings.Split(r.InitiatedFrom, ",")) }

// changesInPlace reports whether a binding's account may change (G4).
func (r Row) changesInPlace() bool {
	return r.Application == "MicrosoftTeams" && r.Component == "MessagingExtension"
}

// Catalogue is the built-in integration table.
var Catalogue = sync.OnceValue(func() []Row {
	var entries []struct {
		Application, Component, Unit                     string
		Accounts                                         v1alpha1.AccountComparison
		Components, InitiatedFrom                        []string
		OrganizationsPerAccount, AccountsPerOrganization int32
	}
	if err := yaml.Unmarshal(integrationsYAML, &entries); err != nil {
		panic(err) // embedded: a test reads it
	}
	var rows []Row
	for _, e := range entries {
		components := e.Components
		if components == nil {
			components = []string{e.Component}
		}
		for _, component := range components {
			rows = append(rows, Row{e.Application, component, e.Unit, e.OrganizationsPerAccount, e.AccountsPerOrganization, strings.Join(e.InitiatedFrom, ","),
				e.Accounts == v1alpha1.AccountsExact})
		}
	}
	return rows
})

func rowOf(r v1alpha1.IntegrationRow) Row {
	sides := make([]string, len(r.InitiatedFrom))
	for i, side := range r.InitiatedFrom {
		sides[i] = string(side)
	}
	exact := r.Accounts == v1alpha1.AccountsExact
	if own, ok := builtIn(r.Application, r.Component); ok && r.Accounts == "" {
		exact = own.Exact
	}
	return Row{r.Application, r.Component, r.Unit, r.OrganizationsPerAccount, r.AccountsPerOrganization, strings.Join(sides, ","), exact}
}

// builtIn finds a row of the built-in table.
func builtIn(application, component string) (Row, bool) {
	return find(asFacts(Catalogue()), func(r Row) bool { return r.Application == application && r.Component == component })
}

// row is the row that applies to an application's component: the policy's where there is one, or else the built-in one. While a change of
// the policy is in flight, the Worst outlook takes the stricter value of each column, and the Best the more generous.
func (o Outlook) row(application, component string) (Row, bool) {
	of := func(r Row) bool { return r.Application == application && r.Component == component }
	var rows []Row
	for _, r := range possible[Row](o, PolicyKey) {
		if of(r) {
			rows = append(rows, r)
		}
	}
	_, sure := find(asFacts(certain[Row](o, PolicyKey)), of)
	own, ok := builtIn(application, component)
	switch {
	case sure: // the policy's rows alone
	case ok:
		rows = append(rows, own)
	case o.worst || len(rows) == 0:
		return Row{}, false
	}
	row := rows[0]
	for _, other := range rows[1:] {
		row = o.mergeRows(row, other)
	}
	return row, true
}

func (o Outlook) mergeRows(a, b Row) Row {
	a.OrganizationsPerAccount = stricter(o, unbounded(a.OrganizationsPerAccount), unbounded(b.OrganizationsPerAccount))
	a.AccountsPerOrganization = stricter(o, unbounded(a.AccountsPerOrganization), unbounded(b.AccountsPerOrganization))
	var sides []string
	for _, side := range []v1alpha1.InitiatedFrom{v1alpha1.InitiatedFromCRM, v1alpha1.InitiatedFromApplication} {
		if !o.either(!a.startsFrom(side), !b.startsFrom(side)) {
			sides = append(sides, string(side))
		}
	}
	a.InitiatedFrom = strings.Join(sides, ",")
	a.Exact = !o.either(!a.Exact, !b.Exact)
	return a
}

// unbounded replaces 0, which means no limit, by a number so large that it means no limit and compares as larger.
func unbounded(n int32) int32 {
	if n == 0 {
		return math.MaxInt32
	}
	return n
}

// IntegrationBinding judges who creates (before is nil), changes, or deletes (after is nil) a binding, and whether the catalogue allows it
// (G2–G4). Limits judges how many there may be (G1).
func IntegrationBinding(o Outlook, act Act, organization string, before, after *v1alpha1.IntegrationBinding) Violations {
	if after == nil {
		if before.DeletionTimestamp == nil && o.mayLive(organization) && !o.administers(act, organization) {
			return forbidden("R4", "only Administrators and the super admin of %s remove its integrations; ask one of them", organization)
		}
		return nil
	}
	if before != nil && untouched(before, after, before.Spec, after.Spec) {
		return nil
	}
	if !o.administers(act, organization) {
		return forbidden("R4", "only Administrators and the super admin of %s integrate applications; ask one of them", organization)
	}
	return append(catalogued(o, before, after), bindingAdded(o, act, organization, before, after)...)
}

func bindingAdded(o Outlook, act Act, organization string, before, after *v1alpha1.IntegrationBinding) Violations {
	if by := after.Spec.ConfiguredBy; by != "" && by != act.Actor.Email && !act.Actor.Platform && (before == nil || before.Spec.ConfiguredBy != by) {
		return forbidden("R4", "spec.configuredBy must be your own address; write %s, or leave it out", act.Actor.Email)
	}
	if before != nil {
		return nil
	}
	return o.whyClosed(organization, act.Now)
}

// catalogued judges a binding by its row of the catalogue. One that keeps its account also keeps the values that an earlier row allowed.
func catalogued(o Outlook, before, after *v1alpha1.IntegrationBinding) Violations {
	spec := after.Spec
	if before != nil && before.Spec.Account == spec.Account {
		return nil
	}
	row, ok := o.row(spec.Application, spec.Component)
	switch {
	case !ok:
		return o.notCatalogued(spec.Application, spec.Component)
	case !row.startsFrom(spec.InitiatedFrom):
		return invalid("G2", "spec.initiatedFrom", "%s cannot be initiated from %s; write %s", spec.Application, spec.InitiatedFrom, row.sides())
	case before != nil && !row.changesInPlace():
		return invalid("G4", "spec.account", "the account of a %s binding cannot be changed; delete the binding and create another", spec.Application)
	}
	return nil
}

// Catalogued judges a binding that got past admission, and was not granted its account yet.
func Catalogued(o Outlook, spec v1alpha1.IntegrationBindingSpec) Violations {
	if _, ok := o.row(spec.Application, spec.Component); !ok {
		return o.notCatalogued(spec.Application, spec.Component)
	}
	return nil
}

// binding judges how many organizations an account can have, and how many accounts an organization (G1).
func (j judgement) binding(b Binding) Violations {
	if was, ok := find(j.before, func(Binding) bool { return true }); ok && was == b {
		return nil
	}
	var vs Violations
	row, _ := j.row(b.Application, b.Component)
	if used := j.organizationsOf(b, row); used >= unbounded(row.OrganizationsPerAccount) {
		vs = append(vs, exceeded("G1", used, row.OrganizationsPerAccount, "the %s %q is bound to as many organizations as it can be; choose another, or unbind it there first", row.unit(), b.Account)...)
	}
	if used := j.accountsOf(b, row); used >= unbounded(row.AccountsPerOrganization) {
		vs = append(vs, exceeded("G1", used, row.AccountsPerOrganization, "%s is bound to as many %s accounts as one organization can be; remove one first", b.Organization, b.Application)...)
	}
	return vs
}

func (r Row) unit() string {
	if r.Unit == "" {
		return "account"
	}
	return r.Application + " " + r.Unit
}

// organizationsOf counts the organizations that other bindings join an account to. Without a limit there may be any number, and none is
// counted.
func (j judgement) organizationsOf(b Binding, row Row) int32 {
	if unbounded(row.OrganizationsPerAccount) == math.MaxInt32 {
		return 0
	}
	organizations := map[string]bool{}
	for _, q := range countedAgainst[Binding](j.Outlook, AccountKey(b.Application, b.Component, b.Account)) {
		if row.isOne(q.Account, b.Account) && !j.countsAsEnded(q.Organization) {
			organizations[q.Organization] = true
		}
	}
	return int32(len(organizations))
}

// accountsOf counts the accounts that an organization is bound to by other bindings. Here accounts that differ in letter case are two,
// whatever the row says: one account in two spellings makes no room.
func (j judgement) accountsOf(b Binding, row Row) int32 {
	if unbounded(row.AccountsPerOrganization) == math.MaxInt32 {
		return 0
	}
	accounts := map[string]bool{}
	for _, q := range countedAgainst[Binding](j.Outlook, SlotKey(b.Organization, b.Application, b.Component)) {
		accounts[exactly(q.Account)] = true
	}
	return int32(len(accounts))
}
