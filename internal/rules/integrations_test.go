// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestBindings(t *testing.T) {
	zylker := world{}.with(org("zylker", alice).on(v1alpha1.EditionStandard, 9), member(bob, "zylker"), org("hidden", carol))
	lead := by(user(alice))
	desk, tab := bound("zylker", "ZohoDesk", "help"), bound("zylker", "MicrosoftTeams", "portal/tab").component("Tab").startedOutside()
	run(t, map[string]testCase{
		"R4: an Administrator binds":                 {zylker, lead.creates(desk), nil, false, nil},
		"R4: a Standard member does not":             {zylker, by(user(bob)).creates(desk), []string{"R4"}, false, []string{"integrate applications"}},
		"R4: nor unbinds":                            {zylker, by(user(bob)).deletes(desk), []string{"R4"}, false, []string{"remove its integrations"}},
		"R4: an Administrator unbinds":               {zylker, lead.deletes(desk), nil, false, nil},
		"O7: with the organization all of them go":   {world{}.with(org("zylker", alice).terminating()), by(anonymous).deletes(desk), nil, false, nil},
		"R8: one may come before its organization":   {world{}, by(platform).creates(desk), nil, false, nil},
		"R4: it is configured in nobody else's name": {zylker, lead.creates(desk.having(func(b *v1alpha1.IntegrationBindingSpec) { b.ConfiguredBy = bob })), []string{"R4"}, false, []string{"spec.configuredBy", alice}},
		"R4: its configuredBy stays": {
			zylker, lead.changes(desk.having(func(b *v1alpha1.IntegrationBindingSpec) { b.ConfiguredBy = bob }),
				desk.having(func(b *v1alpha1.IntegrationBindingSpec) {
					b.ConfiguredBy, b.CredentialsSecretRef = bob, &v1alpha1.LocalSecretReference{Name: "desk"}
				})), nil, false, nil,
		},
		"R4: a write without a change is not judged, though there is a Secret": {
			zylker, by(user(bob)).changes(secret(desk), secret(desk)), nil, false, nil,
		},
		"G1: a portal has one organization": {
			zylker.with(bound("hidden", "ZohoDesk", "help")), lead.creates(desk), []string{"G1"}, false, []string{`ZohoDesk portal "help"`, "used 1 of 1", "choose another"},
		},
		"G1: an organization has one portal":   {zylker.with(bound("zylker", "ZohoDesk", "first")), lead.creates(desk), []string{"G1"}, false, []string{"zylker", "ZohoDesk", "remove one first"}},
		"G1: of each application":              {zylker.with(bound("zylker", "ZohoProjects", "help")), lead.creates(desk), nil, false, nil},
		"G1: Campaigns serve many":             {zylker.with(bound("hidden", "ZohoCampaigns", "mail")), lead.creates(bound("zylker", "ZohoCampaigns", "mail")), nil, false, nil},
		"G1: of which an organization has one": {zylker.with(bound("zylker", "ZohoCampaigns", "first")), lead.creates(bound("zylker", "ZohoCampaigns", "mail")), []string{"G1"}, false, nil},
		"G1: Analytics go many to many": {
			zylker.with(bound("hidden", "ZohoAnalytics", "a"), bound("zylker", "ZohoAnalytics", "b")), lead.creates(bound("zylker", "ZohoAnalytics", "a")), nil, false, nil,
		},
		"G1: SalesIQ has five to one organization": {zylker.with(salesIQ(4)...), lead.creates(bound("zylker", "ZohoSalesIQ", "new")), nil, false, nil},
		"G1: and not six":                          {zylker.with(salesIQ(5)...), lead.creates(bound("zylker", "ZohoSalesIQ", "new")), []string{"G1"}, false, []string{"used 5 of 5"}},
		"G1: components are counted apart": {
			zylker.with(bound("zylker", "Google", "mine").component("Contacts")), lead.creates(bound("zylker", "Google", "mine").component("Calendar")), nil, false, nil,
		},
		"G1: and each for itself": {
			zylker.with(bound("zylker", "Google", "mine").component("Contacts")), lead.creates(bound("zylker", "Google", "other").component("Contacts")), []string{"G1"}, false, nil,
		},
		"G1: an organization in deletion gives its account back": {
			world{}.with(org("zylker", alice), org("hidden", carol).terminating(), bound("hidden", "ZohoDesk", "help")), lead.creates(desk), nil, false, nil,
		},
		"G1: two at once do not both get the account": {zylker.perhaps(bound("hidden", "ZohoDesk", "help")), lead.creates(desk), []string{"G1"}, true, nil},
		"G2: a side that the row does not allow is refused": {
			zylker, lead.creates(bound("zylker", "ZohoProjects", "p").startedOutside()), []string{"G2"}, false, []string{"spec.initiatedFrom", "cannot be initiated from Application", "write CRM"},
		},
		"G2: one that it allows is not": {zylker, lead.creates(desk.startedOutside()), nil, false, nil},
		"G3: an application outside the catalogue is refused": {
			zylker, lead.creates(bound("zylker", "Fax", "1")), []string{"G3"}, false, []string{"spec.application", "Fax", "ask the platform's administrators to add it to the PlatformPolicy"},
		},
		"G3: so is an application without the component that it needs": {
			zylker, lead.creates(bound("zylker", "Google", "g")), []string{"G3"}, false, []string{"spec.component", "it is required for Google; write Contacts or Calendar"},
		},
		"G3: all components of an application are named": {
			zylker, lead.creates(bound("zylker", "MicrosoftTeams", "t").startedOutside()), []string{"G3"}, false,
			[]string{"spec.component: it is required for MicrosoftTeams; write Portal, Tab or MessagingExtension [G3]"},
		},
		"G3: a component in other letters is answered with its name": {
			zylker, lead.creates(teams("zylker", "messagingextension", "p/u")), []string{"G3"}, false, []string{"write MessagingExtension [G3]"},
		},
		"G3: a component that is none is answered with all": {
			zylker, lead.creates(teams("zylker", "Chat", "p/u")), []string{"G3"}, false, []string{"write Portal, Tab or MessagingExtension [G3]"},
		},
		"G3: an application in other letters is answered with its name": {
			zylker, lead.creates(bound("zylker", "zohodesk", "help")), []string{"G3"}, false,
			[]string{"spec.application: zohodesk is not in the integration catalogue; write ZohoDesk [G3]"},
		},
		"G3: so is one without the family's name": {
			zylker, lead.creates(bound("zylker", "desk", "help")), []string{"G3"}, false, []string{"write ZohoDesk [G3]"},
		},
		"G3: a few letters mean nothing": {
			zylker, lead.creates(bound("zylker", "Cis", "1")), []string{"G3"}, false, []string{"ask the platform's administrators"},
		},
		"G3: and one with a component that it has not": {
			zylker, lead.creates(desk.component("Mail")), []string{"G3"}, false, []string{"ZohoDesk has no components; leave it out"},
		},
		"G4: a portal of Teams has one organization": {
			zylker.with(teams("hidden", "Portal", "p")), lead.creates(teams("zylker", "Portal", "p")), []string{"G1"}, false, nil,
		},
		"G4: tabs of one portal show different organizations": {zylker.with(teams("hidden", "Tab", "p/1")), lead.creates(teams("zylker", "Tab", "p/2")), nil, false, nil},
		"G4: an organization has many tabs":                   {zylker.with(teams("zylker", "Tab", "p/1")), lead.creates(teams("zylker", "Tab", "p/2")), nil, false, nil},
		"G4: each tab shows one":                              {zylker.with(teams("hidden", "Tab", "p/1")), lead.creates(teams("zylker", "Tab", "p/1")), []string{"G1"}, false, nil},
		"G4: a user's messaging extension has one organization": {
			zylker.with(teams("hidden", "MessagingExtension", "p/bob")), lead.creates(teams("zylker", "MessagingExtension", "p/bob")), []string{"G1"}, false, nil,
		},
		"G4: and can be changed in place": {zylker, lead.changes(teams("zylker", "MessagingExtension", "p/bob"), teams("zylker", "MessagingExtension", "p/bob").account("p/eve")), nil, false, nil},
		"G4: not to one that is taken": {
			zylker.with(teams("hidden", "MessagingExtension", "p/eve")),
			lead.changes(teams("zylker", "MessagingExtension", "p/bob"), teams("zylker", "MessagingExtension", "p/bob").account("p/eve")), []string{"G1"}, false, nil,
		},
		"G4: nothing else can": {zylker, lead.changes(tab, tab.account("portal/other")), []string{"G4"}, false, []string{"spec.account", "delete the binding and create another"}},
	})
}

