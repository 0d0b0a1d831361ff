// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// everyFact has each type of fact, every field filled, under the text that the journal keeps. The texts are a format: replicas
// of two versions read them, so a change here is a change of what they share.
func everyFact() map[string]rules.Fact {
	return map[string]rules.Fact{
		`accepts{"o":"zylker","u":"bob@zylker.com","g":"Invited","t":"Internal","s":true,"i":"uid"}`: rules.Acceptance{
			Place: rules.Place{
				Organization: "zylker", User: "bob@zylker.com", Origin: v1alpha1.OriginInvited, UserType: v1alpha1.UserTypeInternal, Seat: true,
			},
			Response: "uid",
		},
		`place{"o":"zylker","u":"bob@zylker.com","r":"Standard","g":"Invited","t":"External","s":true,"w":1}`: rules.Place{
			Organization: "zylker", User: bob, Role: v1alpha1.RoleStandard, Origin: v1alpha1.OriginInvited, UserType: v1alpha1.UserTypeExternal, Seat: true, Grant: rules.Awaited,
		},
		`account{"o":"zylker","e":"Ultimate","l":9,"c":1772366400,"td":15,"te":1773662400,"se":1798761600,"sp":true,"ip":true,"x":true,"w":2}`: rules.Account{
			Organization: "zylker", Edition: v1alpha1.EditionUltimate, Licenses: 9, CreatedAt: 1772366400, TrialDays: 15, TrialEndsAt: 1773662400, SubscriptionEndsAt: 1798761600, Stopped: true, Restricted: true, Terminating: true, Grant: rules.Withheld,
		},
		`offer{"o":"zylker","u":"bob@zylker.com","i":"uid","r":"Standard","t":"Internal","c":1772366400}`: rules.Offer{
			Organization: "zylker", User: bob, Invitation: "uid", Role: v1alpha1.RoleStandard, UserType: v1alpha1.UserTypeInternal, CreatedAt: 1772366400,
		},
		`claim{"k":"host","n":"shop.crm.example.com","h":"uid"}`: rules.Claim{Kind: rules.ClaimHost, Name: "shop.crm.example.com", Holder: "uid"},
		`reservation{"n":"shop.crm.example.com","h":"uid","o":"zylker","e":1772366400}`: rules.Reservation{
			Host: "shop.crm.example.com", Holder: "uid", Organization: "zylker", ExpiresAt: 1772366400,
		},
		`binding{"o":"zylker","a":"Google","c":"Calendar","n":"{team} <a&b> é"}`: rules.Binding{
			Organization: "zylker", Application: "Google", Component: "Calendar", Account: "{team} <a&b> é",
		},
		`policy{"l1":1,"l2":2,"l3":3,"l4":4,"l5":5,"l7":6,"l7s":7,"e2":8,"e5":9,"e3":12,"i1":10,"a6":11,"o2":true,"o7":true}`: rules.Policy{
			OrganizationsPerUser: 1, CreatedOrganizationsPerUser: 2, CreatedCRMPlusPerUser: 3, InvitedCRMPlusPerUser: 4, InternalZohoOnePerUser: 5,
			PendingPerUser: 6, PendingPerSuperAdmin: 7, TrialDays: 8, TrialLicenses: 9, TrialWarningDays: 12, InvitationDays: 10, ReservationDays: 11,
			SignUpClosed: true, SuperAdminsDestroy: true,
		},
		`reserved{"n":"admin,www"}`: rules.ReservedNames{Names: "admin,www"},
		`row{"a":"Fax","c":"Line","u":"line","op":1,"ap":2,"f":"CRM,Application","x":true}`: rules.Row{
			Application: "Fax", Component: "Line", Unit: "line", OrganizationsPerAccount: 1, AccountsPerOrganization: 2, InitiatedFrom: "CRM,Application", Exact: true,
		},
	}
}

func TestCodec(t *testing.T) {
	seen := map[string]bool{}
	for text, fact := range everyFact() {
		if diff := cmp.Diff([]rules.Fact{fact}, parseFacts(head{}, []string{text})); diff != "" {
			t.Errorf("what the journal keeps is read otherwise (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{text}, encode(head{}, []rules.Fact{fact})); diff != "" {
			t.Errorf("it is written otherwise than the journal keeps it (-want +got):\n%s", diff)
		}
		if len(fact.Keys()) == 0 {
			t.Errorf("nobody finds a %T", fact)
		}
		seen[typeOfFact(fact).name] = true
	}
	for _, of := range factTypes {
		if !seen[of.name] {
			t.Errorf("no example of %q here", of.name)
		}
	}
}

func TestDecodeIgnoresWhatItDoesNotKnow(t *testing.T) {
	known := rules.Claim{Kind: rules.ClaimHost, Name: "h", Holder: "u"}
	kept := []string{`future{"x":1}`, `claim{"k":"host","n":"h","h":"u","later":"field"}`, `claim`, ``, `claim{"k":7}`, `{"k":"host"}`}
	if diff := cmp.Diff([]rules.Fact{known}, parseFacts(head{}, kept)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	text := creating(membership("m", bob)).Text + "\t" + strings.Join(kept, "\t")
	entry, err := ParseEntry(text)
	if err != nil || entry.Text != text {
		t.Errorf("what is not known is not kept: %v, %q", err, entry.Text)
	}
}

// FuzzDecode: no text does harm, and a fact that is read and written again is read as the same fact.
func FuzzDecode(f *testing.F) {
	for text := range everyFact() {
		f.Add(text)
	}
	f.Add("place{")
	f.Fuzz(func(t *testing.T, text string) {
		read := parseFacts(head{}, []string{text})
		if diff := cmp.Diff(read, parseFacts(head{}, encode(head{}, read))); diff != "" {
			t.Errorf("%q (-once +twice):\n%s", text, diff)
		}
		for _, fact := range read {
			if len(fact.Keys()) == 0 {
				t.Errorf("nobody finds what %q says", text)
			}
		}
	})
}
