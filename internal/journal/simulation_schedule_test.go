// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/journal"
)

// chances are the probabilities of faults. Each simulation has its own, and most are zero, so that each fault is tried much, and alone.
type chances struct {
	loss, relist, death, dwell, twice, dryRun float64 // each time that it could
	journal                                   float64 // each time that a request was admitted
	again                                     float64 // each time that a request failed
	crash, suspend, leap, cut, lull           float64 // each turn
}

func (s *simulation) someChances() chances {
	some := func(most float64) float64 {
		if s.happens(0.5) {
			return 0
		}
		return most * s.rng.Float64()
	}
	c := chances{
		loss: some(0.1), relist: some(0.1), death: some(0.4), dwell: some(0.6), twice: some(0.3), dryRun: some(0.2),
		crash: some(0.005), suspend: some(0.01), leap: some(0.004), journal: some(some(0.3)),
		again: some(1), cut: some(0.01), lull: some(0.003),
	}
	switch x := s.rng.Float64(); { // some are all about one thing, which takes much to go wrong
	case x < 0.15:
		c.death, c.again, c.crash, c.journal = 0.5, 0.9, 0, 0
	case x < 0.35:
		c.journal, c.crash, c.again = 0.5, 0, 0
	}
	return c
}

// somePace is how often somebody does what they could do.
func (s *simulation) somePace() float64 {
	return one(s, []float64{0.003, 0.03, 0.03, 0.2, 0.2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})
}

// paceOf is the pace of a watch of a kind. Now and then one kind is slow for all replicas, so that only the journal knows of its changes.
func (s *simulation) paceOf(kind string) float64 {
	if s.aboutLapses() {
		return 1
	}
	if kind == s.slow {
		return 0.05
	}
	return s.somePace()
}

// furnish makes a world close to its limits, with replicas that watch it and clients that will act on it.
func (s *simulation) furnish() {
	s.server.wrote = func(event, client.Object) {}
	now := metav1.NewTime(s.now)
	p := &v1alpha1.PlatformPolicy{ObjectMeta: metaOf("", "default"), Spec: policy(1+s.rng.Int32N(3), 1+s.rng.Int32N(2), 1+s.rng.Int32N(2))}
	s.must(s.server.create(p, now))
	s.must(s.server.create(organization("spare", "boss@spare.example", "spare", v1alpha1.EditionEnterprise, 500), now))
	s.narrow()
	for i, name := range s.organizations[1:] {
		s.must(s.server.create(organization(name, "boss@"+name+".example", s.hosts[i], one(s, editions), 2+s.rng.Int32N(3)), now))
	}
	s.populate(now)
	if s.untouched = !s.happens(0.05); s.untouched {
		s.must(s.server.create(journal.OpenJournal(systemNS, s.server.uid()), now))
	}
	s.founded = s.server.revision
	s.gauges = s.server.stored.measure(s.limitsSince(s.founded))
	s.server.wrote = s.checkWrite
	for i := range 2 + s.rng.IntN(2) {
		s.addReplica(fmt.Sprintf("replica %c", 'A'+i))
	}
	s.begin("operator", s.operate)
	s.employ()
}

// narrow chooses the objects of this run: the fewer there are, the more requests meet. The first organization is still to be founded.
func (s *simulation) narrow() {
	s.users = users[:1+s.rng.IntN(len(users))]
	s.organizations = organizations[:2+s.rng.IntN(len(organizations)-1)]
	s.hosts = hosts[:len(s.organizations)+s.rng.IntN(2)]
	s.acts = one(s, acts)
	if s.happens(0.3) {
		s.slow = one(s, kinds)
	}
	if s.aboutLapses() {
		s.acts, s.slow = lapses, ""
	}
	if s.happens(0.2) {
		s.acts = slices.Concat(s.acts, one(s, acts), one(s, acts))
	}
}

// populate fills the world with some of what there can be, within all limits.
func (s *simulation) populate(now metav1.Time) {
	for range s.rng.IntN(8) {
		var o client.Object
		switch s.rng.IntN(4) {
		case 0:
			o = membership(one(s, s.organizations), s.fresh(), one(s, s.users), one(s, origins), one(s, userTypes))
		case 1, 2:
			o = s.lapsing(invitation(one(s, s.organizations), s.fresh(), one(s, s.users)))
		default:
			o = binding(one(s, s.organizations), s.fresh(), one(s, components), one(s, accounts))
		}
		if w := s.server.stored; !w.fullFor(o) {
			s.must(s.server.create(o, now))
		}
	}
}

// lapsing gives an invitation, perhaps, a deadline that comes soon.
func (s *simulation) lapsing(i *v1alpha1.Invitation) *v1alpha1.Invitation {
	if s.happens(0.5) {
		at := metav1.NewTime(s.now.Add(time.Duration(1+s.rng.IntN(20)) * time.Second))
		i.Status.ExpiresAt = &at
	}
	return i
}

// employ begins clients that do some of what clients can do.
func (s *simulation) employ() {
	most := 4
	if s.chance.journal > 0 || s.chance.again > 0.5 {
		most = 12 // many will be in vain
	}
	breath := one(s, []time.Duration{50 * time.Millisecond, time.Second, 3 * time.Second})
	clients := 4 + s.rng.IntN(6)
	if s.aboutLapses() {
		clients, most = 2, 20 // with more clients the late replica would judge too seldom: each new answer is a fence
	}
	for i := range clients {
		s.begin(fmt.Sprintf("client %d", i+1), func() {
			for range 1 + s.rng.IntN(most) {
				s.waitUntil(s.now.Add(time.Duration(s.rng.Int64N(int64(breath)))), nil)
				one(s, s.acts)(s)
			}
		})
	}
}

