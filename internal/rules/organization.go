// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Organization judges who creates (before is nil), changes, or deletes (after is nil) an organization.
func Organization(o Outlook, act Act, before, after *v1alpha1.Organization) Violations {
	switch {
	case before == nil:
		return append(createOrganization(o, act, after), organizationItself(o, act, &v1alpha1.Organization{}, after)...)
	case after == nil:
		return deleteOrganization(o, act, before)
	}
	return append(changeOrganization(o, act, before, after), organizationItself(o, act, before, after)...)
}

// organizationItself judges whether what is written makes sense, whoever writes it. For a creation, before is an empty organization.
func organizationItself(o Outlook, act Act, before, after *v1alpha1.Organization) Violations {
	return append(organizationSpec(o, act, before, after), DomainProof(act, before, after)...)
}

func createOrganization(o Outlook, act Act, org *v1alpha1.Organization) Violations {
	actor, spec := act.Actor, org.Spec
	if !actor.Platform {
		switch {
		case actor.Email == "":
			return forbidden("U2", "only a platform actor, or a person whose sign-in name is an e-mail address in lower case, may create an organization; "+askPlatform)
		case spec.SuperAdmin != actor.Email:
			return forbidden("O3", "only a platform actor may name somebody else as super admin; set spec.superAdmin to %s", actor.Email)
		case spec.Subscription != nil:
			return forbidden("O4", "a new organization is on the Enterprise trial; leave out spec.subscription and subscribe afterwards")
		case spec.TrialEndsAt != nil:
			return forbidden("E2", "only a platform actor may set spec.trialEndsAt; leave it out")
		case spec.Suspended != nil:
			return forbidden("E8", "only a platform actor may set spec.suspended; leave it out")
		}
	}
	if vs := wholeSuperAdmin(o, org); vs != nil {
		return vs
	}
	if restored := spec.Subscription != nil || spec.TrialEndsAt != nil; restored {
		return nil // an organization that was created by the rules of its day comes back in any order (O4, R8)
	}
	return mayCreate(o, act, spec.SuperAdmin)
}

// wholeSuperAdmin judges the super admin's own membership where it came before the organization (R3, R8).
func wholeSuperAdmin(o Outlook, org *v1alpha1.Organization) Violations {
	for _, p := range o.placesCountedAgainst(UserKey(org.Spec.SuperAdmin)) {
		switch whole := p.Seat && p.Role != v1alpha1.RoleStandard && p.UserType != v1alpha1.UserTypeExternal; {
		case p.Organization != org.Name || whole:
		case o.lives(org.Name): // only somebody with a place in it gets here (U3)
			return invalid("A4", "metadata.name", "there is an organization %s already; choose another name", org.Name)
		default:
			return forbidden("R3", "the membership of %s, who is to be super admin, is there already and is not that of an active, internal Administrator; change it first", org.Spec.SuperAdmin)
		}
	}
	return nil
}

// mayCreate judges O1 and O2 for the person who will be super admin.
func mayCreate(o Outlook, act Act, superAdmin string) Violations {
	member := false
	for _, p := range o.roles(superAdmin) {
		if rank(o.Role(superAdmin, p.Organization)) >= rank(v1alpha1.RoleAdministrator) {
			return nil
		}
	}
	for _, p := range o.placesCountedAgainst(UserKey(superAdmin)) {
		member = member || o.mayLive(p.Organization)
	}
	switch {
	case member:
		return forbidden("O1", "%s is neither super admin nor Administrator of any organization, and only those can create another; ask an Administrator to create it, or to make them one", superAdmin)
	case act.Actor.Platform || !o.Policy().SignUpClosed:
		return nil
	}
	return forbidden("O2", "sign-up is closed; ask the platform's administrators to create your first organization, or somebody to invite you to theirs")
}

// mayLive reports whether there is, or may be, an organization that is not being deleted.
func (o Outlook) mayLive(organization string) bool {
	return slices.ContainsFunc(countedAgainst[Fact](o, OrganizationKey(organization)), alive)
}

