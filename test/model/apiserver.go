// SPDX-License-Identifier: Apache-2.0

package model

import "slices"

// watch shows each replica the next version of a kind.
func (m *machine) watch(s state, yield func(state, step)) {
	latest := s.latest()
	for i := range m.Replicas {
		for kind := range m.kinds {
			if s.seen[i][kind] < latest[kind] {
				n := s
				n.seen[i][kind]++
				yield(n, step{what: sees, replica: i, kind: kind, version: n.seen[i][kind]})
			}
		}
	}
}

// restart kills each replica, which begins anew with a view as old as the scenario.
func (m *machine) restart(s state, yield func(state, step)) {
	for i := range m.Replicas {
		n := s
		n.seen[i] = m.begin.seen[i]
		yield(n, step{what: restarts, replica: i})
	}
}

// serve moves one request on.
func (m *machine) serve(s state, r int, yield func(state, step)) {
	switch s.progress[r].status {
	case waiting:
		m.admit(s, r, yield)
	case judged:
		yield(m.written(s, r, true), step{what: writesDown, request: r})
	case admitted:
		m.store(s, r, yield)
	}
}

// comes reports whether a request may exist already, and has an object to work on.
func (m *machine) comes(s *state, r int) bool {
	c := m.request(r)
	for _, id := range c.After {
		other := slices.IndexFunc(m.Requests, func(c Change) bool { return c.ID == id })
		if s.progress[other].status != done {
			return false
		}
	}
	if len(c.Sees) > 0 && !m.seenBySome(s, c.Sees) {
		return false
	}
	return c.Verb == Create || m.exists(s, s.latest(), c.object)
}

func (m *machine) seenBySome(s *state, names []string) bool {
	for i := range m.Replicas {
		if !slices.ContainsFunc(names, func(name string) bool { return !m.exists(s, s.seen[i], m.find(name)) }) {
			return true
		}
	}
	return false
}

// store stores an admitted request, if its object is still at the judged version, or loses it.
func (m *machine) store(s state, r int, yield func(state, step)) {
	c := m.request(r)
	version, now := m.last(&s, s.latest(), c.object)
	switch {
	case (c.Verb == Create) == (now != nil): // it exists already, or does not exist any more
		yield(s.with(r, lost, 0), step{what: isLost, request: r})
	case c.Verb != Create && version != s.progress[r].base:
		yield(s.with(r, waiting, 0), step{what: conflicts, request: r})
	default:
		n := m.append(s, r)
		yield(n, step{what: isStored, request: r, kind: c.kind, version: n.latest()[c.kind]})
	}
	yield(s.with(r, lost, 0), step{what: isLost, request: r})
}

// append stores a request's change as the next version of its kind.
func (m *machine) append(s state, r int) state {
	kind := m.request(r).kind
	s.history[kind][s.latest()[kind]] = uint8(len(m.Stored) + r + 1)
	return s.with(r, done, 0)
}

// with is the state with a request's progress.
func (s state) with(r int, status status, base uint8) state {
	s.progress[r] = progress{status, base}
	return s
}
