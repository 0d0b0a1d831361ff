// SPDX-License-Identifier: Apache-2.0

package history

import (
	"fmt"
	"reflect"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

const baseDomain = "crm.example.com"

// checker goes through a history moment by moment, and says what ought not to have been stored.
type checker struct {
	world    world
	taken    taken
	policies []policyAt
	checked  int // moments
}

// policyAt is a policy, in force from a revision on.
type policyAt struct {
	revision int64
	policy   rules.Policy
}

func newChecker() *checker {
	return &checker{world: world{}, taken: taken{}, policies: []policyAt{{0, rules.DefaultPolicy}}}
}

// check judges what a history holds beyond what was judged before.
func (c *checker) check(history []moment) (wrong []string) {
	for _, m := range history[c.checked:] {
		wrong = append(wrong, c.step(m)...)
	}
	c.checked = len(history)
	return wrong
}

func (c *checker) step(m moment) (wrong []string) {
	before := c.world[m.id]
	if m.object == nil {
		delete(c.world, m.id)
	} else {
		c.world[m.id] = m.object
	}
	if m.id.kind == "PlatformPolicy" {
		c.policies = append(c.policies, policyAt{m.revision, c.world.policy()})
	}
	if !reflect.DeepEqual(says(before), says(m.object)) {
		was := c.taken
		c.taken = c.world.taken()
		wrong = append(c.grown(m, was), c.shrunk(m, before)...)
	}
	return append(wrong, answered(m, before)...)
}

// says is what counts of an object, so that a change of a status which takes nothing is passed over.
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

// grown finds things that more take up than before, and more than can: by the most generous policy since it was asked for.
func (c *checker) grown(m moment, was taken) (wrong []string) {
	for t, by := range c.taken {
		judged := t.rule != "L7 inviter" || m.id.kind == "Invitation" // a transfer does not count invitations
		if limit := c.limit(t, m); judged && len(by) > len(was[t]) && int32(len(by)) > limit {
			wrong = append(wrong, fmt.Sprintf("[%s] revision %d, %s: %s is taken up %d times, and can be %d times: %v",
				t.rule, m.revision, m.id, t.name, len(by), limit, sorted(by)))
		}
	}
	return wrong
}

// since are the policies in force at some time since a change was asked for. Of what the operator made that is not known; it takes
// nothing new.
func (c *checker) since(m moment) (policies []rules.Policy) {
	var asked int64
	if m.object != nil {
		asked = revisionOf(m.object.GetAnnotations()[invokedAt])
	}
	for i, p := range c.policies {
		if i+1 == len(c.policies) || c.policies[i+1].revision > asked {
			policies = append(policies, p.policy)
		}
	}
	return policies
}

// limit is the highest since a change was asked for.
func (c *checker) limit(t thing, m moment) (limit int32) {
	for _, p := range c.since(m) {
		limit = max(limit, c.world.limit(t, p))
	}
	return limit
}

// shrunk finds licences lowered under the seats in use (E6), and those of an organization that came after its members (R8). One
// that was over a limit before, and gets no fewer seats, stays over it (L9).
func (c *checker) shrunk(m moment, before client.Object) []string {
	o, ok := m.object.(*v1alpha1.Organization)
	if !ok || o.DeletionTimestamp != nil {
		return nil
	}
	old, had := before.(*v1alpha1.Organization)
	if had && reflect.DeepEqual(old.Spec.Subscription, o.Spec.Subscription) {
		return nil
	}
	used := int32(len(c.taken[thing{"E5", o.Name}]))
	for _, p := range c.since(m) {
		if n := seats(o, p); used <= n || had && n >= seats(old, p) {
			return nil
		}
	}
	return []string{fmt.Sprintf("[E6] revision %d, %s: too few seats for %v", m.revision, m.id, sorted(c.taken[thing{"E5", o.Name}]))}
}

// answered finds invitations that end twice, or that were revoked and answered (I2).
func answered(m moment, before client.Object) []string {
	now, ok := m.object.(*v1alpha1.Invitation)
	was, had := before.(*v1alpha1.Invitation)
	if !ok || !had || was.UID != now.UID {
		return nil
	}
	final := was.Status.State != "" && was.Status.State != v1alpha1.InvitationPending
	byInvitee := now.Status.State == v1alpha1.InvitationAccepted || now.Status.State == v1alpha1.InvitationDeclined
	if final && was.Status.State != now.Status.State || byInvitee && now.Spec.Revoked {
		return []string{fmt.Sprintf("[I2] revision %d, %s: it was %q, and is %q (revoked: %t)",
			m.revision, m.id, was.Status.State, now.Status.State, now.Spec.Revoked)}
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