func changeOrganization(o Outlook, act Act, before, after *v1alpha1.Organization) Violations {
	if vs := releaseOrganization(o, act, before, after); vs != nil {
		return vs
	}
	if untouched(before, after, before.Spec, after.Spec) {
		return nil
	}
	if tooLate(before, after) && o.belongs(act, before) {
		return forbidden("O7", "%s is being deleted, and a change of its spec comes too late; create another organization instead", before.Name)
	}
	if !o.administers(act, before.Name) {
		return forbidden("R4", "only Administrators and the super admin of %s may change it; ask one of them", before.Name)
	}
	return append(changeOfEnd(o, act, before, after), changeOrganizationSpec(o, act, before, after)...)
}

// releaseOrganization judges who removes the finalizer by which the operator ends everything in an organization (O7).
func releaseOrganization(o Outlook, act Act, before, after *v1alpha1.Organization) Violations {
	if slices.Contains(after.Finalizers, v1alpha1.OrganizationFinalizer) || !slices.Contains(before.Finalizers, v1alpha1.OrganizationFinalizer) {
		return nil
	}
	if vs := platformOnly(act, "O7", "remove the finalizer of an organization", "its deletion ends by itself"); vs != nil {
		return vs
	}
	if before.DeletionTimestamp != nil && before.Spec.DeletionProtection {
		return Protected(before)
	}
	if people, bindings := o.stillThere(before.Name); people+bindings > 0 && before.DeletionTimestamp != nil {
		return forbidden("O7", "%s still has %s with a membership, an invitation or an answer, and %s; wait: the finalizer goes by itself when they are gone",
			before.Name, Number(people, "person", "people"), Number(bindings, "integration", "integrations"))
	}
	return nil
}

// changeOrganizationSpec judges the changes of a spec that only some of its administrators may make.
func changeOrganizationSpec(o Outlook, act Act, before, after *v1alpha1.Organization) (vs Violations) {
	if before.Spec.SuperAdmin != after.Spec.SuperAdmin {
		vs = append(vs, transfer(o, act, before.Name, before.Spec.SuperAdmin, after.Spec.SuperAdmin)...)
	}
	if !equality.Semantic.DeepEqual(before.Spec.AccessURL, after.Spec.AccessURL) && !o.owns(act, before.Name) {
		vs = append(vs, forbidden("A3", "only the super admin of %s changes its access URL; ask the super admin", before.Name)...)
	}
	if !equality.Semantic.DeepEqual(before.Spec.TrialEndsAt, after.Spec.TrialEndsAt) {
		vs = append(vs, platformOnly(act, "E2", "set the end of a trial", "")...)
	}
	return append(vs, platformSuspends(act, before.Spec, after.Spec)...)
}

// belongs reports whether the actor may learn about an organization that is being deleted. No actor has a role in it any more. Its people
// and platform actors may learn about it (U3).
func (o Outlook) belongs(act Act, org *v1alpha1.Organization) bool {
	return act.Actor.Platform || act.Actor.Email == org.Spec.SuperAdmin || o.hasPlace(act.Actor.Email, in(org.Name))
}

// tooLate reports whether a change of its spec comes with or after an organization's end, when it has no effect any more (O7). A protected
// one lives on if its deletion came past admission. While it ends, only its protection can be removed.
func tooLate(before, after *v1alpha1.Organization) bool {
	if !Ending(before) && !Ending(after) {
		return false
	}
	was := before.Spec
	was.DeletionProtection = false
	return !equality.Semantic.DeepEqual(was, after.Spec)
}

// stillThere counts the objects that hold places of an organization. If the organization went before them, for example because somebody
// removed its finalizer, they would wait for an organization still to come (R8).
func (o Outlook) stillThere(organization string) (people, bindings int) {
	seats := seatFacts(o.placesCountedAgainst(MembersKey(organization)), countedAgainst[Offer](o, MembersKey(organization)))
	return len(seats), len(countedAgainst[Binding](o, BindingsKey(organization)))
}

