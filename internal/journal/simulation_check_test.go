// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// checkWrite judges every write as it is stored. Anything that the write adds to, or whose limit it lowers, must be within the limit.
func (s *simulation) checkWrite(e event, _ client.Object) {
	if journal.IsJournal(e.object) {
		s.checkJournal(e.object)
	}
	if e.kind == "ConfigMap" {
		return
	}
	was, now := s.gauges, s.server.stored.measure(s.limitsSince(s.began()))
	s.gauges = now
	for m, g := range now {
		before, known := was[m]
		worse := g.used > before.used || known && g.limit < before.limit && m.rule == "E5"
		if g.used > g.limit && worse {
			s.fail("%s: %s is %v after %s was stored", m.rule, m.of, g, e.key)
		}
	}
}

// began is the revision at which what is being stored began: a limit lowered since takes nothing away (L9).
func (s *simulation) began() int64 {
	if s.storing == nil {
		return s.server.revision
	}
	return s.storing.since
}

// limitsSince is the most generous of each limit that was in force at a revision or since.
func (s *simulation) limitsSince(revision int64) limits {
	most := limits{}
	log := s.server.byKind["PlatformPolicy"]
	for i, e := range log {
		if i+1 < len(log) && log[i+1].revision <= revision {
			continue
		}
		for rule, n := range limitsOf(e.object.(*v1alpha1.PlatformPolicy)) {
			most[rule] = max(most[rule], n)
		}
	}
	return most
}

// checkJournal: a dry run leaves nothing; and a fence stands where something happened to its kind, so that every watch comes there by
// itself. Only what had to be dropped, and a journal that was opened anew, may ask for more.
func (s *simulation) checkJournal(stored client.Object) {
	for _, e := range journal.StoredEntries(stored) {
		if s.dry[string(e.UID)] {
			s.fail("a dry run left an entry")
		}
	}
	if !s.untouched || s.now.Sub(epoch) > journal.DefaultDropTime/fastest {
		return
	}
	for kind, fence := range journal.StoredFences(stored) {
		if log := s.server.byKind[kind]; len(log) == 0 || log[len(log)-1].revision < revisionOf(fence) {
			s.fail("the fence of %s is %s, where nothing happened", kind, fence)
		}
	}
}

// lull: every watch brings all that it has. Everybody goes on until nobody can without time going by. A request that still waits then has a
// reason to wait. (Not where calls were lost: those are tried again in a while.)
func (s *simulation) lull() {
	if !s.flow() || s.chance.loss > 0 || len(s.entries()) > 0 {
		return
	}
	stored := s.journal()
	for _, r := range s.replicas {
		stuck := func(c *journal.Change) bool { return held(c) && !r.journal.Yields(c) && !s.awaitsGrant(c) }
		if stored != nil && !r.still() && r.journal.WaitsFor(stuck) && r.journal.Judges(stored) {
			s.fail("%s has nothing in the way of a request, and lets it wait", r.name)
		}
	}
}

// held reports whether only an entry can hold a change back. A departure waits, too, for the answer that made the person a member to be
// carried out.
func held(c *journal.Change) bool { return c.Kind != "Membership" || c.Operation != facts.Delete }

// awaitsGrant reports whether a change hands an organization to somebody of whom no membership is granted yet (R7).
func (s *simulation) awaitsGrant(c *journal.Change) bool {
	to := superAdmin(c.After)
	if c.Kind != "Organization" || c.Operation != facts.Update || superAdmin(c.Before) == to {
		return false
	}
	for k, o := range s.server.stored {
		m, is := o.(*v1alpha1.Membership)
		if is && k.name.Namespace == v1alpha1.NamespacePrefix+c.Name.Name && m.Spec.User == to && rules.Granted(m) {
			return false
		}
	}
	return true
}

// superAdmin is the user whom facts name as super admin; empty where they name none.
func superAdmin(stated []rules.Fact) string {
	for _, f := range stated {
		if p, is := f.(rules.Place); is && p.Role == v1alpha1.RoleSuperAdmin {
			return p.User
		}
	}
	return ""
}

