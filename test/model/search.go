// SPDX-License-Identifier: Apache-2.0

package model

import (
	"fmt"
	"slices"
)

// A Result is the result of a search.
type Result struct {
	// Violation describes a wrong state. It is empty if all states are right.
	Violation string
	// States is how many states were found until the violation, or in all.
	States int
	// Trace is the shortest way to the violation.
	Trace []string

	happened map[action]bool // on any way
}

// Check goes through all states of a scenario, the nearest first, with some rules off.
func Check(s Scenario, off Rule) Result {
	m := newMachine(s, off)
	f := frontier{found: map[state]int{}}
	all := Result{happened: map[action]bool{}}
	f.add(m.begin, -1)
	for f.visited < len(f.nodes) {
		i := f.visited
		f.visited++
		at := f.nodes[i].state
		violation := m.wrong(&at)
		quiet := true
		if violation == "" {
			m.next(at, func(n state, by step) {
				quiet = quiet && by.what == restarts // a restart may never happen
				all.happened[by.what] = true
				f.add(n, i)
			})
		}
		if violation == "" && quiet {
			violation = m.unfinished(&at)
		}
		if violation != "" {
			all.Violation, all.Trace = violation, f.trace(m, i)
			break
		}
	}
	all.States = len(f.nodes)
	return all
}

// frontier is all states found so far, in the order of their distance.
type frontier struct {
	nodes   []node
	visited int
	found   map[state]int
}

type node struct {
	state
	from int
}

func (f *frontier) add(s state, from int) {
	if _, known := f.found[s]; !known {
		f.found[s] = len(f.nodes)
		f.nodes = append(f.nodes, node{s, from})
	}
}

// trace is the way to a state. Steps are not kept: they are found again between the states.
func (f *frontier) trace(m *machine, to int) (steps []string) {
	for f.nodes[to].from >= 0 {
		from := f.nodes[to].from
		var text string
		m.next(f.nodes[from].state, func(n state, by step) {
			if n == f.nodes[to].state && text == "" {
				text = m.text(by)
			}
		})
		steps = append(steps, text)
		to = from
	}
	slices.Reverse(steps)
	return steps
}

// next yields every state that may follow, with its step.
func (m *machine) next(s state, yield func(state, step)) {
	m.watch(s, yield)
	if m.Restarts {
		m.restart(s, yield)
	}
	for r := range m.Requests {
		m.serve(s, r, yield)
	}
	m.tidy(s, yield)
	m.remake(s, yield)
}

// wrong describes the fault of a state, whatever comes after it. It is empty for a right state.
func (m *machine) wrong(s *state) string {
	if all := m.stand(s, s.latest()); m.clash(all, all) {
		return "too many hold " + m.exceeded(all)
	}
	for r := range m.Requests {
		c, status := m.request(r), s.progress[r].status
		switch {
		case status == refusedFalsely:
			return c.ID + " was refused, although nothing stood in its way"
		case status == done && c.Never != "":
			return c.Never
		}
	}
	return ""
}

// exceeded names a key that too many hold.
func (m *machine) exceeded(all facts) string {
	for i, f := range m.facts {
		if m.clash(all&(1<<i), all) {
			return f.Key
		}
	}
	return ""
}

// unfinished describes a leftover when nothing more can happen: an entry, or a request that waits although it is right.
func (m *machine) unfinished(s *state) string {
	if s.entries != 0 && !m.NoDrop {
		return "after quiet, an entry is left in the journal"
	}
	for r := range m.Requests {
		if s.progress[r].status == waiting && m.comes(s, r) && m.right(m.request(r), m.sure(s, s.latest())) {
			return fmt.Sprintf("after quiet, %s waits although nothing stands in its way", m.request(r).ID)
		}
	}
	return ""
}
