// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"slices"
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Act is the actor of a request, and the instant.
type Act struct {
	Actor Actor
	Now   time.Time
	// BaseDomain is the domain under which organizations get their hosts (A1).
	BaseDomain string
	// PortalName is the first label of the host where people sign in, which is no organization's (A4). Empty: there is no such host.
	PortalName string
	// Mail: the operator has a mail server (I6).
	Mail bool
}

// Actor is the sender of a request.
type Actor struct {
	Email string // empty for an actor without a valid e-mail address (U2)
	// Miscased is the address of an actor who has signed in with one that is not in lower case (U2). They have no Email then.
	Miscased string
	Platform bool // may `administer` organizations: a cluster admin, a GitOps service account, the operator
	// ByLink: has shown the link of the e-mail that was sent to Email. It proves the address, whoever is signed in (I7).
	ByLink bool
	// Operator: is the operator itself, for no person. It deletes an organization only as the author of a request for that.
	Operator bool
	// Request is the name of the OrganizationRequest of a person that the operator carries out with this change.
	Request string
	// Collector: is Kubernetes' garbage collector, which finishes deletions that others asked for.
	Collector bool
}

// Role is the power that a user has in an organization. An organization that is not there (R8), or is being deleted, gives none.
// Neither does a membership that is suspended, nor a membership or an organization that was not granted (R7).
func (o Outlook) Role(user, organization string) v1alpha1.Role {
	if user == "" || !o.empowers(organization) {
		return ""
	}
	var role v1alpha1.Role
	for _, p := range o.rolesInForce(user, organization) {
		if rank(p.Role) > rank(role) {
			role = p.Role
		}
	}
	return role
}

// isAdministrator reports whether a user has a membership as Administrator. They may be the super admin too: while the role is on its way
// to them, the Best outlook knows them as both.
func (o Outlook) isAdministrator(user, organization string) bool {
	return o.empowers(organization) && slices.ContainsFunc(o.rolesInForce(user, organization), func(p Place) bool {
		return p.Role == v1alpha1.RoleAdministrator
	})
}

// rolesInForce yields a user's places in an organization that give power, by their own grants.
func (o Outlook) rolesInForce(user, organization string) []Place {
	return slices.DeleteFunc(o.roles(user), func(p Place) bool { return p.Organization != organization || !o.inForce(p.Grant) })
}

// lives reports whether there is an organization that is not being deleted.
func (o Outlook) lives(organization string) bool {
	return slices.ContainsFunc(relied[Fact](o, o.world.Roles(OrganizationKey(organization))), alive)
}

// empowers reports whether a user can have power in an organization: it is there, it lives, and it was granted (R7).
func (o Outlook) empowers(organization string) bool {
	facts := relied[Fact](o, o.world.Roles(OrganizationKey(organization)))
	return slices.ContainsFunc(facts, func(f Fact) bool { return alive(f) && o.inForce(grantOf(f)) })
}

// grantOf is the grant of an organization, which each fact that it states of itself repeats.
func grantOf(f Fact) Grant {
	switch f := f.(type) {
	case Account:
		return f.Grant
	case Place:
		return f.Grant
	}
	return Given
}

// alive reports whether a fact that an organization states of itself shows that it is not being deleted. Its account says so. It also names
// its super admin as long as it lives. So a change of either leaves no doubt.
func alive(f Fact) bool {
	a, ok := f.(Account)
	return !ok || !a.Terminating
}

// roles yields the places that give a user power; a place that may be ending gives none in the Worst outlook.
func (o Outlook) roles(user string) []Place {
	return relied[Place](o, o.world.Roles(UserKey(user)))
}

func rank(role v1alpha1.Role) int {
	switch role {
	case v1alpha1.RoleSuperAdmin:
		return 3
	case v1alpha1.RoleAdministrator:
		return 2
	case v1alpha1.RoleStandard:
		return 1
	}
	return 0
}

// administers reports whether the actor is an Administrator or the super admin of the organization, or a platform actor (R4).
func (o Outlook) administers(act Act, organization string) bool {
	return act.Actor.Platform || rank(o.Role(act.Actor.Email, organization)) >= rank(v1alpha1.RoleAdministrator)
}

// owns reports whether the actor is the super admin of the organization, or a platform actor.
func (o Outlook) owns(act Act, organization string) bool {
	return act.Actor.Platform || o.Role(act.Actor.Email, organization) == v1alpha1.RoleSuperAdmin
}

// askPlatform is the advice to people where only the platform's administrators can do something.
const askPlatform = "ask the platform's administrators"

// platformOnly refuses all but platform actors, and says what others do instead. Without other advice, they ask the platform.
func platformOnly(act Act, rule, what, instead string) Violations {
	if act.Actor.Platform {
		return nil
	}
	return forbidden(rule, "only a platform actor may %s; %s", what, cmp.Or(instead, askPlatform))
}
