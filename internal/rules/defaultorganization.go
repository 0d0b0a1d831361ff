// SPDX-License-Identifier: Apache-2.0

package rules

import (
	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// User judges a change of a User. The operator and platform actors may change all of it; the person may change their own default
// organization (F2), and kubectl its annotations. A person may not label it: by a label the operator knows the Users that it made.
func User(o Outlook, act Act, before, after *v1alpha1.User) Violations {
	switch {
	case before == nil:
		return createUser(act, after)
	case after == nil:
		return deleteUser(o, act, before)
	}
	if untouched(before, after, before.Spec, after.Spec) {
		return nil
	}
	if !act.Actor.Platform && act.Actor.Email != before.Spec.Email {
		return forbidden("F2", "only the person whose User it is, or a platform actor, chooses its default organization; ask them to")
	}
	if !act.Actor.Platform && marked(act.Actor, before, after) {
		return forbidden("F2", "only a platform actor may label or annotate a User; change spec.defaultOrganization alone")
	}
	to := after.Spec.DefaultOrganization
	if to != before.Spec.DefaultOrganization && to != "" && o.Role(before.Spec.Email, to) == "" {
		return forbidden("F2", "only an organization of which the user is an active member can be their default; choose one of those")
	}
	return nil
}

// createUser judges who creates a User, and its name: one person has one User.
func createUser(act Act, u *v1alpha1.User) Violations {
	if vs := platformOnly(act, "U1", "create a User", "it comes with the first membership or invitation"); vs != nil {
		return vs
	}
	if isStray(u) {
		name := ObjectName(u.Spec.Email)
		return invalid("U1", "metadata.name", "the name of a User follows from its e-mail address; write %s for %s", name, u.Spec.Email)
	}
	return nil
}

// isStray reports whether a User has another name than the one that follows from its e-mail address. Such a User was made past admission.
func isStray(u *v1alpha1.User) bool { return u.Name != ObjectName(u.Spec.Email) }

// deleteUser refuses to delete a User whose person still has a place or an invitation: their chosen default would be lost (F2). A stray
// User holds no choice, because the person has another User.
func deleteUser(o Outlook, act Act, u *v1alpha1.User) Violations {
	if isStray(u) {
		return platformOnly(act, "U1", "delete a User", "")
	}
	if vs := platformOnly(act, "U1", "delete a User", "it goes with the last membership and invitation"); vs != nil {
		return vs
	}
	organizations := len(o.organizationsOf(u.Spec.Email))
	if organizations == 0 || u.DeletionTimestamp != nil {
		return nil
	}
	return forbidden("U1", "%s still has memberships or pending invitations (organizations: %d), and a default organization that they chose would be "+
		"lost; end those, and the operator deletes the User after the last of them", u.Spec.Email, organizations)
}

// organizationsOf a user are the organizations in which they have a place, and those that invite them.
func (o Outlook) organizationsOf(user string) map[string]struct{} {
	names := map[string]struct{}{}
	for _, p := range countedAgainst[Place](o, UserKey(user)) {
		names[p.Organization] = struct{}{}
	}
	for _, i := range countedAgainst[Offer](o, UserKey(user)) {
		names[i.Organization] = struct{}{}
	}
	return names
}

// Default decides which organization is a user's default, from their active memberships, oldest first (F1–F3). Their choice counts while
// they are in that organization. Until they first choose, it is the first that they had (current, once known). When the default is lost, no
// other is chosen for them. Then due is true until they choose, even while there is nothing to choose from.
func Default(chosen, current string, hadOne bool, active []string) (organization string, due bool) {
	in := func(name string) bool {
		for _, a := range active {
			if a == name && name != "" {
				return true
			}
		}
		return false
	}
	switch {
	case in(chosen):
		return chosen, false
	case chosen == "" && in(current):
		return current, false
	case chosen == "" && !hadOne && len(active) > 0:
		return active[0], false
	}
	return "", hadOne || len(active) > 0
}
