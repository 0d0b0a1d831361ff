// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestStepsAreFound(t *testing.T) {
	t.Chdir("../..")
	all, err := steps(t.Context(), "bin/long", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"test", "verify", "mutants", "race", "simulation", "model", "faults", "mail", "browser", "fuzz-Decode"} {
		if !slices.Contains(names(all), name) {
			t.Errorf("%s is not among the steps: %v", name, names(all))
		}
	}
	if sorted := slices.Sorted(slices.Values(names(all))); len(slices.Compact(sorted)) != len(all) {
		t.Errorf("two steps have one name: %v", names(all))
	}
}

func TestChosenSteps(t *testing.T) {
	for what, try := range map[string]struct {
		c    chosen
		s    step
		want bool
	}{
		"a long step, where nothing was said":        {chosen{}, step{name: "faults"}, true},
		"a step of CI, where nothing was said":       {chosen{}, step{name: "test", ci: true}, false},
		"a step of CI, where all is wanted":          {chosen{all: true}, step{name: "test", ci: true}, true},
		"a step of CI that was named":                {chosen{names: []string{"test"}}, step{name: "test", ci: true}, true},
		"a step that matches":                        {chosen{names: []string{"model", "fuzz-*"}}, step{name: "fuzz-Parse"}, true},
		"a step that does not match, where all does": {chosen{names: []string{"model"}, all: true}, step{name: "faults"}, false},
	} {
		t.Run(what, func(t *testing.T) {
			if got := try.c.takes(try.s); got != try.want {
				t.Errorf("got %t, want %t", got, try.want)
			}
		})
	}
}

func TestTheSimulationRunsWithoutTheRaceDetector(t *testing.T) {
	if s := longStep("out", simulation); slices.Contains(slices.Concat(s.build...), "-race") {
		t.Errorf("got %v", s.build)
	}
	if s := longStep("out", "test/faults"); !slices.Contains(slices.Concat(s.build...), "-race") {
		t.Errorf("got %v", s.build)
	}
}

// One that fails ends the step: nothing is measured then.
func TestEachCommandBeforeTheStepRuns(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(logs, 0o700); err != nil {
		t.Fatal(err)
	}
	s := step{name: "x", build: [][]string{{"touch", "first"}, {"false"}, {"touch", "third"}}, command: []string{"touch", "last"}}
	if err := s.run(t.Context(), 1<<30, &row{}); err == nil {
		t.Error("no error")
	}
	all, err := filepath.Glob("*t*")
	if err != nil || !slices.Equal(all, []string{"first"}) {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestAStepThatRunsAloneChangesItsOwnRow(t *testing.T) {
	when := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	first := merged("", []string{"a", "b", "c"}, row{name: "a", commit: "1", result: passed, when: when})
	second := merged(first, []string{"a", "b", "c"}, row{name: "c", commit: "1", result: passed, when: when})
	third := merged(second, []string{"b", "a"}, row{name: "b", commit: "2", result: failed, when: when, took: 125 * time.Second, memory: 5 << 20})
	want := head + "| b |  | 2026-01-02 03:04 | 2 | 2:05 | 5 MiB | FAILED |\n| a |  | 2026-01-02 03:04 | 1 | 0:00 | 0 MiB | passed |\n"
	if third != want {
		t.Errorf("got\n%s\nwant\n%s", third, want)
	}
}

func TestTheTotalFailsWithOneStep(t *testing.T) {
	all := total([]row{{result: passed, memory: 3, commit: "1"}, {result: failed, memory: 2}, {result: passed}}, time.Now())
	if all.result != failed || all.memory != 3 || all.commit != "1" {
		t.Errorf("got %+v", all)
	}
}

func TestParse(t *testing.T) {
	stat := "42 (a) b (c) S 7 " + strings.Repeat("0 ", 19) + "3 0 0"
	pid, parent, bytes, ok := parse(stat)
	if pid != 42 || parent != 7 || bytes%3 != 0 || bytes == 0 || !ok {
		t.Errorf("got %d %d %d %t", pid, parent, bytes, ok)
	}
	if _, _, _, ok := parse("42 (a"); ok {
		t.Error("half a line was taken")
	}
}

// A shell that waits for its child has a little memory, and less than a byte is allowed.
func TestTooMuchMemoryEndsAStepWithItsDescendants(t *testing.T) {
	c := exec.CommandContext(t.Context(), "sh", "-c", "sleep 1000 & wait")
	most, err := watched(c, 0)
	if err == nil || most == 0 {
		t.Errorf("got %d bytes and %v", most, err)
	}
}
