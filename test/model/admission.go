// SPDX-License-Identifier: Apache-2.0

package model

// admit makes every replica that may judge answer a request.
func (m *machine) admit(s state, r int, yield func(state, step)) {
	if !m.comes(&s, r) {
		return
	}
	c := m.request(r)
	if c.Verb == Status {
		n := m.append(s, r)
		yield(n, step{what: writesStatus, request: r, kind: c.kind, version: n.latest()[c.kind]})
		return
	}
	for i := range m.Replicas {
		if m.mayJudge(&s, i, c.kind) {
			m.judge(s, r, i, yield)
		}
		if !m.on(RefuseOnLive) { // on the journal when it was still empty
			m.refuse(s, r, i, m.sure(&s, s.seen[i]), yield)
		}
	}
}

// mayJudge reports whether the journal is open and a replica's view has reached its fences.
func (m *machine) mayJudge(s *state, i, kind int) bool {
	switch {
	case s.journal == closed:
		return false
	case !m.on(EveryFence):
		return s.seen[i][kind] >= s.fences[kind]
	}
	return s.seen[i].reaches(s.fences)
}

func (m *machine) judge(s state, r, i int, yield func(state, step)) {
	c := m.request(r)
	worst, best := m.outlooks(&s, i)
	switch {
	case m.right(c, worst), m.right(c, best) && !m.on(AdmitByWorst), m.gives(&s, r):
		m.take(s, r, i, yield)
	case !c.Patient:
		yield(s.with(r, refused, 0), step{what: refuses, replica: i, request: r})
	case !m.on(RefuseByBest):
		m.refuse(s, r, i, worst, yield)
	default:
		m.refuse(s, r, i, best, yield)
	}
}

// take admits a request.
func (m *machine) take(s state, r, i int, yield func(state, step)) {
	c := m.request(r)
	base, _ := m.last(&s, s.latest(), c.object)
	if c.Verb == Create {
		base = 0
	}
	by := step{what: admits, replica: i, request: r, version: base}
	switch n := s.with(r, judged, base); {
	case c.DryRun:
		n = m.written(n, r, !m.on(NoEntryForDryRun)).with(r, done, 0)
		yield(n, step{what: answersDryRun, replica: i, request: r})
	case !m.on(CompareAndSwap):
		by.what = findsRight
		yield(n, by)
	default:
		yield(m.written(n, r, m.leavesEntry(&s, r, i)), by)
	}
}

// refuse refuses a patient request that is wrong in an outlook. Other requests keep waiting.
func (m *machine) refuse(s state, r, i int, o outlook, yield func(state, step)) {
	c := m.request(r)
	switch {
	case !c.Patient || m.right(c, o):
	case m.right(c, m.sure(&s, s.latest())):
		yield(s.with(r, refusedFalsely, 0), step{what: refusesFalsely, replica: i, request: r})
	default:
		yield(s.with(r, refused, 0), step{what: refuses, replica: i, request: r})
	}
}

// gives reports whether a request only gives up facts.
func (m *machine) gives(s *state, r int) bool {
	c := m.request(r)
	_, now := m.last(s, s.latest(), c.object)
	return c.Verb != Create && now != nil && c.needs == 0 && c.states&^now.states == 0
}

// leavesEntry reports whether a request that a replica admits leaves an entry.
func (m *machine) leavesEntry(s *state, r, i int) bool {
	worst, _ := m.outlooks(s, i)
	released := m.gives(s, r) && !m.on(EntryForRelease)
	held := m.request(r).states&^worst.held == 0 && !m.on(EntryWhenHeld)
	return !released && !held
}

// written is the state with an admitted request, and its entry in the journal.
func (m *machine) written(s state, r int, leaves bool) state {
	base := s.progress[r].base
	if leaves && !m.on(EntriesAddUp) {
		s.entries.each(func(other int, version uint8) {
			if m.request(other).object == m.request(r).object {
				s.entries &^= entry(other, version)
			}
		})
	}
	if leaves {
		s.entries |= entry(r, base)
	}
	return s.with(r, admitted, base)
}
