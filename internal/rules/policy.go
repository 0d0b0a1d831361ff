// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"math"
	"strings"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Policy is every number of the rulebook in force.
type Policy struct {
	OrganizationsPerUser        int32 `json:"l1"` // L1
	CreatedOrganizationsPerUser int32 `json:"l2"` // L2
	CreatedCRMPlusPerUser       int32 `json:"l3"` // L3
	InvitedCRMPlusPerUser       int32 `json:"l4"` // L4
	InternalZohoOnePerUser      int32 `json:"l5"` // L5
	PendingPerUser              int32 `json:"l7"` // L7
	PendingPerSuperAdmin        int32 `json:"l7s"`
	TrialDays                   int32 `json:"e2"`            // E2
	TrialLicenses               int32 `json:"e5"`            // E5
	TrialWarningDays            int32 `json:"e3"`            // E3
	InvitationDays              int32 `json:"i1"`            // I1
	Resends                     int32 `json:"i9,omitempty"`  // I9, I13
	PerMinute                   int32 `json:"i13,omitempty"` // I13
	PerMinuteToDomain           int32 `json:"i13d,omitempty"`
	FinishedDays                int32 `json:"i2,omitempty"` // I2; Forever: no invitation is deleted because of the policy
	ReservationDays             int32 `json:"a6"`           // A6, A7
	UnprovedDays                int32 `json:"a8,omitempty"` // A8

	SignUpClosed       bool `json:"o2,omitempty"` // O2: only platform actors create a person's first organization
	SuperAdminsDestroy bool `json:"o7,omitempty"` // O7: Administrators may not delete their organization
}

// Forever is more days than any number of the policy.
const Forever = math.MaxInt32

// DefaultPolicy holds the rulebook's own numbers.
var DefaultPolicy = Policy{
	OrganizationsPerUser:        10,
	CreatedOrganizationsPerUser: 5,
	CreatedCRMPlusPerUser:       1,
	InvitedCRMPlusPerUser:       9,
	InternalZohoOnePerUser:      1,
	PendingPerUser:              20,
	PendingPerSuperAdmin:        3,
	TrialDays:                   15,
	TrialLicenses:               3,
	TrialWarningDays:            3,
	InvitationDays:              7,
	Resends:                     3,
	PerMinute:                   60,
	PerMinuteToDomain:           300,
	FinishedDays:                Forever,
	ReservationDays:             30,
	UnprovedDays:                7,
	SignUpClosed:                true,
}

// DefaultReservedNames are the access-URL names that no organization gets unless the PlatformPolicy says otherwise (A4).
var DefaultReservedNames = []string{"admin", "api", "app", "auth", "help", "login", "mail", "portal", "signup", "status", "support", "www"}

// Keys finds the policy.
func (Policy) Keys() []Key { return []Key{PolicyKey} }

// ReservedNames are the access-URL names that no organization gets (A4), joined by commas so that the fact is comparable.
type ReservedNames struct {
	Names string `json:"n"`
}

// Keys finds the reserved names with the policy.
func (ReservedNames) Keys() []Key { return []Key{PolicyKey} }

// PolicyFacts are the rulebook's defaults, with the changes of a PlatformPolicy.
func PolicyFacts(spec v1alpha1.PlatformPolicySpec) []Fact {
	reserved := DefaultReservedNames
	if spec.Hosts != nil && spec.Hosts.ReservedNames != nil {
		reserved = spec.Hosts.ReservedNames
	}
	facts := []Fact{PolicyOf(spec), ReservedNames{strings.Join(reserved, ",")}}
	for _, row := range spec.Integrations {
		facts = append(facts, rowOf(row))
	}
	return facts
}

