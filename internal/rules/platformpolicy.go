// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"strings"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// PlatformPolicy judges who changes the numbers of the rulebook. The numbers must not contradict each other, nor widen a built-in row of
// the catalogue (G3).
func PlatformPolicy(_ Outlook, act Act, before, after *v1alpha1.PlatformPolicy) Violations {
	if before != nil && after != nil && untouched(before, after, before.Spec, after.Spec) {
		return nil // Metadata judges all other changes
	}
	if vs := platformOnly(act, "L9", "change the PlatformPolicy", ""); vs != nil || after == nil {
		return vs
	}
	return append(contradictions(PolicyOf(after.Spec)), widened(after.Spec.Integrations)...)
}

// contradictions refuses numbers that contradict each other.
func contradictions(p Policy) Violations {
	vs := shares(p)
	if p.TrialWarningDays > p.TrialDays {
		vs = append(vs, invalid("L9", "spec.trial.warningDays", "%d is more than the days of the trial (%d), of whose end it warns; lower it, or make the trial longer", p.TrialWarningDays, p.TrialDays)...)
	}
	if !p.SignUpClosed && p.CreatedOrganizationsPerUser == 0 {
		vs = append(vs, invalid("L9", "spec.signUp", "Open has no effect while createdOrganizationsPerUser is 0; raise that, or close sign-up")...)
	}
	return vs
}

// shares refuses parts that are more than their whole.
func shares(p Policy) Violations {
	var vs Violations
	for _, c := range []struct {
		less, more   int32
		field, above string
	}{
		{p.CreatedOrganizationsPerUser, p.OrganizationsPerUser, "createdOrganizationsPerUser", "organizationsPerUser"},
		{p.CreatedCRMPlusPerUser, p.CreatedOrganizationsPerUser, "createdCRMPlusPerUser", "createdOrganizationsPerUser"},
		{p.InvitedCRMPlusPerUser, p.OrganizationsPerUser, "invitedCRMPlusPerUser", "organizationsPerUser"},
		{p.InternalZohoOnePerUser, p.OrganizationsPerUser, "internalZohoOnePerUser", "organizationsPerUser"},
		{p.PendingPerSuperAdmin, p.PendingPerUser, "pendingInvitationsPerSuperAdmin", "pendingInvitationsPerUser"},
	} {
		if c.less > c.more {
			vs = append(vs, invalid("L9", "spec.limits."+c.field, "%d is more than %s (%d), of which it is a part; lower it, or raise the other", c.less, c.above, c.more)...)
		}
	}
	return vs
}

// widened refuses rows that allow more than the built-in row of the same application and component (G3).
func widened(rows []v1alpha1.IntegrationRow) Violations {
	var vs Violations
	for i, r := range rows {
		field := fmt.Sprintf("spec.integrations[%d]", i)
		own, ok := builtIn(r.Application, r.Component)
		if !ok {
			vs = append(vs, newComponent(field, r)...)
			continue
		}
		if wider(r.OrganizationsPerAccount, own.OrganizationsPerAccount) || wider(r.AccountsPerOrganization, own.AccountsPerOrganization) {
			vs = append(vs, invalid("G3", field, "%s is built in; it can be narrowed but not widened", strings.TrimSuffix(r.Application+" "+r.Component, " "))...)
		}
		if r.Accounts == v1alpha1.AccountsExact && !own.Exact {
			vs = append(vs, invalid("G3", field+".accounts", "accounts of %s that differ in letter case are one; leave it out", r.Application)...)
		}
		for _, side := range r.InitiatedFrom {
			if !own.startsFrom(side) {
				vs = append(vs, invalid("G3", field+".initiatedFrom", "%s cannot be initiated from %s; write %s", r.Application, side, own.sides())...)
			}
		}
	}
	return vs
}

// newComponent refuses a new component of a built-in application. With it, accounts could be bound past the limits of the built-in rows.
func newComponent(field string, r v1alpha1.IntegrationRow) Violations {
	for _, own := range Catalogue() {
		if own.Application == r.Application {
			return invalid("G3", field+".component", "%s is built in and has no component %q; rows can be added for other applications", r.Application, r.Component)
		}
	}
	return nil
}

// wider compares two cardinalities, where 0 is no limit.
func wider(a, b int32) bool { return b != 0 && (a == 0 || a > b) }
