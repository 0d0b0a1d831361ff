// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// blink is the time between two looks at the memory.
const blink = 500 * time.Millisecond

func (s step) log() string { return filepath.Join(logs, s.name+".log") }

// run runs a step, and notes its time and its memory. The step's output goes to its log. After a failure, run shows the end of the log.
func (s step) run(ctx context.Context, limit int64, r *row) error {
	log, err := os.Create(s.log())
	if err != nil {
		return err
	}
	defer log.Close()
	for n := 0; n < len(s.build) && err == nil; n++ {
		builder := exec.CommandContext(ctx, s.build[n][0], s.build[n][1:]...)
		builder.Stdout, builder.Stderr = log, log
		err = builder.Run()
	}
	began := time.Now()
	if err == nil {
		r.memory, err = watched(s.start(ctx, log), limit)
	}
	r.took = time.Since(began)
	if err != nil {
		fmt.Printf("--- the end of %s\n%s\n", s.log(), tail(s.log(), 60))
	}
	return err
}

// start prepares the command of a step. An interrupt reaches the command as an interrupt, so that it can end what it has started.
func (s step) start(ctx context.Context, log *os.File) *exec.Cmd {
	c := exec.CommandContext(ctx, s.command[0], s.command[1:]...)
	c.Dir, c.Stdout, c.Stderr = s.dir, log, log
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = time.Minute
	return c
}

// watched runs a command, and returns the most memory that it and its descendants had together. Above the limit, it ends them.
func watched(c *exec.Cmd, limit int64) (most int64, err error) {
	if err := c.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	look := time.NewTicker(blink)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			return most, err
		case <-look.C:
		}
		family := descendants(c.Process.Pid)
		most = max(most, family.memory())
		if most > limit {
			family.kill()
			return most, errors.Join(fmt.Errorf("it had more than %d GiB of memory and was ended", limit>>30), <-ended)
		}
	}
}

func (f family) kill() {
	for pid := range f {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may be gone by itself
	}
}

// tail is the end of a file.
func tail(file string, lines int) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	all := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
}
