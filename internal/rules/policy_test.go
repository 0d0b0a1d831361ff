// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestPolicy(t *testing.T) {
	small := policyWith(limits(func(l *v1alpha1.LimitsPolicy) { l.OrganizationsPerUser = new(int32(7)) }))
	large := policyWith(openSignUp, limits(func(l *v1alpha1.LimitsPolicy) { l.OrganizationsPerUser = new(int32(70)) }))
	with := func(organizations int32, closed bool) rules.Policy {
		p := rules.DefaultPolicy
		p.OrganizationsPerUser, p.SignUpClosed = organizations, closed
		return p
	}
	for sentence, tc := range map[string]struct {
		world               world
		wantWorst, wantBest rules.Policy
	}{
		"the rulebook's numbers hold where nobody says otherwise": {world{}, rules.DefaultPolicy, rules.DefaultPolicy},
		"those of a policy hold in their place":                   {world{}.with(small), with(7, true), with(7, true)},
		"a silent policy is the rulebook":                         {world{}.with(policyWith()), rules.DefaultPolicy, rules.DefaultPolicy},
		"L8: of two that may be in force, the stricter and the more generous": {
			world{}.changing(small, large), with(7, true), with(70, false),
		},
		"L8: a first policy may not come": {world{}.perhaps(large), with(10, true), with(70, false)},
		"L8: nor a last one go":           {world{}.perhaps(small), with(7, true), with(10, true)},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(tc.wantWorst, rules.Worst(tc.world).Policy()); diff != "" {
				t.Errorf("worst (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.wantBest, rules.Best(tc.world).Policy()); diff != "" {
				t.Errorf("best (-want +got):\n%s", diff)
			}
		})
	}
}

// The rulebook's table, number by number.
func TestDefaultPolicy(t *testing.T) {
	want := rules.Policy{
		OrganizationsPerUser: 10, CreatedOrganizationsPerUser: 5, CreatedCRMPlusPerUser: 1, InvitedCRMPlusPerUser: 9,
		InternalZohoOnePerUser: 1, PendingPerUser: 20, PendingPerSuperAdmin: 3, TrialDays: 15, TrialLicenses: 3,
		TrialWarningDays: 3, InvitationDays: 7, Resends: 3, PerMinute: 60, PerMinuteToDomain: 300, FinishedDays: rules.Forever,
		ReservationDays: 30, UnprovedDays: 7, SignUpClosed: true,
	}
	if diff := cmp.Diff(want, rules.DefaultPolicy); diff != "" {
		t.Error(diff)
	}
}

func TestPolicyOf(t *testing.T) {
	n := func(i int32) *int32 { return &i }
	got := rules.PolicyOf(v1alpha1.PlatformPolicySpec{
		Limits: &v1alpha1.LimitsPolicy{
			OrganizationsPerUser: n(101), CreatedOrganizationsPerUser: n(102), CreatedCRMPlusPerUser: n(103), InvitedCRMPlusPerUser: n(104),
			InternalZohoOnePerUser: n(105), PendingInvitationsPerUser: n(106), PendingInvitationsPerSuperAdmin: n(107),
		},
		Trial: &v1alpha1.TrialPolicy{Days: n(108), Licenses: n(109), WarningDays: n(107)},
		Invitations: &v1alpha1.InvitationPolicy{
			ValidDays: n(110), Sends: n(112), MessagesPerMinute: n(113), MessagesPerMinuteToDomain: n(114), TTLDaysAfterFinished: n(115),
		},
		Hosts:                &v1alpha1.HostPolicy{ReservationDays: n(111), UnprovedClaimDays: n(116)},
		SignUp:               v1alpha1.SignUpOpen,
		OrganizationDeletion: v1alpha1.OrganizationDeletionSuperAdmin,
	})
	want := rules.Policy{
		OrganizationsPerUser: 101, CreatedOrganizationsPerUser: 102, CreatedCRMPlusPerUser: 103, InvitedCRMPlusPerUser: 104,
		InternalZohoOnePerUser: 105, PendingPerUser: 106, PendingPerSuperAdmin: 107, TrialDays: 108, TrialLicenses: 109,
		TrialWarningDays: 107,
		InvitationDays:   110, Resends: 112, PerMinute: 113, PerMinuteToDomain: 114, FinishedDays: 115,
		ReservationDays: 111, UnprovedDays: 116, SuperAdminsDestroy: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPolicyOfAShortTrial(t *testing.T) {
	for _, tc := range []struct {
		days, warning *int32
		want          int32
	}{
		{nil, nil, 3},
		{new(int32(2)), nil, 2}, // a default does not contradict a number that is set
		{new(int32(2)), new(int32(0)), 0},
		{nil, new(int32(15)), 15},
	} {
		p := rules.PolicyOf(v1alpha1.PlatformPolicySpec{Trial: &v1alpha1.TrialPolicy{Days: tc.days, WarningDays: tc.warning}})
		if p.TrialWarningDays != tc.want {
			t.Errorf("E3: warns %d days before, want %d", p.TrialWarningDays, tc.want)
		}
	}
}
