// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// EditionInForce is the edition of an organization: that of its subscription, or else that of the trial (O4).
func EditionInForce(spec v1alpha1.OrganizationSpec) v1alpha1.Edition {
	if spec.Subscription != nil {
		return spec.Subscription.Edition
	}
	return v1alpha1.EditionEnterprise
}

// Ended reports whether an organization's deletion is certain: nothing in it holds a place any more (O7).
func (o Outlook) Ended(organization string) bool {
	for _, a := range certain[Account](o, OrganizationKey(organization)) {
		if a.Terminating {
			return true
		}
	}
	return false
}

// countsAsEnded reports whether an organization counts as ended: for the Worst outlook if that is certain, for the Best if it may be.
func (o Outlook) countsAsEnded(organization string) bool {
	if o.worst {
		return o.Ended(organization)
	}
	return len(possible[Account](o, OrganizationKey(organization))) > 0 && !o.mayLive(organization)
}

// whyClosed says why nothing can be added to an organization: it is being deleted (O7), or suspended (E3, E8).
// Platform actors may add to an organization that is not there yet (R8).
func (o Outlook) whyClosed(organization string, now time.Time) Violations {
	policy := o.Policy()
	for _, a := range countedAgainst[Account](o, OrganizationKey(organization)) {
		if a.Terminating {
			return forbidden("O7", "the organization %s is being deleted, and nothing can be added to it; use another organization", organization)
		}
		if reason := a.WhySuspended(policy, now); reason != "" {
			return refusedWhileSuspended(reason, organization)
		}
	}
	return nil
}