func secret(b binding) binding {
	return b.having(func(b *v1alpha1.IntegrationBindingSpec) {
		b.CredentialsSecretRef = &v1alpha1.LocalSecretReference{Name: "credentials"}
	})
}

func salesIQ(n int) []object {
	var objects []object
	for i := range n {
		objects = append(objects, bound("zylker", "ZohoSalesIQ", string(rune('a'+i))))
	}
	return objects
}

func teams(organization, component, account string) binding {
	return bound(organization, "MicrosoftTeams", account).component(component).startedOutside()
}

func TestBindingsByPolicy(t *testing.T) {
	zylker := world{}.with(org("zylker", alice), org("hidden", carol))
	lead := by(user(alice))
	row := func(application string, perAccount, perOrganization int32, sides ...v1alpha1.InitiatedFrom) policy {
		return policyWith(rows(v1alpha1.IntegrationRow{
			Application: application, Unit: "line", OrganizationsPerAccount: perAccount, AccountsPerOrganization: perOrganization, InitiatedFrom: sides,
		}))
	}
	fax, slack := bound("zylker", "Fax", "1"), bound("zylker", "Slack", "w")
	crm, application := v1alpha1.InitiatedFromCRM, v1alpha1.InitiatedFromApplication
	run(t, map[string]testCase{
		"G3: the policy adds an application":      {zylker.with(row("Fax", 1, 1, crm)), lead.creates(fax), nil, false, nil},
		"G1: whose numbers hold":                  {zylker.with(row("Fax", 1, 1, crm), bound("hidden", "Fax", "1")), lead.creates(fax), []string{"G1"}, false, []string{`Fax line "1"`}},
		"G3: one that may be added is waited for": {zylker.perhaps(row("Fax", 1, 1, crm)), lead.creates(fax), []string{"G3"}, true, nil},
		"G3: one in other letters is answered with its name": {
			zylker.with(row("FaxMachine", 1, 1, crm)), lead.creates(bound("zylker", "faxMachine", "1")), []string{"G3"}, false, []string{"write FaxMachine [G3]"},
		},
		"G3: the policy narrows a side":              {zylker.with(row("Slack", 1, 1, application)), lead.creates(slack), []string{"G2"}, false, nil},
		"G3: one that may be narrowed is waited for": {zylker.perhaps(row("Slack", 1, 1, application)), lead.creates(slack), []string{"G2"}, true, nil},
		"G3: so is one that may be allowed again":    {zylker.changing(row("Slack", 1, 1, application), row("Slack", 1, 1, crm)), lead.creates(slack), []string{"G2"}, true, nil},
		"G3: numbers that may be narrowed wait too":  {zylker.perhaps(row("ZohoAnalytics", 1, 0, crm)).with(bound("hidden", "ZohoAnalytics", "r")), lead.creates(bound("zylker", "ZohoAnalytics", "r")), []string{"G1"}, true, nil},
		"L9: a binding that a narrowed row would refuse keeps what it has": {
			zylker.with(row("Slack", 1, 1, application)), lead.changes(slack, secret(slack)), nil, false, nil,
		},
	})
}

