// SPDX-License-Identifier: Apache-2.0

package model

import "math/bits"

// last is the latest seen version of an object, or 0 without one, and the change that wrote it. The change is nil if the object does not
// exist.
func (m *machine) last(s *state, seen versions, object int) (version uint8, by *change) {
	kind := m.objects[object].kind
	for v := seen[kind]; v > 0; v-- {
		c := &m.changes[s.history[kind][v-1]-1]
		if c.object != object {
			continue
		}
		if c.Verb == Delete {
			return v, nil
		}
		return v, c
	}
	return 0, nil
}

// stand are the facts that the objects state, as far as they were seen.
func (m *machine) stand(s *state, seen versions) (all facts) {
	m.each(s, seen, func(c *change) {
		if !m.ends(s, seen, c.parent) {
			all |= c.states
		}
	})
	return all
}

// each yields the last change of each object that was seen and whose facts are known.
func (m *machine) each(s *state, seen versions, f func(*change)) {
	for o := range m.objects {
		_, c := m.last(s, seen, o)
		if c != nil && (c.joined < 0 || m.exists(s, seen, c.joined)) {
			f(c)
		}
	}
}

func (m *machine) exists(s *state, seen versions, object int) bool {
	_, c := m.last(s, seen, object)
	return c != nil
}

// ends reports whether an organization was seen in deletion. Then nothing in it holds anything.
func (m *machine) ends(s *state, seen versions, organization int) bool {
	if organization < 0 {
		return false
	}
	_, c := m.last(s, seen, organization)
	return c != nil && c.Ends
}

// outlook is an uncertain world, read in one way.
type outlook struct {
	held    facts // counted against a change
	granted facts // relied on by a change
}

// outlooks are what a replica knows. At worst, a fact is held if it exists in some outcome of the changes in flight. It is granted only
// if it exists in every outcome. At best, it is the reverse.
func (m *machine) outlooks(s *state, replica int) (worst, best outlook) {
	var some, every, relied facts
	seen, open := s.seen[replica], m.open(s, replica)
	m.each(s, seen, func(c *change) {
		ends, may := m.ends(s, seen, c.parent), m.mayEnd(open, c.parent)
		if !ends || may {
			some |= c.states
		}
		if !ends && !may {
			every |= c.states & m.kept(open, c.object)
			relied |= m.confirmed(s, c, c.states&m.kept(open, c.object))
		}
	})
	open.each(func(r int, _ uint8) { some |= m.request(r).states })
	return outlook{some, relied}, outlook{every, some}
}

// open are the entries that count for a replica: those whose outcome it has not seen.
func (m *machine) open(s *state, replica int) entries {
	open := s.entries
	s.entries.each(func(r int, base uint8) {
		if m.outcome(s, r, base, replica) > 0 {
			open &^= entry(r, base)
		}
	})
	return open
}

// sure is the outlook when nothing is in flight.
func (m *machine) sure(s *state, seen versions) outlook {
	all := m.stand(s, seen)
	return outlook{all, all}
}

// right reports whether a change is right in an outlook. A fact that another object already holds, and that may be relied on, does not
// count again.
func (m *machine) right(c *change, o outlook) bool {
	return !m.clash(c.states&^o.granted, o.held) && c.needs&^o.granted == 0
}

// confirmed keeps only the facts that may be relied on: a live read shows that status has not ended them. Here the read and the write of
// the entry are one step. In the code the read comes before the write, and after the read of the journal.
func (m *machine) confirmed(s *state, c *change, all facts) facts {
	if !m.on(ConfirmLapsing) || !m.lapsing[c.object] {
		return all
	}
	_, live := m.last(s, s.latest(), c.object)
	if live == nil {
		return 0
	}
	return all & live.states
}

// mayEnd reports whether one of the entries may change an organization.
func (m *machine) mayEnd(open entries, organization int) (may bool) {
	open.each(func(r int, _ uint8) { may = may || m.request(r).object == organization })
	return may
}

// kept are the facts that an object states, whichever of the entries are stored.
func (m *machine) kept(open entries, object int) facts {
	all := ^facts(0)
	open.each(func(r int, _ uint8) {
		if c := m.request(r); c.object == object {
			all &= c.states
		}
	})
	return all
}

// clash reports whether wanted facts and known ones together would exceed a key.
func (m *machine) clash(wanted, known facts) bool {
	for _, key := range m.keys {
		for under := wanted & key; under != 0; under &= under - 1 {
			one := under & -under
			if bits.OnesCount64(uint64((known|one)&key)) > m.Capacity {
				return true
			}
		}
	}
	return false
}
