// SPDX-License-Identifier: Apache-2.0

package record

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// World is all objects at one revision. Its methods follow the words of the rulebook alone. Of the code under test they use only numbers:
// the defaults of the policy and the catalogue of integrations.
type World map[ID]client.Object

// A Thing has a limit: so many can take it up.
type Thing struct{ Rule, Name string }

// Taken are the takers of each limited thing.
type Taken map[Thing]map[string]bool

func (t Taken) add(rule, name, by string) {
	k := Thing{rule, name}
	if t[k] == nil {
		t[k] = map[string]bool{}
	}
	t[k][by] = true
}

// place is a user's place in an organization, as one object states it.
type place struct {
	organization, user string
	super, seat        bool
	origin             v1alpha1.Origin // unknown for an organization, which only names its super admin
	internal           bool
}

// Apply applies one moment.
func (w World) Apply(m Moment) {
	if m.Object == nil {
		delete(w, m.ID)
	} else {
		w[m.ID] = m.Object
	}
}

func organizationOf(namespace string) string {
	return strings.TrimPrefix(namespace, v1alpha1.NamespacePrefix)
}

func (w World) organization(name string) *v1alpha1.Organization {
	o, _ := w[ID{"Organization", "", name}].(*v1alpha1.Organization)
	return o
}

// ending reports whether an organization is being deleted. Then its objects count no more (O7).
func (w World) ending(name string) bool {
	o := w.organization(name)
	return o != nil && o.DeletionTimestamp != nil
}

// heads reports whether an organization's super admin is a member as required (R3).
func (w World) heads(org *v1alpha1.Organization) bool {
	for _, o := range w {
		m, ok := o.(*v1alpha1.Membership)
		if ok && organizationOf(m.Namespace) == org.Name && m.Spec.User == org.Spec.SuperAdmin {
			return m.Spec.Role == v1alpha1.RoleAdministrator && !m.Spec.Suspended
		}
	}
	return false
}

// Policy is the policy in force.
func (w World) Policy() rules.Policy {
	if p, ok := w[ID{"PlatformPolicy", "", v1alpha1.PlatformPolicyName}].(*v1alpha1.PlatformPolicy); ok {
		return rules.PolicyOf(p.Spec)
	}
	return rules.DefaultPolicy
}

// edition is the edition of an existing organization; a trial is on Enterprise (O4).
func (w World) edition(name string) v1alpha1.Edition {
	switch o := w.organization(name); {
	case o == nil:
		return ""
	case o.Spec.Subscription != nil:
		return o.Spec.Subscription.Edition
	}
	return v1alpha1.EditionEnterprise
}

// places are all places in organizations that are not ending.
func (w World) places() (all []place) {
	for _, o := range w {
		var p place
		switch o := o.(type) {
		case *v1alpha1.Organization:
			p = place{organization: o.Name, user: o.Spec.SuperAdmin, super: true, seat: true, internal: true}
		case *v1alpha1.Membership:
			p = place{organization: organizationOf(o.Namespace), user: o.Spec.User, seat: !o.Spec.Suspended,
				origin: cmp.Or(o.Spec.Origin, v1alpha1.OriginProvisioned), internal: o.Spec.UserType != v1alpha1.UserTypeExternal}
		case *v1alpha1.InvitationResponse:
			if !accepting(o) {
				continue
			}
			p = place{organization: organizationOf(o.Spec.Invitation.Namespace), user: o.Spec.Invitee, seat: true,
				origin: v1alpha1.OriginInvited, internal: o.Spec.UserType != v1alpha1.UserTypeExternal}
		default:
			continue
		}
		if !w.ending(p.organization) {
			all = append(all, p)
		}
	}
	return all
}

// accepting reports whether an answer holds the place of its future membership.
func accepting(r *v1alpha1.InvitationResponse) bool {
	return r.Spec.Decision == v1alpha1.DecisionAccept && r.Spec.Invitation != nil && !failed(r) &&
		!meta.IsStatusConditionTrue(r.Status.Conditions, v1alpha1.ConditionReady)
}

func failed(r *v1alpha1.InvitationResponse) bool {
	return meta.IsStatusConditionTrue(r.Status.Conditions, v1alpha1.ConditionStalled)
}

// IsPending reports whether an invitation is still pending.
func IsPending(i *v1alpha1.Invitation) bool {
	return (i.Status.State == "" || i.Status.State == v1alpha1.InvitationPending) && !i.Spec.Revoked && i.DeletionTimestamp == nil
}

// Taken counts everything that is limited.
func (w World) Taken() Taken {
	t := Taken{}
	places := w.places()
	for _, p := range places {
		w.addPlace(t, p, places)
	}
	for _, o := range w {
		switch o := o.(type) {
		case *v1alpha1.Organization, *v1alpha1.HostReservation:
			w.addHosts(t, o)
		case *v1alpha1.Membership:
			t.add("L6 member", o.Namespace+" "+o.Spec.User, string(o.UID))
		case *v1alpha1.Invitation:
			w.addOffer(t, o)
		case *v1alpha1.InvitationResponse:
			if !failed(o) && o.Spec.InvitationUID != "" {
				t.add("I2", string(o.Spec.InvitationUID), string(o.UID))
			}
		case *v1alpha1.IntegrationBinding:
			w.addBinding(t, o)
		}
	}
	return t
}