func TestPlatformPolicy(t *testing.T) {
	lead := by(platform)
	row := func(application, component string, perAccount, perOrganization int32, sides ...v1alpha1.InitiatedFrom) policy {
		return policyWith(rows(v1alpha1.IntegrationRow{
			Application: application, Component: component, OrganizationsPerAccount: perAccount, AccountsPerOrganization: perOrganization, InitiatedFrom: sides,
		}))
	}
	crm, application := v1alpha1.InitiatedFromCRM, v1alpha1.InitiatedFromApplication
	run(t, map[string]testCase{
		"L9: a platform actor sets numbers":                {world{}, lead.creates(policyWith(limits(func(l *v1alpha1.LimitsPolicy) { l.OrganizationsPerUser = new(int32(50)) }))), nil, false, nil},
		"L9: nobody else does":                             {world{}, by(user(john)).creates(policyWith()), []string{"L9"}, false, nil},
		"L9: or deletes them":                              {world{}, by(user(john)).deletes(policyWith()), []string{"L9"}, false, nil},
		"L9: a platform actor goes back to the rulebook's": {world{}, lead.deletes(policyWith()), nil, false, nil},
		"L2: a part is not more than the whole": {
			world{}, lead.creates(policyWith(limits(func(l *v1alpha1.LimitsPolicy) { l.CreatedOrganizationsPerUser = new(int32(11)) }))),
			[]string{"L9"}, false, []string{"spec.limits.createdOrganizationsPerUser", "11 is more than organizationsPerUser (10)"},
		},
		"L7: nor one super admin's share": {
			world{}, lead.changes(policyWith(), policyWith(limits(func(l *v1alpha1.LimitsPolicy) { l.PendingInvitationsPerUser = new(int32(2)) }))), []string{"L9"}, false, nil,
		},
		"E3: no trial is warned of its end before it begins": {
			world{}, lead.creates(policyWith(trial(10, 11))), []string{"L9"}, false, []string{"spec.trial.warningDays", "11 is more than the days of the trial (10)"},
		},
		"E3: all its days may be a warning, or none":  {world{}, lead.changes(policyWith(trial(10, 0)), policyWith(trial(10, 10))), nil, false, nil},
		"E3: a short trial alone contradicts nothing": {world{}, lead.creates(policyWith(func(s *v1alpha1.PlatformPolicySpec) { s.Trial = &v1alpha1.TrialPolicy{Days: new(int32(1))} })), nil, false, nil},
		"O2: sign-up is not open where nobody can sign up": {
			world{}, lead.creates(policyWith(openSignUp, limits(func(l *v1alpha1.LimitsPolicy) {
				l.CreatedOrganizationsPerUser, l.CreatedCRMPlusPerUser = new(int32(0)), new(int32(0))
			}))), []string{"L9"}, false, []string{"spec.signUp", "close sign-up"},
		},
		"G3: an application is added":               {world{}, lead.creates(row("Fax", "", 0, 0, crm, application)), nil, false, nil},
		"G3: a built-in row is narrowed":            {world{}, lead.creates(row("ZohoSalesIQ", "", 1, 2, crm)), nil, false, nil},
		"G3: one without limits too":                {world{}, lead.creates(row("ZohoAnalytics", "", 3, 3, crm)), nil, false, nil},
		"G3: it is not widened":                     {world{}, lead.creates(row("ZohoSalesIQ", "", 1, 6, crm)), []string{"G3"}, false, []string{"spec.integrations[0]", "narrowed but not widened"}},
		"G3: nor given a component that it has not": {world{}, lead.creates(row("ZohoCliq", "Team", 1, 1, crm)), []string{"G3"}, false, []string{"spec.integrations[0].component", "rows can be added for other applications"}},
		"G3: nor freed of its limit":                {world{}, lead.creates(row("ZohoDesk", "", 0, 1, crm)), []string{"G3"}, false, nil},
		"G3: nor started from another side":         {world{}, lead.creates(row("ZohoProjects", "", 1, 1, application)), []string{"G3"}, false, []string{"spec.integrations[0].initiatedFrom"}},
		"G3: a component's row is held to its own":  {world{}, lead.creates(row("MicrosoftTeams", "Tab", 2, 0, application)), []string{"G3"}, false, []string{"MicrosoftTeams Tab"}},
	})
}