// transfer judges a new super admin (R2). Limits judges whether they have room for it (L2).
func transfer(o Outlook, act Act, organization, from, to string) Violations {
	if !o.owns(act, organization) {
		return forbidden("R2", "only the super admin of %s, or a platform actor, transfers the role; ask the super admin", organization)
	}
	if !o.isAdministrator(to, organization) || o.isExternal(to, organization) {
		return forbidden("R2", "the super-admin role of %s can be transferred only to one of its active, internal Administrators, which %s is not; %s stays super admin until they are one", organization, to, from)
	}
	if !o.hasPlace(from, in(organization)) { // the Organization is under judgement, so what counts is their Membership
		return forbidden("R2", "the membership of %s, who is to be Administrator of %s afterwards, is not there yet; wait until the operator has made it, as soon as the organization is in service", from, organization)
	}
	return nil
}

// isExternal reports whether a user counts as an external user of an organization. Its super admin is an internal one (L5).
func (o Outlook) isExternal(user, organization string) bool {
	return slices.ContainsFunc(o.placesCountedAgainst(UserKey(user)), func(p Place) bool {
		return p.Organization == organization && p.UserType == v1alpha1.UserTypeExternal
	})
}

// Ending reports whether an organization ends: its deletion was asked for, and nothing protects it. A protected one lives on, even if
// admission was not asked about its deletion, as when its CustomResourceDefinition is deleted. Kubernetes cannot undo a deletion, so it
// ends as soon as the protection is turned off (O7).
func Ending(org *v1alpha1.Organization) bool {
	return org.DeletionTimestamp != nil && !org.Spec.DeletionProtection
}

func deleteOrganization(o Outlook, act Act, org *v1alpha1.Organization) Violations {
	switch {
	case org.DeletionTimestamp != nil:
		return nil
	case org.Spec.DeletionProtection:
		return Protected(org)
	case act.Actor.Operator:
		return forbidden("O7", "the operator deletes %s only where somebody asks for that who may; make an OrganizationRequest", org.Name)
	}
	if vs := mayEnd(o, act, org); vs != nil {
		return vs
	}
	return endsWhole(o, org)
}

// changeOfEnd judges a change of the protection of an organization whose deletion was asked for.
func changeOfEnd(o Outlook, act Act, before, after *v1alpha1.Organization) Violations {
	if Ending(after) && !Ending(before) {
		return mayEnd(o, act, before)
	}
	return nil
}

// Protected refuses to end a protected organization (O7).
func Protected(org *v1alpha1.Organization) Violations {
	return forbidden("O7", "%s is protected from deletion; set spec.deletionProtection to false first", org.Name)
}

// mayEnd judges who ends an organization: by its deletion, or by removing its protection after its deletion came past admission.
func mayEnd(o Outlook, act Act, org *v1alpha1.Organization) Violations {
	if o.owns(act, org.Name) || (o.administers(act, org.Name) && !o.Policy().SuperAdminsDestroy) {
		return nil
	}
	if o.Policy().SuperAdminsDestroy {
		return forbidden("O7", "only the super admin of %s, or a platform actor, may delete it; ask the super admin", org.Name)
	}
	return forbidden("O7", "only Administrators and the super admin of %s, or a platform actor, may delete it; ask one of them", org.Name)
}

// endsWhole refuses an end that would leave something behind. Without its finalizer, which the operator gives back whenever it is
// missing, an organization would be gone at once. Its people would wait for one to come (R8).
func endsWhole(o Outlook, org *v1alpha1.Organization) Violations {
	people, bindings := o.stillThere(org.Name)
	if slices.Contains(org.Finalizers, v1alpha1.OrganizationFinalizer) || people+bindings == 0 {
		return nil
	}
	return again("O7", "the end of %s, which has members, invitations or integrations, is not prepared yet", org.Name)
}
