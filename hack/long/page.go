// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

const (
	passed = "passed"
	failed = "FAILED"
)

// A row is the result of one step.
type row struct {
	name, what, commit, result string
	when                       time.Time
	took                       time.Duration
	memory                     int64
}

// line is printed when a step has ended.
func (r row) line() string {
	return fmt.Sprintf("%-6s %s: %s, %s at most, begun %s", r.result, r.name, r.duration(), r.peak(), r.when.Format("15:04"))
}

func (r row) duration() string {
	return fmt.Sprintf("%d:%02d", int(r.took.Minutes()), int(r.took.Seconds())%60)
}

func (r row) peak() string { return fmt.Sprintf("%d MiB", r.memory>>20) }

// markdown is the row of the page.
func (r row) markdown() string {
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s |", r.name, r.what, r.when.Format("2006-01-02 15:04"), r.commit, r.duration(), r.peak(), r.result)
}

const head = `# The last run of every test

` + "`make test-long`" + ` runs the tests that take minutes, one after another, and writes this page; ` + "`make test-long ALL=yes`" + `
runs what CI runs before them. Each row is the last run of that step, on the commit it names: a step that runs alone
(` + "`make test-long ONLY=faults`" + `) changes its own row. Time is minutes and seconds, without compiling. Memory is the most
that all processes of a step had together: the test, control planes, operators. A step that has more than 12 GiB is ended.

| Step | What | When (UTC) | Commit | Time | Peak memory | Result |
|---|---|---|---|---|---|---|
`

// keep writes the page: the result of a step, and the page's other rows whose steps still exist.
func keep(page string, steps []string, done row) error {
	old, err := os.ReadFile(page)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(page, []byte(merged(string(old), steps, done)), 0o644)
}

// merged is the new page.
func merged(old string, steps []string, done row) string {
	rows := map[string]string{}
	for line := range strings.Lines(old) {
		if cells := strings.Split(line, " | "); len(cells) == 7 {
			rows[strings.TrimPrefix(cells[0], "| ")] = strings.TrimSpace(line)
		}
	}
	rows[done.name] = done.markdown()
	var page strings.Builder
	page.WriteString(head)
	for _, name := range steps {
		if line, ok := rows[name]; ok {
			fmt.Fprintln(&page, line)
		}
	}
	return page.String()
}