// act lets everybody act, one after another, until the clients are done.
func (s *simulation) act() {
	for range 3000 {
		if s.failure != "" || !s.busy() {
			return
		}
		s.turn()
	}
}

// busy reports whether there are clients that are not done.
func (s *simulation) busy() bool { return len(s.processes) > len(s.replicas)+1 }

// turn is one thing that happens.
func (s *simulation) turn() {
	s.doze--
	if s.doze == 0 {
		s.dozer.stopped = true
		s.trace("%s is stopped", s.dozer.name)
	}
	if s.hurry > 0 {
		s.hurry--
		s.catchUp(one(s, s.replicas))
	}
	switch x := s.rng.Float64(); {
	case s.happens(s.chance.crash):
		r := one(s, s.replicas)
		s.trace("%s crashes", r.name)
		s.restart(r)
	case s.happens(s.chance.suspend):
		r := one(s, s.replicas)
		r.clock.suspended = true
		s.trace("%s is suspended", r.name)
	case s.happens(s.chance.cut):
		s.cut()
	case s.happens(s.chance.lull):
		s.lull()
	case s.hurry == 0 && s.happens(s.chance.leap):
		s.pass(time.Duration(s.rng.Int64N(int64(100 * time.Second))))
	case x < 0.5:
		s.goOn()
	case x < 0.9:
		s.watch()
	default:
		s.pass(time.Duration(s.rng.ExpFloat64() * float64(40*time.Millisecond)))
	}
}

// goOn lets somebody go on who can; if nobody can, time passes until somebody can.
func (s *simulation) goOn() {
	able := s.runnable()
	switch {
	case s.happens(0.02), len(able) == 0 && s.happens(0.2):
		s.skip()
		return
	case len(able) == 0:
		s.watch()
		return
	}
	p := one(s, able)
	for _, r := range s.replicas {
		if r.process == p && !s.happens(r.pace) {
			return
		}
	}
	s.step(p)
}

// skip lets time pass until the first of those who wait for a time may go on.
func (s *simulation) skip() {
	var first time.Time
	for _, p := range s.processes {
		if p.until.After(s.now) && (first.IsZero() || p.until.Before(first)) {
			first = p.until
		}
	}
	if !first.IsZero() {
		s.pass(first.Sub(s.now))
	}
}

// watch lets a watch bring what is next.
func (s *simulation) watch() {
	if s.blind > 0 {
		s.blind--
		return
	}
	r := one(s, s.replicas)
	switch st := one(s, r.streams); {
	case r.stopped:
	case r.clock.suspended:
		r.clock.suspended = !s.happens(0.1)
	case s.happens(0.05):
		s.bookmarks(r)
	case s.happens(s.paceNow(r, st)):
		s.move(r, st)
	}
}

// aboutLapses reports whether a run is only about facts that status ends: one of eight.
func (s *simulation) aboutLapses() bool { return s.seed%8 == 3 }

// paceNow is how often a stream moves. In a run about facts that status ends, the first replica is late with changes that only status
// shows.
func (s *simulation) paceNow(r *replica, st *stream) float64 {
	log := s.server.byKind[st.kind]
	if s.aboutLapses() && r == s.replicas[0] && st.synced && st.position < len(log) && log[st.position].silent {
		return 0.01
	}
	return st.pace
}

// cut breaks every watch at once, for a while. Objects that come and go until the next list are never seen.
func (s *simulation) cut() {
	s.trace("all watches are cut")
	s.blind = s.rng.IntN(200)
	for _, r := range s.replicas {
		for _, st := range r.streams {
			st.synced = false
		}
	}
}

// startle lets a replica that was stopped go on, and stops another in a while.
func (s *simulation) startle() {
	if s.dozer != nil {
		s.dozer.stopped = false
	}
	s.dozer, s.doze = one(s, s.replicas), rush+s.rng.IntN(100)
}

// rush is the number of turns for which watches are quick when rivals come.
const rush = 500

// rivals come, who are after the same things as somebody who waits for theirs.
func (s *simulation) rivals() {
	s.hurry = rush
	for range 3 {
		s.begin(rival, func() {
			for range 3 {
				s.waitUntil(s.now.Add(s.upTo(time.Second)), nil)
				one(s, s.acts)(s)
			}
		})
	}
}

const rival = "rival"

// harmJournal writes over the journal, or deletes it, or restores an older one.
func (s *simulation) harmJournal() {
	var versions []client.Object
	for _, e := range s.server.byKind["ConfigMap"] {
		if journal.IsJournal(e.object) {
			versions = append(versions, e.object)
		}
	}
	if len(versions) == 0 || s.server.stored[keyOf(versions[0])] == nil {
		return
	}
	s.untouched = false
	s.startle()
	s.rivals()                               // so that a replica that opens the next one too early is found
	s.chance.leap = max(s.chance.leap, 0.03) // and it opens after that
	last := versions[len(versions)-1]
	if s.happens(0.3) {
		harmed := last.DeepCopyObject().(client.Object)
		journal.Damage(harmed)
		s.must(s.server.update(harmed, false))
		s.trace("the journal is written over")
		return
	}
	s.server.write(event{key: keyOf(last), object: last, gone: true}, last)
	s.trace("the journal is deleted")
	if s.happens(0.5) {
		old := one(s, versions).DeepCopyObject().(client.Object)
		old.SetUID("")
		s.must(s.server.create(old, metav1.NewTime(s.now)))
		s.trace("the journal is restored")
	}
}
