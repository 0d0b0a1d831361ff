// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
)

// settleDown: nothing goes wrong any more, every watch brings all that it has, and time passes. Then the clients are done, the
// operator has nothing to do, and the journal is empty.
func (s *simulation) settleDown() {
	s.chance = chances{}
	for _, r := range s.replicas {
		r.clock.suspended, r.stopped = false, false
	}
	early := false
	for range 200 {
		s.flow()
		if s.failure != "" || s.still() {
			return
		}
		if !early && s.concluded() {
			s.probe()
			early = true
		}
		s.pass(5 * time.Second)
	}
	s.fail("no quiet: clients %t, work %d, entries %d", s.busy(), len(s.work()), len(s.entries()))
}

// still reports whether nothing is under way.
func (s *simulation) still() bool { return s.idle() && len(s.entries()) == 0 }

func (s *simulation) idle() bool { return !s.busy() && len(s.work()) == 0 && s.ready() }

// concluded reports whether nothing is under way. The entries that are still in the journal must then have outcomes that all replicas have
// seen, and stand in nobody's way.
func (s *simulation) concluded() bool {
	return s.idle() && !slices.ContainsFunc(s.entries(), func(e *facts.Entry) bool { return !s.ended(e) })
}

// ended reports whether an admitted change is stored, or its object has changed or gone since.
func (s *simulation) ended(e *facts.Entry) bool {
	if e.Operation == facts.Create {
		o := s.server.stored[key{e.Kind, client.ObjectKey{Namespace: e.Namespace, Name: e.Name}}]
		return o != nil && o.GetUID() == e.UID
	}
	return slices.ContainsFunc(s.server.byKind[e.Kind], func(later event) bool {
		return later.object.GetUID() == e.UID && later.revision > revisionOf(e.ResourceVersion)
	})
}

func (s *simulation) ready() bool {
	stored := s.journal()
	if stored == nil {
		return false
	}
	for _, r := range s.replicas {
		if !r.journal.Judges(stored) || r.journal.Asked() || r.journal.Waits() {
			return false
		}
	}
	return true
}

// journal is what is stored; nil if it is not there.
func (s *simulation) journal() client.Object {
	return s.server.stored[key{"ConfigMap", journal.JournalKey(systemNS)}]
}

func (s *simulation) entries() []*facts.Entry {
	if stored := s.journal(); stored != nil {
		return journal.StoredEntries(stored)
	}
	return nil
}

// flow lets everybody go on until nobody can, and every watch bring all that there is. It reports whether that succeeded.
func (s *simulation) flow() bool {
	for range 100 {
		for _, r := range s.replicas {
			for _, st := range r.streams {
				for !r.still() && (!st.synced || st.reached < s.server.revision) {
					s.move(r, st)
				}
			}
		}
		able := append([]*process(nil), s.runnable()...)
		if len(able) == 0 || s.failure != "" {
			return s.failure == ""
		}
		for _, p := range able {
			s.step(p)
		}
	}
	return false
}

// probe: in the quiet every answer follows from the objects, on every replica; a change that is allowed is admitted.
func (s *simulation) probe() {
	if s.failure != "" {
		return
	}
	user, host := one(s, s.users), one(s, s.hosts)
	for _, o := range []client.Object{
		membership("spare", s.fresh(), "new@x.example", v1alpha1.OriginProvisioned, v1alpha1.UserTypeInternal),
		membership("spare", s.fresh(), user, v1alpha1.OriginProvisioned, v1alpha1.UserTypeInternal),
		membership(one(s, s.organizations), s.fresh(), user, v1alpha1.OriginProvisioned, v1alpha1.UserTypeInternal),
		organization("new", "new@x.example", "new", v1alpha1.EditionEnterprise, 1),
		organization("new", user, host, one(s, editions), 1),
		invitation("spare", s.fresh(), "new@x.example"),
		invitation("spare", s.fresh(), user),
		binding("spare", s.fresh(), "", "new"),
		binding("spare", s.fresh(), "", one(s, accounts)),
		reservation("new."+baseDomain, nil),
		reservation(host+"."+baseDomain, nil),
	} {
		s.probeOne(o)
	}
}

// probeOne dry-runs a creation and compares the answer with the objects.
func (s *simulation) probeOne(o client.Object) {
	if s.failure != "" || s.server.stored[keyOf(o)] != nil {
		return
	}
	var got *outcome
	s.begin("probe", func() {
		of := s.send(&request{actor: platform, after: o, dryRun: true})
		got = &of
	})
	for range 20 {
		s.flow()
		if got != nil || s.failure != "" {
			break
		}
		s.pass(time.Second)
	}
	switch full := s.server.stored.fullFor(o); {
	case s.failure != "":
	case got == nil || got.err != nil:
		s.fail("in the quiet, no answer to %s: %v", keyOf(o), got)
	case full == got.done:
		s.fail("in the quiet, %s was admitted: %t, and full: %t (%v)", keyOf(o), got.done, full, got.violations)
	}
}

// fullFor reports whether any rule is in the way of a creation.
func (w world) fullFor(o client.Object) bool {
	return w.hasEnded(organizationOf(o)) || len(w.full(nil, o)) > 0 || w.knows(o)
}