// PolicyOf is the numbers of a PlatformPolicy, with the rulebook's own for absent fields.
func PolicyOf(spec v1alpha1.PlatformPolicySpec) Policy {
	p := DefaultPolicy
	if l := spec.Limits; l != nil {
		set(&p.OrganizationsPerUser, l.OrganizationsPerUser)
		set(&p.CreatedOrganizationsPerUser, l.CreatedOrganizationsPerUser)
		set(&p.CreatedCRMPlusPerUser, l.CreatedCRMPlusPerUser)
		set(&p.InvitedCRMPlusPerUser, l.InvitedCRMPlusPerUser)
		set(&p.InternalZohoOnePerUser, l.InternalZohoOnePerUser)
		set(&p.PendingPerUser, l.PendingInvitationsPerUser)
		set(&p.PendingPerSuperAdmin, l.PendingInvitationsPerSuperAdmin)
	}
	if t := spec.Trial; t != nil {
		set(&p.TrialDays, t.Days)
		set(&p.TrialLicenses, t.Licenses)
		p.TrialWarningDays = min(p.TrialWarningDays, p.TrialDays) // without a number of its own, a short trial is no contradiction
		set(&p.TrialWarningDays, t.WarningDays)
	}
	if i := spec.Invitations; i != nil {
		set(&p.InvitationDays, i.ValidDays)
		set(&p.Resends, i.Sends)
		set(&p.PerMinute, i.MessagesPerMinute)
		set(&p.PerMinuteToDomain, i.MessagesPerMinuteToDomain)
		set(&p.FinishedDays, i.TTLDaysAfterFinished)
	}
	if h := spec.Hosts; h != nil {
		set(&p.ReservationDays, h.ReservationDays)
		set(&p.UnprovedDays, h.UnprovedClaimDays)
	}
	p.SignUpClosed = spec.SignUp != v1alpha1.SignUpOpen
	p.SuperAdminsDestroy = spec.OrganizationDeletion == v1alpha1.OrganizationDeletionSuperAdmin
	return p
}

func set(to, from *int32) {
	if from != nil {
		*to = *from
	}
}

// Policy is the policy in force. While a change of it is in flight, the Worst outlook takes the stricter of each number, and the Best
// the more generous. So two replicas never judge by different limits.
func (o Outlook) Policy() Policy {
	all := possible[Policy](o, PolicyKey)
	if len(certain[Policy](o, PolicyKey)) == 0 {
		all = append(all, DefaultPolicy)
	}
	p := all[0]
	for _, other := range all[1:] {
		p = o.merge(p, other)
	}
	return p
}

func (o Outlook) merge(a, b Policy) Policy {
	return Policy{
		OrganizationsPerUser:        stricter(o, a.OrganizationsPerUser, b.OrganizationsPerUser),
		CreatedOrganizationsPerUser: stricter(o, a.CreatedOrganizationsPerUser, b.CreatedOrganizationsPerUser),
		CreatedCRMPlusPerUser:       stricter(o, a.CreatedCRMPlusPerUser, b.CreatedCRMPlusPerUser),
		InvitedCRMPlusPerUser:       stricter(o, a.InvitedCRMPlusPerUser, b.InvitedCRMPlusPerUser),
		InternalZohoOnePerUser:      stricter(o, a.InternalZohoOnePerUser, b.InternalZohoOnePerUser),
		PendingPerUser:              stricter(o, a.PendingPerUser, b.PendingPerUser),
		PendingPerSuperAdmin:        stricter(o, a.PendingPerSuperAdmin, b.PendingPerSuperAdmin),
		TrialDays:                   stricter(o, a.TrialDays, b.TrialDays),
		TrialLicenses:               stricter(o, a.TrialLicenses, b.TrialLicenses),
		TrialWarningDays:            max(a.TrialWarningDays, b.TrialWarningDays),
		InvitationDays:              stricter(o, a.InvitationDays, b.InvitationDays),
		Resends:                     stricter(o, a.Resends, b.Resends),
		PerMinute:                   stricter(o, a.PerMinute, b.PerMinute),
		PerMinuteToDomain:           stricter(o, a.PerMinuteToDomain, b.PerMinuteToDomain),
		FinishedDays:                max(a.FinishedDays, b.FinishedDays),
		ReservationDays:             max(a.ReservationDays, b.ReservationDays),
		UnprovedDays:                max(a.UnprovedDays, b.UnprovedDays),
		SignUpClosed:                o.either(a.SignUpClosed, b.SignUpClosed),
		SuperAdminsDestroy:          o.either(a.SuperAdminsDestroy, b.SuperAdminsDestroy),
	}
}

// stricter is the smaller of two allowances for the Worst outlook, the larger for the Best.
func stricter[N cmp.Ordered](o Outlook, a, b N) N {
	if o.worst {
		return min(a, b)
	}
	return max(a, b)
}

// either reports whether a restriction counts: for the Worst outlook if it may be in force, for the Best if it must be.
func (o Outlook) either(a, b bool) bool {
	if o.worst {
		return a || b
	}
	return a && b
}

// reserved reports whether no organization may have an access-URL name (A4).
func (o Outlook) reserved(name string) bool {
	lists := countedAgainst[ReservedNames](o, PolicyKey)
	if len(reliedOn[ReservedNames](o, PolicyKey)) == 0 { // no policy, or for the Worst outlook perhaps none
		lists = append(lists, ReservedNames{strings.Join(DefaultReservedNames, ",")})
	}
	for _, list := range lists {
		for reserved := range strings.SplitSeq(list.Names, ",") {
			if reserved == name {
				return true
			}
		}
	}
	return false
}
