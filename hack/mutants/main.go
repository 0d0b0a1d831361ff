// SPDX-License-Identifier: Apache-2.0

// Command mutants proves that the simulation of the journal finds bugs. It switches off one rule of the protocol after another, in a copy
// that only the compiler sees. Each time the simulation must fail.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	seeds := flag.Int("seeds", 20000, "how many seeds a mutant may live through before it counts as a survivor, and the control must")
	only := flag.String("only", "", "try only the mutants whose rule contains this text")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *seeds, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run tries every mutant, unless nothing has changed since all were found. While one is simulated, the next are compiled.
func run(ctx context.Context, seeds int, only string) error {
	now, err := inputs(ctx, seeds)
	if err != nil {
		return err
	}
	if only == "" && now == noted() {
		fmt.Printf("nothing has changed since all mutants were noticed (%s)\n", note)
		return nil
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := tryAll(ctx, dir, seeds, chosen(only)); err != nil || only != "" {
		return err
	}
	return write(now)
}

// chosen are the unchanged product, and the mutants whose rule contains a text.
func chosen(only string) []mutant {
	return slices.DeleteFunc(append([]mutant{control}, mutants...), func(m mutant) bool { return !strings.Contains(m.rule, only) })
}

func tryAll(ctx context.Context, dir string, seeds int, todo []mutant) error {
	built, failed := make(chan trial, 1), make(chan error, 1)
	go func() {
		defer close(built)
		failed <- buildAll(ctx, dir, todo, built)
	}()
	var wrong []error
	for t := range built {
		began := time.Now()
		found := t.simulate(ctx, seeds)
		if (found == "") != t.harmless() {
			wrong = append(wrong, t.surprise())
		}
		fmt.Printf("%-14s %5.1fs  %s\n", cmp.Or(found, "survived"), time.Since(began).Seconds(), t.rule)
		wrong = append(wrong, os.Remove(t.binary))
	}
	return errors.Join(append(wrong, <-failed, ctx.Err())...)
}

// buildAll compiles as many at once as there are processors: most of the time goes to the linker, which uses one.
func buildAll(ctx context.Context, dir string, todo []mutant, built chan<- trial) error {
	var next atomic.Int64
	var builders sync.WaitGroup
	failures := make([]error, runtime.GOMAXPROCS(0))
	for b := range failures {
		builders.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(todo)); i = next.Add(1) - 1 {
				t, err := build(ctx, fmt.Sprintf("%s/%d", dir, i), todo[i])
				if err != nil {
					failures[b] = fmt.Errorf("%s: %w", todo[i].rule, err)
					return
				}
				built <- t
			}
		})
	}
	builders.Wait()
	return errors.Join(failures...)
}
