// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A step is one command that needs the whole machine.
type step struct {
	name, what string
	ci         bool       // CI runs it for every change
	build      [][]string // commands that run before the measurement begins
	command    []string
	dir        string // where the command runs
}

// simulation is the package whose long test is the simulation of many seeds.
const simulation = "internal/journal"

// steps are all steps: those that CI runs, every package with tests that carry the build tag `long`, and every fuzz test. They are found
// and not listed, so that none is forgotten. Programs go to the folder out.
func steps(ctx context.Context, out string, fuzz time.Duration) ([]step, error) {
	all := []step{
		{name: "test", what: "`make test`", ci: true, command: []string{"make", "test"}},
		{name: "verify", what: "`make verify`", ci: true, command: []string{"make", "verify"}},
		{name: "mutants", what: "`make mutants`: each rule of the journal's protocol switched off in turn", command: []string{"make", "mutants"}},
		{name: "race", what: "`hack/test.sh --race`: the suites, and the operator that they start, with the race detector", command: []string{"hack/test.sh", "--race"}},
	}
	long, err := search(ctx, `^//go:build long`, "*_test.go")
	if err != nil {
		return nil, err
	}
	var packages []string
	for _, line := range long {
		packages = append(packages, path.Dir(line.file))
	}
	slices.Sort(packages)
	for _, dir := range slices.Compact(packages) {
		all = append(all, longStep(out, dir))
	}
	parsers, err := search(ctx, `^func Fuzz[A-Za-z0-9_]*`, "*_test.go")
	if err != nil {
		return nil, err
	}
	for _, line := range parsers {
		all = append(all, fuzzStep(out, path.Dir(line.file), strings.TrimPrefix(line.text, "func "), fuzz))
	}
	return all, nil
}

// longStep runs all tests of a package, the long ones too, in whatever module it is. What they need besides Go is installed before. The
// simulation runs its many seeds without the race detector.
func longStep(out, dir string) step {
	s := step{name: path.Base(dir), dir: dir, what: fmt.Sprintf("`go test -race -tags long ./%s`", dir)}
	binary := filepath.Join(out, s.name+".test")
	compile := []string{"go", "test", "-C", dir, "-c", "-race", "-tags", "long", "-o", binary, "."}
	if dir == simulation {
		s.name, s.what = "simulation", fmt.Sprintf("`go test -tags long ./%s`: 200,000 seeds, without the race detector", dir)
		compile = slices.DeleteFunc(compile, func(arg string) bool { return arg == "-race" })
	}
	s.build = [][]string{{"hack/needs.sh", dir}, compile}
	s.command = []string{binary, "-test.timeout=45m", "-test.v"}
	return s
}

// fuzzStep fuzzes one parser for a while. Go keeps the inputs that it finds for the next time.
func fuzzStep(out, dir, function string, d time.Duration) step {
	binary := filepath.Join(out, function+".test")
	return step{
		name: "fuzz-" + strings.TrimPrefix(function, "Fuzz"), dir: dir, what: fmt.Sprintf("%s of `%s` for %s", function, dir, d),
		build: [][]string{{"go", "test", "-c", "-fuzz", "^" + function + "$", "-o", binary, "./" + dir}},
		command: []string{
			binary, "-test.run=^$", "-test.fuzz=^" + function + "$", "-test.fuzztime=" + d.String(), "-test.fuzzcachedir=" + filepath.Join(out, "fuzz", function),
		},
	}
}

// found is a text in a file.
type found struct{ file, text string }

// search finds matches of an expression in files that git tracks, or would track.
func search(ctx context.Context, expression, files string) (all []found, err error) {
	out, err := exec.CommandContext(ctx, "git", "grep", "--untracked", "--only-matching", "--extended-regexp", "-e", expression, "--", files).Output()
	if err != nil {
		return nil, fmt.Errorf("git grep %s: %w", expression, err)
	}
	for line := range strings.Lines(string(out)) {
		if file, text, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			all = append(all, found{file, text})
		}
	}
	return all, nil
}

// commit is the commit under test. A mark says that files differ from it; the page that long writes does not count.
func commit(ctx context.Context) string {
	git := func(args ...string) string {
		out, err := exec.CommandContext(ctx, "git", args...).Output()
		if err != nil {
			return "unknown"
		}
		return strings.TrimSpace(string(out))
	}
	hash := git("rev-parse", "--short=10", "HEAD")
	if git("status", "--porcelain", "--", ":/", ":!"+page) != "" {
		return hash + " with changes"
	}
	return hash
}