// limited are the rules whose violations say that something is full.
var limited = []string{"L1", "L2", "L3", "L4", "L5", "L6", "L7", "E5", "E6", "E7", "A2", "G1", "I2"}

// checkRefusal: what was refused with a limit would have been over it at some instant since the request came. The operator gives some facts
// up in status. Such a fact counts as given up if the replica had seen that when it was asked, or when it answered.
func (s *simulation) checkRefusal(by *replica, seen map[string]int64, r *request, before, after client.Object, violations rules.Violations) {
	s.refusals++
	unproved := map[string]rules.Violation{}
	for _, v := range violations {
		finished := v.Rule == "I2" && v.Kind == rules.KindInvalid
		full := v.Rule == "I8" && strings.Contains(v.Message, "cannot take new members") // an invitee is not told of seats
		if slices.Contains(limited, v.Rule) && !finished || full {
			unproved[v.Rule] = v
		}
	}
	for _, seen := range []map[string]int64{seen, by.seen()} {
		s.instants(seen, r.since, func(w world) bool {
			maps.DeleteFunc(unproved, func(rule string, _ rules.Violation) bool { return w.breaks(before, after, rule) })
			return len(unproved) > 0
		})
	}
	for rule, v := range unproved {
		s.fail("%s refused %s by %s, and it was not so: %s", by.name, r.key, rule, v)
	}
}

// instants calls f with the world at each instant since a revision, as long as it wants more.
func (s *simulation) instants(seen map[string]int64, since int64, f func(world) bool) {
	w, log := world{}, s.server.log
	for i, e := range log {
		if !e.silent || e.revision <= seen[e.kind] {
			w.apply(e)
		}
		if (i+1 == len(log) || log[i+1].revision > since) && !f(w) {
			return
		}
	}
}

// breaks reports whether a change would break a rule in this world. To an organization that is being deleted nothing can be added
// in any case (O7).
func (w world) breaks(before, after client.Object, rule string) bool {
	means := func(m meter) bool { return means(rule, m.rule) }
	return slices.ContainsFunc(w.full(before, after), means) || rule == "L6" && w.knows(after) || w.hasEnded(subject(before, after))
}

// subject is the organization that a change is about; empty if it is about none.
func subject(before, after client.Object) string {
	if after == nil {
		after = before
	}
	if r, ok := after.(*v1alpha1.InvitationResponse); ok {
		return answered(r)
	}
	return organizationOf(after)
}

// full is what a change would make more than there may be.
func (w world) full(before, after client.Object) (full []meter) {
	policy, ok := w[policyKey].(*v1alpha1.PlatformPolicy)
	if !ok {
		return nil
	}
	with := maps.Clone(w)
	if after == nil {
		delete(with, keyOf(before))
	} else {
		with[keyOf(after)] = after
	}
	was, is := w.measure(limitsOf(policy)), with.measure(limitsOf(policy))
	for m, g := range is {
		if g.used > g.limit && (g.used > was[m].used || g.limit < was[m].limit) {
			full = append(full, m)
		}
	}
	return full
}

// means reports whether a violation of a rule is about a meter of another name.
func means(rule, metered string) bool {
	switch rule {
	case "E6", "I8":
		return metered == "E5"
	case "E7":
		return metered == "L3" || metered == "L4" || metered == "L5"
	case "I2":
		return metered == "I2" || metered == "revoked or answered"
	}
	return rule == metered
}

// knows reports whether who is invited or accepts is a member already.
func (w world) knows(after client.Object) bool {
	var organization, user string
	switch o := after.(type) {
	case *v1alpha1.Invitation:
		organization, user = organizationOf(o), o.Spec.Email
	case *v1alpha1.InvitationResponse:
		organization, user = answered(o), o.Spec.Invitee
	default:
		return false
	}
	org, ok := w.organizationNamed(organization)
	return w.belongs(organization, user) || ok && org.Spec.SuperAdmin == user
}
