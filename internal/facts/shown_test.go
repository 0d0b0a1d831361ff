// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func (v watched) person(email string) (p rules.Person) {
	v.Judge(NewOverlay(nil), nil, func(w World) { p = w.Person(email) })
	return p
}

func userOf(email, chosen, current string) *v1alpha1.User {
	u := &v1alpha1.User{ObjectMeta: metaOf("", rules.ObjectName(email)), Spec: v1alpha1.UserSpec{Email: email, DefaultOrganization: chosen}}
	u.Status.DefaultOrganization = current
	return u
}

func TestPerson(t *testing.T) {
	v := synced(t)
	zylker := with(organization("zylker"), func(o *v1alpha1.Organization) {
		o.Spec.DisplayName, o.Status.AccessURL = "Zylker", "https://zylker.crm.example.com"
		o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: "Unpaid invoices"}
	})
	invited := with(invitation("i"), func(i *v1alpha1.Invitation) { i.Spec.Email, i.Spec.InvitedBy = bob, john })
	member := with(membership("m", bob), func(m *v1alpha1.Membership) { m.CreationTimestamp = metav1.NewTime(born) })
	v.see(zylker, member, invited, membership("other", john), userOf(bob, "zylker", "zylker"))
	got := v.person(bob)
	if got.Email != bob || !got.Joined["zylker"].Equal(born) || len(got.Joined) != 1 {
		t.Errorf("joined %v", got.Joined)
	}
	if diff := cmp.Diff(map[string]rules.Title{"zylker": {DisplayName: "Zylker", AccessURL: "https://zylker.crm.example.com", Suspended: "Unpaid invoices"}}, got.Organizations); diff != "" {
		t.Errorf("organizations (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]rules.Letter{string(invited.UID): {Name: "i", InvitedBy: john}}, got.Invitations); diff != "" {
		t.Errorf("invitations (-want +got)\n%s", diff)
	}
	if got.Chosen != "zylker" || got.Current != "zylker" || !got.HadOne {
		t.Errorf("chose %+v", got)
	}
}

// What is shown follows a change of which no fact tells.
func TestPersonFollowsWhatIsShown(t *testing.T) {
	v := synced(t)
	v.see(at(organization("zylker"), "5"), membership("m", bob))
	renamed := at(organization("zylker"), "6")
	renamed.Spec.DisplayName = "Zylker Europe"
	v.see(renamed, at(userOf(bob, "", ""), "7"))
	if name := v.person(bob).Organizations["zylker"].DisplayName; name != "Zylker Europe" {
		t.Errorf("shows %q", name)
	}
	if v.person(bob).HadOne {
		t.Error("had no default yet")
	}
	lost := at(userOf(bob, "", ""), "8")
	lost.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionDefaultOrganizationChosen, Reason: v1alpha1.ReasonChoiceDue}}
	v.see(lost)
	if !v.person(bob).HadOne {
		t.Error("F3: lost one")
	}
	v.lose(at(lost, "9"))
	if v.person(bob).HadOne {
		t.Error("the User is gone")
	}
}

func TestPersonOfWhomNothingIsKnown(t *testing.T) {
	if p := synced(t).person("nobody@zylker.com"); len(p.Organizations)+len(p.Invitations)+len(p.Joined) > 0 {
		t.Errorf("shows %+v", p)
	}
}
