// SPDX-License-Identifier: Apache-2.0

package model

import "slices"

// facts is a set of a scenario's facts.
type facts uint64

// machine is a scenario in numbers, with some rules off.
type machine struct {
	Scenario
	off     Rule
	kinds   []string
	objects []object
	lapsing map[int]bool // objects whose facts the operator's status may end
	facts   []Fact
	keys    []facts  // the facts under each key
	changes []change // those stored at the beginning, then the requests
	begin   state
}

type object struct {
	name string
	kind int
}

type change struct {
	Change
	kind, object   int
	states, needs  facts
	joined, parent int // objects; -1 for none
}

func newMachine(s Scenario, off Rule) *machine {
	s.Replicas, s.Capacity = max(s.Replicas, 2), max(s.Capacity, 1)
	m := &machine{Scenario: s, off: off, lapsing: map[int]bool{}}
	all := slices.Concat(s.Stored, s.Requests)
	for _, c := range all {
		m.object(c.Kind, c.Name)
	}
	for _, c := range all {
		m.changes = append(m.changes, m.change(c))
	}
	for _, c := range m.changes {
		if c.Verb == Status {
			m.lapsing[c.object] = true
		}
	}
	m.index()
	m.begin = m.start()
	if len(m.kinds) > maxKinds || len(s.Requests) > maxRequests {
		panic("the scenario is too large for a state")
	}
	return m
}

// on reports whether a rule is in force.
func (m *machine) on(r Rule) bool { return m.off&r == 0 }

func (m *machine) change(c Change) change {
	out := change{Change: c, kind: number(&m.kinds, c.Kind), object: m.object(c.Kind, c.Name), states: m.set(c.Facts), joined: -1}
	if m.on(KeepUntilHandedOver) {
		out.states |= m.set(c.Kept)
	}
	if c.Needs != nil {
		out.needs = m.set([]Fact{*c.Needs})
	}
	if !m.on(FactsByThemselves) {
		out.joined = m.find(c.JoinedWith)
	}
	out.parent = m.find(c.In)
	return out
}

// index gathers the facts under each key.
func (m *machine) index() {
	var names []string
	for i, f := range m.facts {
		k := number(&names, f.Key)
		if k == len(m.keys) {
			m.keys = append(m.keys, 0)
		}
		m.keys[k] |= 1 << i
	}
}

// start is the state in which the scenario begins.
func (m *machine) start() state {
	var s state
	var next versions
	for i := range m.Stored {
		kind := m.changes[i].kind
		s.history[kind][next[kind]] = uint8(i + 1)
		next[kind]++
	}
	for i := range m.Replicas {
		s.seen[i] = next
		s.seen[i][0] -= uint8(m.Unseen[i])
	}
	return s
}

// request is a request's change.
func (m *machine) request(r int) *change { return &m.changes[len(m.Stored)+r] }

func (m *machine) set(list []Fact) (out facts) {
	for _, f := range list {
		out |= 1 << number(&m.facts, f)
	}
	return out
}

func (m *machine) object(kind, name string) int {
	return number(&m.objects, object{name, number(&m.kinds, kind)})
}

// find is the object of a name, or -1 if there is none.
func (m *machine) find(name string) int {
	return slices.IndexFunc(m.objects, func(o object) bool { return o.name == name })
}

// number is a value's index in a list. A new value is added first.
func number[T comparable](list *[]T, value T) int {
	i := slices.Index(*list, value)
	if i < 0 {
		i = len(*list)
		*list = append(*list, value)
	}
	return i
}