func TestCatalogueIsTheRulebooks(t *testing.T) {
	own, shared := rowsOf(t, "integrations.yaml"), rowsOf(t, "../../../shared/data/integrations.yaml")
	if shared == nil {
		t.Log("the rulebook's own table is not here; nothing to compare with")
		return
	}
	if diff := cmp.Diff(shared, own); diff != "" {
		t.Errorf("G1: the embedded catalogue is not the rulebook's (-rulebook +embedded):\n%s", diff)
	}
}

// rowsOf reads a catalogue, every field of it; nil where there is no such file.
func rowsOf(t *testing.T, path string) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var rows []map[string]any
	if err == nil {
		err = yaml.UnmarshalStrict(text, &rows)
	}
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestCatalogue(t *testing.T) {
	seen := map[[2]string]bool{}
	for _, row := range rules.Catalogue() {
		key := [2]string{row.Application, row.Component}
		if seen[key] || row.Application == "" || row.Unit == "" || row.InitiatedFrom == "" {
			t.Errorf("G1: a row is double, or not whole: %+v", row)
		}
		seen[key] = true
	}
	for sentence, want := range map[string]rules.Row{
		"G1: the seed's five":      {"ZohoSalesIQ", "", "account", 1, 5, "CRM,Application", false},
		"G1: a row per component":  {"Office365", "Calendar", "folder", 1, 1, "CRM", false},
		"G4: the extension of one": {"MicrosoftTeams", "MessagingExtension", "portal/user", 1, 0, "Application", false},
	} {
		found := false
		for _, row := range rules.Catalogue() {
			found = found || row == want
		}
		if !found {
			t.Errorf("%s: %+v is missing", sentence, want)
		}
	}
}
