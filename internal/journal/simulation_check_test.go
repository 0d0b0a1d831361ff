// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// checkWrite judges every write as it is stored: nothing that it makes more, or has less of, may be over its limit.
func (s *simulation) checkWrite(e event, _ client.Object) {
	if journal.IsJournal(e.object) {
		s.checkJournal(e.object)
	}
	if e.kind == "ConfigMap" {
		return
	}
	was, now := s.gauges, world(s.server.stored).measure(s.limitsSince(s.began()))
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

// checkJournal: a dry run leaves nothing.
func (s *simulation) checkJournal(stored client.Object) {
	for _, uid := range journal.StoredEntries(stored) {
		if s.dry[uid] {
			s.fail("a dry run left an entry")
		}
	}
}

// limited are the rules whose violations say that something is full.
var limited = []string{"L1", "L2", "L3", "L4", "L5", "L6", "L7", "E5", "E6", "E7", "A2", "G1", "I2"}

// checkRefusal: what was refused with a limit would have been over it at some instant since the request came. What the operator
// gives up in status counts as given up once the replica has seen it.
func (s *simulation) checkRefusal(by *replica, r *request, before, after client.Object, violations rules.Violations) {
	s.refusals++
	for _, v := range violations {
		if v.Rule == "I2" && v.Kind == rules.KindInvalid {
			continue // the invitation is finished
		}
		if slices.Contains(limited, v.Rule) && !s.wasFull(by, r, before, after, v.Rule) {
			s.fail("%s refused %s by %s, and it was not so: %s", by.name, r.key, v.Rule, v)
		}
	}
}

func (s *simulation) wasFull(by *replica, r *request, before, after client.Object, rule string) bool {
	seen := map[string]int64{}
	for _, st := range by.streams {
		seen[st.kind] = st.reached
	}
	w := world{}
	for i, e := range s.server.log {
		if !e.givesUp || e.revision <= seen[e.kind] {
			w.apply(e)
		}
		last := i+1 == len(s.server.log)
		if (last || s.server.log[i+1].revision > r.since) && w.full(before, after, rule) {
			return true
		}
	}
	return false
}

// full reports whether a change would break a rule in this world.
func (w world) full(before, after client.Object, rule string) bool {
	policy, ok := w[policyKey].(*v1alpha1.PlatformPolicy)
	if !ok {
		return false
	}
	with := world{}
	for k, o := range w {
		with[k] = o
	}
	if after == nil {
		delete(with, keyOf(before))
	} else {
		with[keyOf(after)] = after
	}
	was, is := w.measure(limitsOf(policy)), with.measure(limitsOf(policy))
	for m, g := range is {
		if g.used > g.limit && (g.used > was[m].used || g.limit < was[m].limit) && means(rule, m.rule) {
			return true
		}
	}
	return rule == "L6" && w.knows(after)
}

// means reports whether a violation of a rule is about a meter of another name.
func means(rule, metered string) bool {
	switch rule {
	case "E6":
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
	org, ok := w[key{kind: "Organization", name: client.ObjectKey{Name: organization}}].(*v1alpha1.Organization)
	return w.belongs(organization, user) || ok && org.Spec.SuperAdmin == user
}
