// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// world is all objects at one instant. Here its content is counted from the objects themselves, and not in the product's way.
type world map[key]client.Object

func (w world) apply(e event) {
	if e.gone {
		delete(w, e.key)
		return
	}
	w[e.key] = e.object
}

// sorted is every object, always in the same order.
func (w world) sorted() []client.Object {
	keys := slices.SortedFunc(maps.Keys(w), func(a, b key) int {
		return cmp.Or(
			cmp.Compare(a.kind, b.kind), cmp.Compare(a.name.Namespace, b.name.Namespace), cmp.Compare(a.name.Name, b.name.Name))
	})
	objects := make([]client.Object, len(keys))
	for i, k := range keys {
		objects[i] = w[k]
	}
	return objects
}

// meter is one thing that is limited, by the rule that limits it.
type meter struct{ rule, of string }

// gauge is what is used of it, and how much there is.
type gauge struct{ used, limit int }

// census counts the holders of each thing, each holder once.
type census struct {
	world
	held map[holding]bool
	used map[meter]int
}

type holding struct {
	meter
	holder string
}

func (c census) holds(rule, of, holder string) {
	h := holding{meter{rule, of}, holder}
	if !c.held[h] {
		c.held[h] = true
		c.used[h.meter]++
	}
}

// measure is every meter of the world.
func (w world) measure(l limits) map[meter]gauge {
	c := census{w, make(map[holding]bool, 4*len(w)), make(map[meter]int, 4*len(w))}
	for _, o := range w {
		c.count(o)
	}
	gauges := make(map[meter]gauge, len(c.used))
	for m, used := range c.used {
		if limit, limited := w.limit(m, l); limited {
			gauges[m] = gauge{used, limit}
		}
	}
	return gauges
}

func (c census) count(o client.Object) {
	organization := organizationOf(o)
	switch o := o.(type) {
	case *v1alpha1.Organization:
		c.organization(o)
	case *v1alpha1.Membership:
		c.membership(organization, o)
	case *v1alpha1.Invitation:
		c.invitation(organization, o)
	case *v1alpha1.InvitationResponse:
		c.response(o)
	case *v1alpha1.IntegrationBinding:
		c.binding(organization, o)
	case *v1alpha1.HostReservation:
		holder := string(o.UID)
		if o.Spec.HeldFor != nil {
			holder = string(o.Spec.HeldFor.UID)
		}
		c.holds("A2", o.Name, holder)
	}
}

func (c census) organization(o *v1alpha1.Organization) {
	for _, host := range append(o.Status.Hosts, o.Spec.AccessURL.Name+"."+baseDomain) {
		c.holds("A2", host, string(o.UID))
	}
	if o.DeletionTimestamp != nil {
		return
	}
	c.place(o.Name, o.Spec.SuperAdmin)
	c.holds("L2", o.Spec.SuperAdmin, o.Name)
	c.holds("E5", o.Name, o.Spec.SuperAdmin)
	switch o.Spec.Subscription.Edition {
	case v1alpha1.EditionZohoOne:
		c.holds("L5", o.Spec.SuperAdmin, o.Name)
	case v1alpha1.EditionCRMPlus:
		if !c.belongs(o.Name, o.Spec.SuperAdmin) {
			c.holds("L3", o.Spec.SuperAdmin, o.Name) // nothing says otherwise
		}
	}
}

// belongs reports whether anything but the Organization itself speaks of the user's place in it.
func (w world) belongs(organization, user string) bool {
	for _, o := range w {
		switch o := o.(type) {
		case *v1alpha1.Membership:
			if organizationOf(o) == organization && o.Spec.User == user {
				return true
			}
		case *v1alpha1.InvitationResponse:
			if accepting(o) && answered(o) == organization && o.Spec.Invitee == user {
				return true
			}
		}
	}
	return false
}

func (c census) place(organization, user string) { c.holds("L1", user, organization) }

func (c census) membership(organization string, m *v1alpha1.Membership) {
	c.holds("L6", organization+"/"+m.Spec.User, string(m.UID))
	if c.hasEnded(organization) {
		return
	}
	c.place(organization, m.Spec.User)
	created := m.Spec.Origin == v1alpha1.OriginCreated
	if created {
		c.holds("L2", m.Spec.User, organization)
	}
	if !m.Spec.Suspended {
		c.holds("E5", organization, m.Spec.User)
	}
	c.edition(organization, m.Spec.User, created, m.Spec.UserType)
}

// edition counts a place by the edition of its organization.
func (c census) edition(organization, user string, created bool, userType v1alpha1.UserType) {
	switch edition := c.editionOf(organization); {
	case edition == v1alpha1.EditionCRMPlus && created:
		c.holds("L3", user, organization)
	case edition == v1alpha1.EditionCRMPlus:
		c.holds("L4", user, organization)
	case edition == v1alpha1.EditionZohoOne && userType != v1alpha1.UserTypeExternal:
		c.holds("L5", user, organization)
	}
}

