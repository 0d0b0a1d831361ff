// SPDX-License-Identifier: Apache-2.0

package history

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

// world is all objects at one revision. It is read here by the words of the rulebook alone, and by none of the code under test
// but its numbers: the defaults of the policy and the catalogue of integrations.
type world map[id]client.Object

// A thing is limited: so many can take it up.
type thing struct{ rule, name string }

// taken tells, of each limited thing, who or what takes it up.
type taken map[thing]map[string]bool

func (t taken) add(rule, name, by string) {
	k := thing{rule, name}
	if t[k] == nil {
		t[k] = map[string]bool{}
	}
	t[k][by] = true
}

// place is a user's in an organization, as one object says.
type place struct {
	organization, user string
	super, seat        bool
	origin             v1alpha1.Origin // unknown to organizations, which only name their super admin
	internal           bool
}

func organizationOf(namespace string) string {
	return strings.TrimPrefix(namespace, v1alpha1.NamespacePrefix)
}

func (w world) organization(name string) *v1alpha1.Organization {
	o, _ := w[id{"Organization", "", name}].(*v1alpha1.Organization)
	return o
}

// ending reports whether an organization is being deleted: what is in it counts no more (O7).
func (w world) ending(name string) bool {
	o := w.organization(name)
	return o != nil && o.DeletionTimestamp != nil
}

// policy is the one in force.
func (w world) policy() rules.Policy {
	if p, ok := w[id{"PlatformPolicy", "", v1alpha1.PlatformPolicyName}].(*v1alpha1.PlatformPolicy); ok {
		return rules.PolicyOf(p.Spec)
	}
	return rules.DefaultPolicy
}

// edition of an organization that there is; a trial is on Enterprise (O4).
func (w world) edition(name string) v1alpha1.Edition {
	switch o := w.organization(name); {
	case o == nil:
		return ""
	case o.Spec.Subscription != nil:
		return o.Spec.Subscription.Edition
	}
	return v1alpha1.EditionEnterprise
}

// places are all of them, of organizations that are not ending.
func (w world) places() (all []place) {
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

// accepting reports whether an answer holds the place that it is about to become.
func accepting(r *v1alpha1.InvitationResponse) bool {
	return r.Spec.Decision == v1alpha1.DecisionAccept && r.Spec.Invitation != nil && !failed(r) &&
		!meta.IsStatusConditionTrue(r.Status.Conditions, v1alpha1.ConditionReady)
}

func failed(r *v1alpha1.InvitationResponse) bool {
	return meta.IsStatusConditionTrue(r.Status.Conditions, v1alpha1.ConditionStalled)
}

func pending(i *v1alpha1.Invitation) bool {
	return (i.Status.State == "" || i.Status.State == v1alpha1.InvitationPending) && !i.Spec.Revoked && i.DeletionTimestamp == nil
}

// taken counts everything that is limited.
func (w world) taken() taken {
	t := taken{}
	places := w.places()
	for _, p := range places {
		w.addPlace(t, p, places)
	}
	for _, o := range w {
		switch o := o.(type) {
		case *v1alpha1.Organization:
			for _, host := range append(rules.Hosts(o, baseDomain), o.Status.Hosts...) {
				t.add("A2", host, string(o.UID))
			}
		case *v1alpha1.HostReservation:
			holder := string(o.UID)
			if o.Spec.HeldFor != nil {
				holder = string(o.Spec.HeldFor.UID)
			}
			t.add("A2", o.Name, holder)
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

func (w world) addPlace(t taken, p place, all []place) {
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

// founded reports whether the place is its user's own creation. The super admin's membership says so; until there is one, who is
// named is taken for the founder.
func (p place) founded(all []place) bool {
	if p.origin != "" {
		return p.origin == v1alpha1.OriginCreated
	}
	return !slices.ContainsFunc(all, func(q place) bool {
		return q.organization == p.organization && q.user == p.user && q.origin != ""
	})
}

func (w world) addOffer(t taken, i *v1alpha1.Invitation) {
	organization := organizationOf(i.Namespace)
	if !pending(i) {
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

func (w world) addBinding(t taken, b *v1alpha1.IntegrationBinding) {
	application, organization := b.Spec.Application+"/"+b.Spec.Component, organizationOf(b.Namespace)
	t.add("G1 slot", application+" "+organization, b.Spec.Account)
	if !w.ending(organization) {
		t.add("G1 account", application+" "+b.Spec.Account, organization)
	}
}

// limit is how many can take a thing up, by a policy.
func (w world) limit(t thing, p rules.Policy) int32 {
	switch t.rule {
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
		return seats(w.organization(t.name), p)
	case "G1 slot", "G1 account":
		return catalogued(t)
	}
	return 1 // a name has one holder, an invitation one answer
}

// seats are those bought, or those of a trial.
func seats(o *v1alpha1.Organization, p rules.Policy) int32 {
	if o.Spec.Subscription != nil {
		return o.Spec.Subscription.Licenses
	}
	return p.TrialLicenses
}

// catalogued is the number in a row of the catalogue; 0 there is no limit.
func catalogued(t thing) int32 {
	application, _, _ := strings.Cut(t.name, " ")
	for _, row := range rules.Catalogue() {
		if row.Application+"/"+row.Component != application {
			continue
		}
		n := row.OrganizationsPerAccount
		if t.rule == "G1 slot" {
			n = row.AccountsPerOrganization
		}
		return cmp.Or(n, 1<<30)
	}
	panic(fmt.Sprint("not in the catalogue: ", t))
}
