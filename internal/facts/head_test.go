// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestFactsDoNotRepeatTheirLine(t *testing.T) {
	held := &v1alpha1.HostReservation{}
	held.Name, held.UID = "shop.crm.example.com", "h"
	for sentence, tc := range map[string]struct {
		object client.Object
		want   []string
	}{
		"a membership says who, and what": {membership("m", bob), []string{
			`place{"u":"bob@zylker.com","r":"Standard","g":"Provisioned","t":"Internal","s":true}`, `claim{"k":"membership"}`}},
		"an invitation says whom, and what": {invitation("i"), []string{
			`offer{"u":"bob@zylker.com","r":"Standard","t":"Internal","c":1772366400}`, `claim{"k":"invitation"}`}},
		"a reservation says no more than its name": {held, []string{`claim{"k":"host"}`, `reservation{}`}},
	} {
		e := creating(tc.object)
		_, facts, _ := strings.Cut(e.Text, "\t"+string(e.UID)+"\t\t")
		if diff := cmp.Diff(strings.Join(tc.want, "\t"), facts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", sentence, diff)
		}
	}
}

// The longest binding that a person can write: 25 of them filled the people's part of the journal.
func TestTheLongestBindingMakesASmallEntry(t *testing.T) {
	b := binding(strings.Repeat("n", 63))
	b.Spec.Account = strings.Repeat("<", 253)
	e := by(creating(b), "0123456789abcdef").At("123456789")
	if len(e.Text) > 600 {
		t.Errorf("%d bytes: %s", len(e.Text), e.Text)
	}
}

func TestTheOrganizationOfAnEntry(t *testing.T) {
	declined := response("r")
	declined.Spec.Decision = v1alpha1.DecisionDecline
	for sentence, tc := range map[string]struct {
		of   *Entry
		want string
	}{
		"is the one in whose namespace the object is": {creating(binding("b")), "zylker"},
		"also of a deletion":                          {deleting(membership("m", bob)), "zylker"},
		"is the object itself":                        {creating(organization("zylker")), "zylker"},
		"is the one that an answer joins":             {creating(response("r")), "zylker"},
		"is none of an answer that joins none":        {creating(declined), ""},
	} {
		if got := tc.of.Organization(); got != tc.want {
			t.Errorf("the organization %s: %q, want %q", sentence, got, tc.want)
		}
	}
}

// An entry is read as it was written, for all facts and lines, even if a fact happens to repeat the line.
func TestWhatFactsLeaveOutIsReadAgain(t *testing.T) {
	text := rapid.SampledFrom([]string{"", ".", "..", "zylker", ".zylker", "uid", "name", bob, "zylker/" + bob, "zylker/", "<é>"})
	kind := rapid.SampledFrom([]string{"Organization", "Membership", "HostReservation"})
	claim := rapid.SampledFrom([]rules.ClaimKind{rules.ClaimHost, rules.ClaimMembership, rules.ClaimInvitation, rules.ClaimAnswer})
	rapid.Check(t, func(t *rapid.T) {
		said := []rules.Fact{
			rules.Place{Organization: text.Draw(t, "place"), User: text.Draw(t, "user"), Seat: rapid.Bool().Draw(t, "seat")},
			rules.Claim{Kind: claim.Draw(t, "kind"), Name: text.Draw(t, "name"), Holder: text.Draw(t, "holder")},
			rules.Offer{Organization: text.Draw(t, "offer"), User: text.Draw(t, "invitee"), Invitation: text.Draw(t, "invitation")},
			rules.Claim{Kind: claim.Draw(t, "other kind"), Name: text.Draw(t, "other name"), Holder: text.Draw(t, "other holder")},
			rules.Binding{Organization: text.Draw(t, "binding"), Account: text.Draw(t, "account")},
			rules.Account{Organization: text.Draw(t, "of")},
			rules.Reservation{Host: text.Draw(t, "host"), Holder: text.Draw(t, "kept for"), Organization: text.Draw(t, "of name"), ExpiresAt: rapid.Int64().Draw(t, "end")},
		}
		e := NewEntry(Entry{Kind: kind.Draw(t, "of kind"), Namespace: "org-" + text.Draw(t, "namespace"), Name: text.Draw(t, "named"),
			UID: types.UID("uid"), Operation: Create, Facts: said})
		read, err := ParseEntry(e.Text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(said, read.Facts); diff != "" {
			t.Errorf("(-written +read) %s:\n%s", e.Text, diff)
		}
	})
}
