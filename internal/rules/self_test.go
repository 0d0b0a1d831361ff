// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// activity is how a review shows one organization.
type activity struct {
	Role      v1alpha1.Role
	Active    bool
	Reason    v1alpha1.ActiveReason
	Suspended bool
}

func TestSelfSaysWhetherAMembershipIsActive(t *testing.T) {
	zylker := org("zylker", alice).on(v1alpha1.EditionEnterprise, 10)
	own := org("zylker", john).on(v1alpha1.EditionEnterprise, 10)
	for sentence, tc := range map[string]struct {
		world world
		want  activity
	}{
		"R7: a member": {world{}.with(zylker, member(john, "zylker")), activity{v1alpha1.RoleStandard, true, v1alpha1.MembershipActive, false}},
		"R1: the super admin, by the Organization": {
			world{}.with(own, admin(john, "zylker")), activity{v1alpha1.RoleSuperAdmin, true, v1alpha1.MembershipActive, false},
		},
		"R7: the super admin has no access without a membership": {
			world{}.with(own), activity{v1alpha1.RoleSuperAdmin, false, v1alpha1.MembershipPending, false},
		},
		"R4: a suspended member": {
			world{}.with(zylker, member(john, "zylker").suspended()), activity{"", false, v1alpha1.MembershipSuspended, false},
		},
		"R7: one whose place is not decided": {
			world{}.with(zylker, member(john, "zylker").waiting()), activity{v1alpha1.RoleStandard, false, v1alpha1.MembershipPending, false},
		},
		"L9: one beyond a limit": {
			world{}.with(zylker, member(john, "zylker").refused()), activity{v1alpha1.RoleStandard, false, v1alpha1.MembershipOverLimit, false},
		},
		"L9: one of an organization beyond a limit": {
			world{}.with(zylker.refused(), member(john, "zylker")), activity{v1alpha1.RoleStandard, false, v1alpha1.MembershipOverLimit, false},
		},
		"O7: one of an organization that ends": {
			world{}.with(zylker.terminating(), member(john, "zylker")), activity{v1alpha1.RoleStandard, false, v1alpha1.MembershipOrganizationTerminating, false},
		},
		"R8: one that came before its organization": {
			world{}.with(member(john, "zylker")), activity{v1alpha1.RoleStandard, false, v1alpha1.MembershipOrganizationNotFound, false},
		},
		"E3: one of an organization whose trial is over": {
			world{}.with(org("zylker", alice).trialUntil(now.Add(-time.Hour)), member(john, "zylker")),
			activity{v1alpha1.RoleStandard, true, v1alpha1.MembershipActive, true},
		},
		"E8: one of an organization whose subscription is over": {
			world{}.with(zylker.subscribedUntil(now), member(john, "zylker")), activity{v1alpha1.RoleStandard, true, v1alpha1.MembershipActive, true},
		},
		"E8: one of an organization that the platform suspends": {
			world{}.with(zylker.stopped("Unpaid"), member(john, "zylker")), activity{v1alpha1.RoleStandard, true, v1alpha1.MembershipActive, true},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			list := rules.Self(rules.Best(tc.world), now, rules.Person{Email: john}).Organizations
			if len(list) != 1 {
				t.Fatalf("shows %v", list)
			}
			got := activity{list[0].Role, list[0].Active, list[0].Reason, list[0].Suspended}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// The platform's reason is shown to members, and not to somebody who is only invited (E8, U3).
func TestE8SelfSaysWhy(t *testing.T) {
	stopped := org("zylker", alice).subscribedUntil(now).stopped("Unpaid invoices")
	late := org("late", alice).subscribedUntil(now.Add(-time.Hour))
	w := world{}.with(stopped, late, member(john, "zylker"), member(john, "late"), invite(bob, "zylker"))
	titles := map[string]rules.Title{"zylker": {DisplayName: "Zylker", Suspended: "Unpaid invoices"}, "late": {DisplayName: "Late"}}
	got := rules.Self(rules.Best(w), now, rules.Person{Email: john, Organizations: titles}).Organizations
	if len(got) != 2 {
		t.Fatalf("shows %+v", got)
	}
	if o := got[0]; o.SuspendedReason != v1alpha1.ReasonSubscriptionEnded || o.SuspendedMessage != "" || !o.SubscriptionEndsAt.Equal(&metav1.Time{Time: now.Add(-time.Hour)}) || o.TrialEndsAt != nil {
		t.Errorf("shows %+v", o)
	}
	if o := got[1]; o.SuspendedReason != v1alpha1.ReasonSuspendedByPlatform || o.SuspendedMessage != "Unpaid invoices" {
		t.Errorf("shows %+v", o)
	}
	letters := map[string]rules.Letter{string(invite(bob, "zylker").UID): {Name: "x"}}
	if s := rules.Self(rules.Best(w), now, rules.Person{Email: bob, Organizations: titles, Invitations: letters}); len(s.Organizations)+len(s.Invitations) > 0 {
		t.Errorf("shows an invitee %+v", s)
	}
}

// A review shows the person's own things, and what is shown of others is who invites.
func TestSelf(t *testing.T) {
	w := world{}.with(
		org("zylker", alice).on(v1alpha1.EditionEnterprise, 10), member(john, "zylker").origin(v1alpha1.OriginInvited), member(bob, "zylker"),
		org("labs", john), admin(john, "labs").origin(v1alpha1.OriginCreated),
		org("far", bob), invite(john, "far"), invite(carol, "far"),
		org("plus", bob).on(v1alpha1.EditionCRMPlus, 5), invite(john, "plus"),
		org("ended", bob).terminating(), invite(john, "ended"),
		org("late", bob).trialUntil(now), invite(john, "late"),
	)
	uid := func(i invitation) string { return string(i.UID) }
	john := rules.Person{
		Email:         john,
		Joined:        map[string]time.Time{"zylker": now.Add(-time.Hour), "labs": now},
		Organizations: map[string]rules.Title{"zylker": {DisplayName: "Zylker", AccessURL: "https://zylker.crm.example.com"}, "far": {DisplayName: "Far"}},
		Invitations: map[string]rules.Letter{
			uid(invite(john, "far")): {Name: "x", InvitedBy: bob}, uid(invite(john, "plus")): {Name: "y"}, uid(invite(john, "ended")): {Name: "z"},
			uid(invite(john, "late")): {Name: "w"},
		},
	}
	got := rules.Self(rules.Best(w), now, john)
	if got.DefaultOrganization != "zylker" || got.ChoiceDue {
		t.Errorf("F1: the default is %q, due: %t", got.DefaultOrganization, got.ChoiceDue)
	}
	if got.Usage.Organizations.Summary != "2/10" || got.Usage.PendingInvitations.Used != 3 {
		t.Errorf("uses %+v", got.Usage)
	}
	if len(got.Organizations) != 2 || got.Organizations[0].Name != "labs" || got.Organizations[0].Default || !got.Organizations[1].Default {
		t.Errorf("is in %+v", got.Organizations)
	}
	if o := got.Organizations[0]; o.TrialEndsAt == nil || o.TrialEndsAt.Before(&metav1.Time{Time: now}) {
		t.Errorf("E2: shows the trial of %+v", o)
	}
	if o := got.Organizations[1]; o.TrialEndsAt != nil || o.DisplayName != "Zylker" || o.AccessURL == "" || o.Origin != v1alpha1.OriginInvited || o.Edition != v1alpha1.EditionEnterprise {
		t.Errorf("shows %+v", o)
	}
	if got.InvitationsByEmail != 1 || len(got.Invitations) != 1 {
		t.Fatalf("I6: %d by e-mail, and %+v", got.InvitationsByEmail, got.Invitations)
	}
	if i := got.Invitations[0]; i.Organization != "far" || i.Name != "x" || i.InvitedBy != bob || i.DisplayName != "Far" || i.ExpiresAt == nil {
		t.Errorf("I5: offers %+v", i)
	}
}

func TestSelfReview(t *testing.T) {
	w := world{}.with(org("zylker", alice), admin(alice, "zylker"), member(john, "zylker"))
	about := func(user, organization string) *v1alpha1.SelfReview {
		return &v1alpha1.SelfReview{Spec: v1alpha1.SelfReviewSpec{User: user, Organization: organization}}
	}
	for sentence, tc := range map[string]struct {
		actor  rules.Actor
		review *v1alpha1.SelfReview
		stored bool
		want   string // the rule
	}{
		"R9: everybody asks about themselves":                {user(john), about("", ""), false, ""},
		"R9: by name, too":                                   {user(john), about(john, ""), false, ""},
		"R9: nothing is stored":                              {user(john), about("", ""), true, "R9"},
		"U2: somebody without an address has nothing to ask": {anonymous, about("", ""), false, "U2"},
		"U3: nobody asks about others":                       {user(john), about(alice, ""), false, "U3"},
		"U3: but platform actors":                            {platform, about(alice, ""), false, ""},
		"R4: an organization is shown to who administers it": {user(alice), about("", "zylker"), false, ""},
		"R4: not to a Standard member":                       {user(john), about("", "zylker"), false, "R4"},
		"R4, U3: nor does it tell what there is":             {user(john), about("", "nowhere"), false, "R4"},
	} {
		t.Run(sentence, func(t *testing.T) {
			vs := rules.SelfReview(rules.Best(w), rules.Act{Actor: tc.actor, Now: now}, tc.review, !tc.stored)
			if got := ruleOf(vs); got != tc.want {
				t.Errorf("breaks %q: %s", got, vs)
			}
		})
	}
}

// ruleOf is the rule of the first violation, if there is one.
func ruleOf(vs rules.Violations) string {
	if len(vs) == 0 {
		return ""
	}
	return vs[0].Rule
}