func (c census) invitation(organization string, i *v1alpha1.Invitation) {
	if i.Spec.Revoked {
		c.holds("revoked or answered", string(i.UID), "revocation")
	}
	if !pending(i) || c.hasEnded(organization) {
		return
	}
	c.holds("L6", "invitations of "+i.Spec.Email+" to "+organization, string(i.UID))
	c.holds("L7", i.Spec.Email, string(i.UID))
	if org, ok := c.organizationNamed(organization); ok {
		c.holds("L7", i.Spec.Email+" from "+org.Spec.SuperAdmin, string(i.UID)) // the policy allows as many from one super admin as in all
	}
	c.holds("E5", organization, i.Spec.Email)
}

func (c census) response(r *v1alpha1.InvitationResponse) {
	if stalled(r) {
		return
	}
	c.holds("I2", string(r.Spec.InvitationUID), string(r.UID))
	if c.hasEnded(answered(r)) {
		return
	}
	c.holds("revoked or answered", string(r.Spec.InvitationUID), "answer")
	if accepting(r) {
		c.place(answered(r), r.Spec.Invitee)
		c.holds("E5", answered(r), r.Spec.Invitee)
		c.edition(answered(r), r.Spec.Invitee, false, r.Spec.UserType)
	}
}

func (c census) binding(organization string, b *v1alpha1.IntegrationBinding) {
	if b.Spec.Component == "" { // of those that the simulation binds, the one that has no component is bound once
		c.holds("G1", "accounts of "+organization, string(b.UID))
	}
	if !c.hasEnded(organization) {
		c.holds("G1", "account "+b.Spec.Application+b.Spec.Component+"/"+b.Spec.Account, string(b.UID))
	}
}

// organizationNamed finds the organization of a name.
func (w world) organizationNamed(name string) (org *v1alpha1.Organization, there bool) {
	org, there = w[key{kind: "Organization", name: client.ObjectKey{Name: name}}].(*v1alpha1.Organization)
	return org, there
}

// limit is how much there is of what a meter counts; nothing is limited in an organization that is not there (R8).
func (w world) limit(m meter, l limits) (limit int, limited bool) {
	if m.rule == "E5" {
		o, ok := w.organizationNamed(m.of)
		return licensesOf(o), ok && o.DeletionTimestamp == nil
	}
	if of, ok := l[m.rule]; ok {
		return of, true
	}
	return 1, true
}

func licensesOf(o *v1alpha1.Organization) int {
	if o == nil {
		return 0
	}
	return int(o.Spec.Subscription.Licenses)
}

func (w world) editionOf(organization string) v1alpha1.Edition {
	if o, ok := w.organizationNamed(organization); ok {
		return o.Spec.Subscription.Edition
	}
	return ""
}

// hasEnded reports whether an organization is being deleted.
func (w world) hasEnded(organization string) bool {
	o, ok := w.organizationNamed(organization)
	return ok && o.DeletionTimestamp != nil
}

// limits are the numbers of a PlatformPolicy, by rule.
type limits map[string]int

func limitsOf(p *v1alpha1.PlatformPolicy) limits {
	l := p.Spec.Limits
	return limits{
		"L1": int(*l.OrganizationsPerUser), "L2": int(*l.CreatedOrganizationsPerUser), "L3": int(*l.CreatedCRMPlusPerUser),
		"L4": int(*l.InvitedCRMPlusPerUser), "L5": int(*l.InternalZohoOnePerUser), "L7": int(*l.PendingInvitationsPerUser),
	}
}

func organizationOf(o client.Object) string {
	if len(o.GetNamespace()) < len(v1alpha1.NamespacePrefix) {
		return ""
	}
	return o.GetNamespace()[len(v1alpha1.NamespacePrefix):]
}

func pending(i *v1alpha1.Invitation) bool {
	return !i.Spec.Revoked && (i.Status.State == "" || i.Status.State == v1alpha1.InvitationPending)
}

func stalled(r *v1alpha1.InvitationResponse) bool {
	return meta.IsStatusConditionTrue(r.Status.Conditions, v1alpha1.ConditionStalled)
}

func accepting(r *v1alpha1.InvitationResponse) bool {
	ready := meta.IsStatusConditionTrue(r.Status.Conditions, v1alpha1.ConditionReady)
	return r.Spec.Decision == v1alpha1.DecisionAccept && !ready && !stalled(r)
}

// answered is the organization that a response is about.
func answered(r *v1alpha1.InvitationResponse) string {
	return r.Spec.Invitation.Namespace[len(v1alpha1.NamespacePrefix):]
}

func (g gauge) String() string { return fmt.Sprintf("%d of %d", g.used, g.limit) }
