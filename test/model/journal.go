// SPDX-License-Identifier: Apache-2.0

package model

// tidy makes every replica remove the entries whose outcome it has seen, and drop the entries without an outcome.
func (m *machine) tidy(s state, yield func(state, step)) {
	s.entries.each(func(r int, base uint8) {
		for i := range m.Replicas {
			if s.journal == closed {
				continue
			}
			n := s
			n.entries &^= entry(r, base)
			kind := m.request(r).kind
			if at := m.outcome(&s, r, base, i); at > 0 {
				n.fences = m.raised(&s, i, kind, at)
				yield(n, step{what: removes, replica: i, request: r, kind: kind, version: at})
			} else if m.mayDrop(&s, r, base) {
				yield(n, step{what: drops, replica: i, request: r})
			}
		}
	})
}

// outcome is the version at which a replica has seen the outcome of an entry. It is 0 if it has not seen it.
func (m *machine) outcome(s *state, r int, base uint8, i int) uint8 {
	c := m.request(r)
	if c.Verb == Create {
		return m.stored(s, r, s.seen[i][c.kind])
	}
	version, _ := m.last(s, s.seen[i], c.object)
	if version > base || version != base && !m.on(EndByLater) {
		return version
	}
	return 0
}

// stored is the version that a request has written, among so many first ones of its kind. It is 0 if there is none.
func (m *machine) stored(s *state, r int, seen uint8) uint8 {
	for v := range seen {
		if int(s.history[m.request(r).kind][v]) == len(m.Stored)+r+1 {
			return v + 1
		}
	}
	return 0
}

// raised are the fences after a replica has seen an outcome.
func (m *machine) raised(s *state, i, kind int, at uint8) versions {
	fences := s.fences
	switch {
	case !m.on(Fences):
	case !m.on(FenceAtOutcome):
		for k := range fences {
			fences[k] = max(fences[k], s.seen[i][k])
		}
	default:
		fences[kind] = max(fences[kind], at)
	}
	return fences
}

// mayDrop reports whether a replica that has not seen an entry's outcome may conclude that there is none.
func (m *machine) mayDrop(s *state, r int, base uint8) bool {
	switch {
	case m.NoDrop, !s.progress[r].status.ended() && m.on(DropWhenSafe):
		return false
	case !m.on(DropAfterRead):
		return true
	}
	return m.neverStored(s, r, base)
}

// neverStored reports whether an entry's change is not stored, by a live read of its object.
func (m *machine) neverStored(s *state, r int, base uint8) bool {
	latest, c := s.latest(), m.request(r)
	version, now := m.last(s, latest, c.object)
	if c.Verb == Create {
		return now == nil || m.stored(s, r, latest[c.kind]) == 0
	}
	return now != nil && version == base
}

// remake deletes the journal and makes it anew, or opens the new one.
func (m *machine) remake(s state, yield func(state, step)) {
	n := s
	switch {
	case m.Remade && s.journal == first:
		n.entries, n.fences, n.journal = 0, versions{}, closed
		yield(n, step{what: isRemade})
	case s.journal == closed && (m.settled(&s) || !m.on(ClosedAnew)):
		n.journal = reopened
		for i := range m.Replicas {
			n.fences = m.fencesAnew(&s, i)
			yield(n, step{what: opens, replica: i})
		}
	}
}

// settled reports whether no admitted request can be stored any more. The drop time makes sure of that.
func (m *machine) settled(s *state) bool {
	for _, p := range s.progress {
		if p.status == admitted {
			return false
		}
	}
	return true
}

// fencesAnew are the fences with which a replica opens a journal that was made anew.
func (m *machine) fencesAnew(s *state, i int) versions {
	switch {
	case !m.on(FencesAnew):
		return versions{}
	case !m.on(FencesLive):
		return s.seen[i]
	}
	return s.latest()
}
