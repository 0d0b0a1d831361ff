// SPDX-License-Identifier: Apache-2.0

package model

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
)

// TestProtocol shows that each scenario holds with all rules, and breaks without each rule that is named. With -v it shows how.
func TestProtocol(t *testing.T) {
	for _, p := range proofs {
		t.Run(p.name, func(t *testing.T) {
			p.holds(t, p.Scenario)
			for _, l := range p.without {
				t.Run("without: "+l.String(), func(t *testing.T) { l.breaks(t, p.Scenario) })
			}
		})
	}
}

// TestHarder shows that every scenario holds with three replicas that restart, and with a journal that is deleted. Each event of the model
// happens in one of them, except those that only a missing rule makes possible.
func TestHarder(t *testing.T) {
	happened := map[action]bool{}
	for _, p := range proofs {
		t.Run(p.name, func(t *testing.T) { maps.Copy(happened, p.holds(t, p.harder()).happened) })
	}
	for what, text := range words {
		if wrong := what == findsRight || what == writesDown || what == refusesFalsely; happened[what] == wrong {
			t.Errorf("happened: %t, in every scenario: %s", happened[what], text)
		}
	}
}

// TestLateStatus shows a bound of the promise. A status that gives up facts leaves no entry. So a replica whose watch is late may still
// refuse because of those facts.
func TestLateStatus(t *testing.T) {
	l := lapse{0, falsely, 2}
	l.breaks(t, Scenario{
		Stored: []Change{stored("inv", "i1", place("o1"))},
		Requests: []Change{
			writes("expired", "inv", "i1"),
			create("c", "mbr", "m1", place("o2")).after("expired").patient(),
		},
	})
}

// TestEveryRule shows that every rule is needed.
func TestEveryRule(t *testing.T) {
	var needed Rule
	for _, p := range proofs {
		for _, l := range p.without {
			needed |= l.Rule
		}
	}
	if idle := (FenceAtOutcome - 1) &^ needed; idle != 0 {
		t.Errorf("no scenario breaks without: %s", idle)
	}
}

// TestReadme checks the table of README.md.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, p := range proofs {
		for _, l := range p.without {
			fmt.Fprintf(&table, "| %s | %s | %s |\n", p.name, l, l.violation)
		}
	}
	if !strings.Contains(string(readme), table.String()) {
		t.Errorf("README.md should have the rows:\n%s", &table)
	}
}

// fewestStates is less than the number of states of any scenario in which something can happen.
const fewestStates = 10

// holds goes through a scenario that must hold. A scenario in which nothing is carried out would show nothing.
func (p proof) holds(t *testing.T, s Scenario) Result {
	t.Helper()
	r := Check(s, 0)
	if r.Violation != "" {
		t.Errorf("breaks: %s", story(r))
	}
	if r.States < fewestStates || !r.happened[isStored] && !r.happened[answersDryRun] {
		t.Errorf("goes through %d states only, or nothing is carried out: %v", r.States, r.happened)
	}
	t.Logf("holds in %d states", r.States)
	return r
}

// harder is the scenario with more faults.
func (p proof) harder() Scenario {
	s := p.Scenario
	s.Replicas, s.Restarts, s.Remade = maxReplicas, true, true
	return s
}

// breaks goes through a scenario that must not hold. A check that cannot fail would show nothing.
func (l lapse) breaks(t *testing.T, s Scenario) {
	t.Helper()
	r := Check(s, l.Rule)
	if r.Violation != l.violation || len(r.Trace) != l.steps {
		t.Errorf("want %q in %d steps, found in %d:", l.violation, l.steps, len(r.Trace))
	}
	t.Log(story(r))
}

// story is a violation and the way to it.
func story(r Result) string {
	return r.Violation + "\n  " + strings.Join(r.Trace, "\n  ")
}