// addHosts counts the holders of hosts. An organization that the platform put back has the hosts that are reserved to a former one of its
// name (A6). That nobody else gets them is tested in test/integration.
func (w World) addHosts(t Taken, o client.Object) {
	switch o := o.(type) {
	case *v1alpha1.Organization:
		for _, host := range append(rules.Hosts(o, BaseDomain), o.Status.Hosts...) {
			t.add("A2", host, string(o.UID))
		}
		if domain := rules.ClaimedDomain(o); domain != "" {
			t.add("A2", domain, string(o.UID))
		}
	case *v1alpha1.HostReservation:
		holder := string(o.UID)
		if o.Spec.HeldFor != nil {
			holder = string(o.Spec.HeldFor.UID)
			if again := w.organization(o.Spec.HeldFor.Name); again != nil && slices.Contains(rules.Hosts(again, BaseDomain), o.Name) {
				holder = string(again.UID)
			}
		}
		t.add("A2", o.Name, holder)
	}
}

func (w World) addPlace(t Taken, p place, all []place) {
	t.add("L1", p.user, p.organization)
	if p.super || p.origin == v1alpha1.OriginCreated {
		t.add("L2", p.user, p.organization)
	}
	if w.organization(p.organization) != nil && p.seat {
		t.add("E5", p.organization, p.user)
	}
	switch edition := w.edition(p.organization); {
	case edition == v1alpha1.EditionCRMPlus && p.founded(all):
		t.add("L3", p.user, p.organization)
	case edition == v1alpha1.EditionCRMPlus && p.origin != "":
		t.add("L4", p.user, p.organization)
	case edition == v1alpha1.EditionZohoOne && p.internal:
		t.add("L5", p.user, p.organization)
	}
}

// founded reports whether the place is its user's own creation. The super admin's membership shows that. Until there is one, the super
// admin counts as the founder.
func (p place) founded(all []place) bool {
	if p.origin != "" {
		return p.origin == v1alpha1.OriginCreated
	}
	return !slices.ContainsFunc(all, func(q place) bool {
		return q.organization == p.organization && q.user == p.user && q.origin != ""
	})
}

func (w World) addOffer(t Taken, i *v1alpha1.Invitation) {
	organization := organizationOf(i.Namespace)
	if !IsPending(i) {
		return
	}
	t.add("L6 invited", i.Namespace+" "+i.Spec.Email, string(i.UID))
	if w.ending(organization) {
		return
	}
	t.add("L7", i.Spec.Email, string(i.UID))
	if o := w.organization(organization); o != nil {
		t.add("L7 inviter", i.Spec.Email+" "+o.Spec.SuperAdmin, string(i.UID))
		t.add("E5", organization, i.Spec.Email)
	}
}

func (w World) addBinding(t Taken, b *v1alpha1.IntegrationBinding) {
	application, organization := b.Spec.Application+"/"+b.Spec.Component, organizationOf(b.Namespace)
	t.add("G1 slot", application+" "+organization, b.Spec.Account)
	if !w.ending(organization) {
		t.add("G1 account", application+" "+b.Spec.Account, organization)
	}
}

// Limit is how many can take up a thing, by a policy.
func (w World) Limit(t Thing, p rules.Policy) int32 {
	switch t.Rule {
	case "L1":
		return p.OrganizationsPerUser
	case "L2":
		return p.CreatedOrganizationsPerUser
	case "L3":
		return p.CreatedCRMPlusPerUser
	case "L4":
		return p.InvitedCRMPlusPerUser
	case "L5":
		return p.InternalZohoOnePerUser
	case "L7":
		return p.PendingPerUser
	case "L7 inviter":
		return p.PendingPerSuperAdmin
	case "E5":
		return seats(w.organization(t.Name), p)
	case "G1 slot", "G1 account":
		return catalogued(t)
	}
	return 1 // a name has one holder, an invitation one answer
}

// seats are the licences, or the seats of a trial.
func seats(o *v1alpha1.Organization, p rules.Policy) int32 {
	if o.Spec.Subscription != nil {
		return o.Spec.Subscription.Licenses
	}
	return p.TrialLicenses
}

// catalogued is the number in a row of the catalogue. There, 0 means no limit.
func catalogued(t Thing) int32 {
	application, _, _ := strings.Cut(t.Name, " ")
	for _, row := range rules.Catalogue() {
		if row.Application+"/"+row.Component != application {
			continue
		}
		n := row.OrganizationsPerAccount
		if t.Rule == "G1 slot" {
			n = row.AccountsPerOrganization
		}
		return cmp.Or(n, 1<<30)
	}
	panic(fmt.Sprint("not in the catalogue: ", t))
}
