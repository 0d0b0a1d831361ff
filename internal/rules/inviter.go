// SPDX-License-Identifier: Apache-2.0

package rules

import (
	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// inviter judges a new super admin of an organization that has invited people. From then on its pending invitations count as theirs,
// beside those of their other organizations (L7). An organization that comes after its invitations is judged alike (R8).
func (j judgement) inviter(p, was Place) Violations {
	if p.Role != v1alpha1.RoleSuperAdmin || was.Role == v1alpha1.RoleSuperAdmin {
		return nil
	}
	crowded, most := map[string]bool{}, int32(0)
	for _, offer := range countedAgainst[Offer](j.Outlook, MembersKey(p.Organization)) {
		if n := j.pendingFrom(p, offer.User); n > j.policy.PendingPerSuperAdmin {
			crowded[offer.User], most = true, max(most, n)
		}
	}
	if len(crowded) == 0 {
		return nil
	}
	text := "%d of the people whom %s has invited would have more pending invitations from the organizations of %s than one user can have from one super admin%s; revoke some, or wait for an answer"
	return exceeded("L7", most, j.policy.PendingPerSuperAdmin, text, len(crowded), p.Organization, p.User, j.names(crowded))
}

// names tells platform actors the users that are meant. Other actors must learn nothing about another organization (U3).
func (j judgement) names(users map[string]bool) string {
	if !j.act.Actor.Platform {
		return ""
	}
	return " (" + firstFew(sorted(users)) + ")"
}

// pendingFrom counts a user's pending invitations from an organization and from the others of its super admin.
func (j judgement) pendingFrom(p Place, user string) int32 {
	invitations := map[string]bool{}
	for _, offer := range countedAgainst[Offer](j.Outlook, UserKey(user)) {
		if offer.Organization == p.Organization || j.hasSuperAdmin(offer.Organization, p.User) && !j.countsAsEnded(offer.Organization) {
			invitations[offer.Invitation] = true
		}
	}
	return int32(len(invitations))
}

// hasSuperAdmin reports whether a user counts as super admin of an organization.
func (j judgement) hasSuperAdmin(organization, user string) bool {
	_, ok := find(asFacts(countedAgainst[Place](j.Outlook, OrganizationKey(organization))), func(p Place) bool { return p.User == user })
	return ok
}
