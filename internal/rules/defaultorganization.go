// SPDX-License-Identifier: Apache-2.0

package rules

import (
	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// User judges who writes a User: the operator and platform actors all of it, the person their own default organization (F2), with
// what kubectl notes of that. A label would not be theirs: by one the operator knows the Users that it made.
func User(o Outlook, act Act, before, after *v1alpha1.User) Violations {
	if before == nil || after == nil {
		return platformOnly(act, "U1", "create or delete a User; it comes and goes with the first and last membership")
	}
	if untouched(before, after, before.Spec, after.Spec) {
		return nil
	}
	if !act.Actor.Platform && act.Actor.Email != before.Spec.Email {
		return forbidden("F2", "only the person whose User it is, or a platform actor, chooses its default organization")
	}
	if !act.Actor.Platform && marked(before, after) {
		return forbidden("F2", "only a platform actor may label or annotate a User; its person may change spec.defaultOrganization")
	}
	to := after.Spec.DefaultOrganization
	if to != before.Spec.DefaultOrganization && to != "" && o.Role(before.Spec.Email, to) == "" {
		return forbidden("F2", "only an organization of which the user is an active member can be their default")
	}
	return nil
}

// Default decides which organization is a user's default, from their active memberships, oldest first (F1–F3). The one they
// chose counts while they are in it. Until they first choose, it is the first they had (current, once known). When the
// default is lost, no other is chosen for them: due is true until they choose, also while there is nothing to choose from.
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
