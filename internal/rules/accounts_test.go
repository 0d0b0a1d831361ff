// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func accounts(compared v1alpha1.AccountComparison) policy {
	return policyWith(rows(v1alpha1.IntegrationRow{
		Application: "Fax", Unit: "line", OrganizationsPerAccount: 1, Accounts: compared, InitiatedFrom: []v1alpha1.InitiatedFrom{v1alpha1.InitiatedFromCRM},
	}))
}

// G1, A4: all spellings of an account are one account.
func TestOneAccountInSeveralSpellings(t *testing.T) {
	there := world{}.with(org("zylker", alice), org("hidden", carol))
	lead := by(user(alice))
	cases := map[string]testCase{}
	for sentence, tc := range map[string]struct {
		has, wants     string
		loosely, exact bool // whether they are one
	}{
		"the same":                             {"café", "café", true, true},
		"composed and decomposed":              {"caf\u00e9", "cafe\u0301", true, true},
		"in capitals":                          {"café", "CAFÉ", true, false},
		"in capitals, decomposed":              {"café", "CAFE\u0301", true, false},
		"in capitals of ASCII":                 {"help", "HELP", true, false},
		"in full width":                        {"help", "ｈｅｌｐ", true, false},
		"with a ligature":                      {"office", "oﬃce", true, false},
		"with two letters for one":             {"straße", "STRASSE", true, false},
		"with another form of a letter":        {"οδός", "ΟΔΌΣ", true, false},
		"with a selector that nobody sees":     {"caf\u00e9", "caf\u00e9\ufe0f", true, true},
		"with a joiner that came past the CRD": {"help", "he\u200dlp", true, true},
		"with another letter":                  {"café", "cafe", false, false},
		"in another script":                    {"help", "hеlp", false, false},
	} {
		for compared, one := range map[v1alpha1.AccountComparison]bool{"": tc.loosely, v1alpha1.AccountsCaseInsensitive: tc.loosely, v1alpha1.AccountsExact: tc.exact} {
			var want []string
			if one {
				want = []string{"G1"}
			}
			cases["G1: "+sentence+", compared "+string(compared)] = testCase{
				there.with(accounts(compared), bound("hidden", "Fax", tc.has)), lead.creates(bound("zylker", "Fax", tc.wants)), want, false, nil,
			}
		}
	}
	cases["G1: a built-in application's are one too"] = testCase{
		there.with(bound("hidden", "ZohoDesk", "café")), lead.creates(bound("zylker", "ZohoDesk", "CAFÉ")), []string{"G1"}, false, nil,
	}
	cases["G1: a rule that may be getting stricter is waited for, as its whole row is"] = testCase{
		there.changing(accounts(v1alpha1.AccountsExact), accounts(v1alpha1.AccountsCaseInsensitive)).with(bound("hidden", "Fax", "help")),
		lead.creates(bound("zylker", "Fax", "HELP")), []string{"G3"}, true, nil,
	}
	cases["G1: two spellings make no room for a third account"] = testCase{
		there.with(bound("zylker", "ZohoCampaigns", "news")), lead.creates(bound("zylker", "ZohoCampaigns", "NEWS")), []string{"G1"}, false, nil,
	}
	cases["G3: how a built-in application's accounts compare is not widened"] = testCase{
		world{}, by(platform).creates(policyWith(rows(v1alpha1.IntegrationRow{Application: "ZohoDesk", OrganizationsPerAccount: 1, AccountsPerOrganization: 1,
			Accounts: v1alpha1.AccountsExact, InitiatedFrom: []v1alpha1.InitiatedFrom{v1alpha1.InitiatedFromCRM}}))), []string{"G3"}, false, []string{"spec.integrations[0].accounts"},
	}
	cases["G3: it can be said as it is"] = testCase{
		world{}, by(platform).creates(policyWith(rows(v1alpha1.IntegrationRow{Application: "ZohoDesk", OrganizationsPerAccount: 1, AccountsPerOrganization: 1,
			Accounts: v1alpha1.AccountsCaseInsensitive, InitiatedFrom: []v1alpha1.InitiatedFrom{v1alpha1.InitiatedFromCRM}}))), nil, false, nil,
	}
	run(t, cases)
}

// Under every rule, a binding is found by the one key of all spellings of its account.
func TestAllSpellingsHaveOneKey(t *testing.T) {
	key := func(account string) rules.Key { return rules.AccountKey("Fax", "", account) }
	rapid.Check(t, func(t *rapid.T) {
		account := rapid.String().Draw(t, "account")
		for _, form := range []norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD} {
			if other := form.String(account); key(other) != key(account) {
				t.Errorf("%q and %q have two keys: %v, %v", account, other, key(account), key(other))
			}
		}
		if again := rules.AccountKey("Fax", "", key(account).Name[len("Fax//"):]); again != key(account) {
			t.Errorf("the form of %q has a form: %v, %v", account, key(account), again)
		}
	})
}
