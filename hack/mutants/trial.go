// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A mutant is the product with one rule of the protocol switched off.
type mutant struct {
	rule  string // that is switched off
	edits []edit
}

// control is the unchanged product. If it failed, the failures of mutants would prove nothing.
var control = mutant{rule: "control: every rule holds"}

// harmless reports whether the simulation should find nothing.
func (m mutant) harmless() bool { return len(m.edits) == 0 }

// surprise is an error if the result is not the expected one.
func (m mutant) surprise() error {
	if m.harmless() {
		return errors.New("the simulation fails though every rule holds: what it says of mutants proves nothing")
	}
	return fmt.Errorf("the simulation does not notice that this is off, and is to be made stronger: %s", m.rule)
}

// An edit replaces a text that is in a file exactly once.
type edit struct{ file, old, new string }

// trial is the simulation, compiled with a mutant.
type trial struct {
	mutant
	binary string
}

// build compiles the simulation with a mutant.
func build(ctx context.Context, dir string, m mutant) (trial, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return trial{}, err
	}
	overlay, err := m.overlay(dir)
	if err != nil {
		return trial{}, err
	}
	t := trial{m, filepath.Join(dir, "simulation")}
	compile := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-ldflags=-w", "-overlay", overlay, "-o", t.binary, "./internal/journal")
	if out, err := compile.CombinedOutput(); err != nil {
		return trial{}, fmt.Errorf("does not compile: %w\n%s", err, out)
	}
	return t, nil
}

// overlay writes the changed files, and the list by which the compiler finds them.
func (m mutant) overlay(dir string) (string, error) {
	texts := map[string]string{}
	for _, e := range m.edits {
		text, ok := texts[e.file]
		if !ok {
			read, err := os.ReadFile(e.file)
			if err != nil {
				return "", err
			}
			text = string(read)
		}
		if n := strings.Count(text, e.old); n != 1 {
			return "", fmt.Errorf("stands %d times in %s, where once is expected; the mutant is to be brought up to date:\n%s", n, e.file, e.old)
		}
		texts[e.file] = strings.Replace(text, e.old, e.new, 1)
	}
	replace := map[string]string{}
	for file, text := range texts {
		path, err := filepath.Abs(file)
		if err != nil {
			return "", err
		}
		replace[path] = filepath.Join(dir, strconv.Itoa(len(replace))+".go")
		if err := os.WriteFile(replace[path], []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, list, 0o600)
}

var failing = regexp.MustCompile(`seed \d+`)

// simulate returns the seed that found the mutant; empty: none did.
func (t trial) simulate(ctx context.Context, seeds int) (found string) {
	var out bytes.Buffer
	simulation := exec.CommandContext(ctx, t.binary, "-test.run", "^TestSimulation$", "-seeds", strconv.Itoa(seeds))
	simulation.Stdout, simulation.Stderr = &out, &out
	if err := simulation.Run(); err == nil || ctx.Err() != nil {
		return ""
	}
	if seed := failing.FindString(out.String()); seed != "" {
		return seed
	}
	if strings.Contains(out.String(), "panic: ") {
		return "panic"
	}
	return "" // it did less than usual, but nothing wrong
}
