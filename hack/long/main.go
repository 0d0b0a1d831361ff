// SPDX-License-Identifier: Apache-2.0

// Command long runs the tests that take minutes, one after another, so that each has the machine to itself. It measures their time and
// memory, continues after a failure, and writes the results to a page of the documentation.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	page = "docs/benchmarks/long-tests.md"
	logs = "bin/long"
)

func main() {
	only := flag.String("only", "", "run only the steps of these names, such as `faults,simulation` or fuzz-*")
	all := flag.Bool("all", false, "run make test and make verify, too")
	fuzz := flag.Duration("fuzz", 30*time.Second, "how long to fuzz each parser")
	limit := flag.Int64("limit", 12, "end a step whose processes have more `GiB` of memory together")
	list := flag.Bool("list", false, "only name the steps")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, chosen{names: strings.Fields(strings.ReplaceAll(*only, ",", " ")), all: *all}, *fuzz, *limit<<30, *list)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c chosen, fuzz time.Duration, limit int64, list bool) error {
	out, err := filepath.Abs(logs)
	if err != nil {
		return err
	}
	every, err := steps(ctx, out, fuzz)
	if err != nil {
		return err
	}
	todo := slices.DeleteFunc(slices.Clone(every), func(s step) bool { return !c.takes(s) })
	switch {
	case len(todo) == 0:
		return errors.New("no step has such a name; these are the steps: " + strings.Join(names(every), ", "))
	case list:
		fmt.Println(strings.Join(names(todo), "\n"))
		return nil
	}
	if err := os.MkdirAll(logs, 0o755); err != nil {
		return err
	}
	began := time.Now().UTC()
	note := func(r row) error {
		fmt.Println(r.line())
		return keep(page, append(names(every), whole), r)
	}
	done, err := inTurn(ctx, todo, limit, note)
	if len(c.names) == 0 && len(done) == len(todo) {
		err = errors.Join(err, note(total(done, began)))
	}
	return err
}

// whole is the name of the last row, about all steps in one run.
const whole = "all"

// total is the row of all steps.
func total(done []row, began time.Time) row {
	all := row{
		name: whole, what: fmt.Sprintf("the %d steps that ran in one go, and compiling them", len(done)), when: began, commit: done[0].commit,
		took: time.Since(began), result: passed,
	}
	for _, r := range done {
		all.memory = max(all.memory, r.memory)
		if r.result != passed {
			all.result = r.result
		}
	}
	return all
}

// inTurn runs one step after another, and notes each. A failure does not stop the next step; an interrupt does.
func inTurn(ctx context.Context, todo []step, limit int64, note func(row) error) (done []row, err error) {
	commit := commit(ctx)
	for _, s := range todo {
		r := row{name: s.name, what: s.what, when: time.Now().UTC(), commit: commit}
		failure := s.run(ctx, limit, &r)
		if ctx.Err() != nil {
			return done, ctx.Err()
		}
		r.result = passed
		if failure != nil {
			r.result = failed
			err = errors.Join(err, fmt.Errorf("%s: %w; all it said is in %s", s.name, failure, s.log()))
		}
		done, err = append(done, r), errors.Join(err, note(r))
	}
	return done, err
}

// chosen are the steps to run: those with the names, or all. Steps that CI runs need to be named, or all to be wanted.
type chosen struct {
	names []string
	all   bool
}

func (c chosen) takes(s step) bool {
	if len(c.names) == 0 {
		return c.all || !s.ci
	}
	return slices.ContainsFunc(c.names, func(pattern string) bool {
		ok, err := path.Match(pattern, s.name)
		return ok && err == nil
	})
}

func names(steps []step) (names []string) {
	for _, s := range steps {
		names = append(names, s.name)
	}
	return names
}
