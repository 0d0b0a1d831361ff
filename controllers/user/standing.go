// SPDX-License-Identifier: Apache-2.0

package user

import (
	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// tellDefault says which organization is the default, or that a choice is due (F1–F3).
func (p *person) tellDefault(u *v1alpha1.User, say status.Conditions) {
	chosen := u.Spec.DefaultOrganization
	organization, due := p.defaultOf(u)
	u.Status.DefaultOrganization = organization
	const kind = v1alpha1.ConditionDefaultOrganizationChosen
	switch {
	case due:
		say.False(kind, v1alpha1.ReasonChoiceDue, "The default organization was lost; set spec.defaultOrganization to one that gives access")
	case organization == "":
		say.False(kind, v1alpha1.ReasonNoOrganization, "In no organization that gives access yet")
	case organization == chosen:
		say.True(kind, v1alpha1.ReasonChosen, "Chosen by the user")
	default:
		say.True(kind, v1alpha1.ReasonFirstOrganization, "The user's first organization, until they choose another")
	}
}

// defaultOf is the person's default organization, or says that a choice is due. Their first organization is shown once it is decided.
func (p *person) defaultOf(u *v1alpha1.User) (organization string, due bool) {
	active, decided := p.actives()
	chosen := u.Spec.DefaultOrganization
	if first := chosen == "" && !facts.HadDefault(u); first && !decided {
		return "", false
	}
	return rules.Default(chosen, u.Status.DefaultOrganization, facts.HadDefault(u), active)
}

// actives are the organizations to which the person has access, the longest membership first. Decided: the first of them is known (F1),
// because all older memberships are known to give no access. Of several that came together, any may get its place first.
func (p *person) actives() (active []string, decided bool) {
	decided = true
	for i := range p.memberships {
		m := &p.memberships[i]
		if p.active(m) {
			active = append(active, facts.OrganizationOf(m.Namespace))
		} else if p.undecided(m) && len(active) == 0 {
			decided = false
		}
	}
	return active, decided
}

// tellUsage writes the person's usage of each limit.
func (p *person) tellUsage(u *v1alpha1.User, say status.Conditions) {
	usage := rules.UsageOf(p.outlook, p.email)
	u.Status.Usage = rules.ShownUsage(usage)
	if p.overLimit = usage.Over(); p.overLimit {
		say.False(v1alpha1.ConditionWithinLimits, v1alpha1.ReasonOverLimit, "Has more than a limit allows; keeps it, and gets nothing new (L9)")
		return
	}
	say.True(v1alpha1.ConditionWithinLimits, v1alpha1.ReasonWithinLimits, "Within all limits")
}
