// SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"reflect"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// BaseDomain is the base domain of the shipped configuration.
const BaseDomain = "crm.example.com"

// InvokedAt is an annotation with the store's revision when an object's last change was requested. Such a change may exceed a limit that
// was lowered between the request and the storing (L9).
const InvokedAt = "invoked-at"

// A Checker goes through a history moment by moment, and reports each state that should not have been stored.
type Checker struct {
	World    World
	taken    Taken
	policies []policyAt
	checked  int // moments
}

// policyAt is a policy, in force from a revision on.
type policyAt struct {
	revision int64
	policy   rules.Policy
}

// NewChecker begins with an empty store.
func NewChecker() *Checker {
	return &Checker{World: World{}, taken: Taken{}, policies: []policyAt{{0, rules.DefaultPolicy}}}
}

// Check judges the part of a history that is new since the last call.
func (c *Checker) Check(history []Moment) (wrong []string) {
	for _, m := range history[c.checked:] {
		wrong = append(wrong, c.step(m)...)
	}
	c.checked = len(history)
	return wrong
}

func (c *Checker) step(m Moment) (wrong []string) {
	before := c.World[m.ID]
	c.World.Apply(m)
	if m.ID.Kind == "PlatformPolicy" {
		c.policies = append(c.policies, policyAt{m.Revision, c.World.Policy()})
	}
	if !reflect.DeepEqual(says(before), says(m.Object)) {
		was := c.taken
		c.taken = c.World.Taken()
		wrong = append(c.grown(m, was), c.shrunk(m, before)...)
	}
	wrong = append(wrong, c.headless(m, before)...)
	return append(wrong, answered(m, before)...)
}

// says is the part of an object that takes up things. A change of status that takes nothing is ignored.
func says(o client.Object) any {
	type common struct{ spec, status, ending any }
	switch o := o.(type) {
	case *v1alpha1.Organization:
		return common{o.Spec, o.Status.Hosts, o.DeletionTimestamp}
	case *v1alpha1.Membership:
		return common{spec: o.Spec}
	case *v1alpha1.Invitation:
		return common{o.Spec, o.Status.State, o.DeletionTimestamp}
	case *v1alpha1.InvitationResponse:
		return common{o.Spec, accepting(o), failed(o)}
	case *v1alpha1.IntegrationBinding:
		return common{spec: o.Spec}
	case *v1alpha1.HostReservation:
		return common{spec: o.Spec}
	}
	return nil
}

// grown finds things with more takers than before, and more than allowed: by the most generous policy since the request.
func (c *Checker) grown(m Moment, was Taken) (wrong []string) {
	for t, by := range c.taken {
		if limit := c.limit(t, m); len(by) > len(was[t]) && int32(len(by)) > limit {
			wrong = append(wrong, fmt.Sprintf("[%s] revision %d, %s: %s is taken up %d times, and can be %d times: %v",
				t.Rule, m.Revision, m.ID, t.Name, len(by), limit, sorted(by)))
		}
	}
	return wrong
}

// since are the policies in force at any time since a change was requested. That time is unknown for the operator's own objects, but they
// take nothing new.
func (c *Checker) since(m Moment) (policies []rules.Policy) {
	var asked int64
	if m.Object != nil {
		asked = revisionOf(m.Object.GetAnnotations()[InvokedAt])
	}
	for i, p := range c.policies {
		if i+1 == len(c.policies) || c.policies[i+1].revision > asked {
			policies = append(policies, p.policy)
		}
	}
	return policies
}

// limit is the highest limit since a change was requested.
func (c *Checker) limit(t Thing, m Moment) (limit int32) {
	for _, p := range c.since(m) {
		limit = max(limit, c.World.Limit(t, p))
	}
	return limit
}

// shrunk finds licences lowered under the seats in use (E6), and those of an organization that came after its members (R8). An organization
// that was over a limit before, and gets no fewer seats, stays over it (L9).
func (c *Checker) shrunk(m Moment, before client.Object) []string {
	o, ok := m.Object.(*v1alpha1.Organization)
	if !ok || o.DeletionTimestamp != nil {
		return nil
	}
	old, had := before.(*v1alpha1.Organization)
	if had && reflect.DeepEqual(old.Spec.Subscription, o.Spec.Subscription) {
		return nil
	}
	used := int32(len(c.taken[Thing{"E5", o.Name}]))
	for _, p := range c.since(m) {
		if n := seats(o, p); used <= n || had && n >= seats(old, p) {
			return nil
		}
	}
	return []string{fmt.Sprintf("[E6] revision %d, %s: too few seats for %v", m.Revision, m.ID, sorted(c.taken[Thing{"E5", o.Name}]))}
}

// headless finds organizations that a change left without an active Administrator as super admin. Either the role went to somebody else
// (R2), or the super admin's membership was removed, suspended or lowered (R3).
func (c *Checker) headless(m Moment, before client.Object) []string {
	var o *v1alpha1.Organization
	switch before := before.(type) {
	case *v1alpha1.Organization:
		if o = c.World.organization(before.Name); o == nil || o.UID != before.UID || o.Spec.SuperAdmin == before.Spec.SuperAdmin {
			return nil
		}
	case *v1alpha1.Membership:
		if o = c.World.organization(organizationOf(before.Namespace)); o == nil || o.Spec.SuperAdmin != before.Spec.User {
			return nil
		}
	}
	if o == nil || o.DeletionTimestamp != nil || c.World.heads(o) {
		return nil
	}
	return []string{fmt.Sprintf("[R2] [R3] revision %d, %s: %s is super admin and no active Administrator", m.Revision, m.ID, o.Spec.SuperAdmin)}
}

// answered finds invitations that end twice, or that were revoked and answered (I2).
func answered(m Moment, before client.Object) []string {
	now, ok := m.Object.(*v1alpha1.Invitation)
	was, had := before.(*v1alpha1.Invitation)
	if !ok || !had || was.UID != now.UID {
		return nil
	}
	final := was.Status.State != "" && was.Status.State != v1alpha1.InvitationPending
	byInvitee := now.Status.State == v1alpha1.InvitationAccepted || now.Status.State == v1alpha1.InvitationDeclined
	if final && was.Status.State != now.Status.State || byInvitee && now.Spec.Revoked {
		return []string{fmt.Sprintf("[I2] revision %d, %s: it was %q, and is %q (revoked: %t)",
			m.Revision, m.ID, was.Status.State, now.Status.State, now.Spec.Revoked)}
	}
	return nil
}

func sorted(set map[string]bool) []string {
	all := make([]string, 0, len(set))
	for s := range set {
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}
