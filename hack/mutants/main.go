// SPDX-License-Identifier: Apache-2.0

// Command mutants proves that the simulation of the journal finds bugs: it switches off one rule of the protocol after another,
// in a copy that only the compiler sees, and demands that the simulation fails.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"
)

func main() {
	seeds := flag.Int("seeds", 8000, "how many seeds a mutant may live through before it counts as a survivor, and the control must")
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

// run tries every mutant, one behind the other: while one is simulated, the next is compiled.
func run(ctx context.Context, seeds int, only string) error {
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	built, failed := make(chan trial, 1), make(chan error, 1)
	go func() {
		defer close(built)
		failed <- buildAll(ctx, dir, only, built)
	}()
	var wrong []error
	for t := range built {
		began := time.Now()
		found := t.simulate(ctx, seeds)
		if (found == "") != t.harmless() {
			wrong = append(wrong, t.surprise())
		}
		fmt.Printf("%-14s %5.1fs  %s\n", cmp.Or(found, "survived"), time.Since(began).Seconds(), t.rule)
	}
	return errors.Join(append(wrong, <-failed, ctx.Err())...)
}

func buildAll(ctx context.Context, dir, only string, built chan<- trial) error {
	for i, m := range append([]mutant{control}, mutants...) {
		if !strings.Contains(m.rule, only) {
			continue
		}
		t, err := build(ctx, fmt.Sprintf("%s/%d", dir, i), m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.rule, err)
		}
		built <- t
	}
	return nil
}
