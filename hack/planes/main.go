// SPDX-License-Identifier: Apache-2.0

// Command planes runs another command beside a pool of control planes. The suites that the command starts take their control planes from
// the pool, one after another. The pool ends with the command.
//
//	bin/planes hack/test.sh
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/polyorg/polyorg/test/planes"
	"github.com/polyorg/polyorg/test/planes/pool"
)

// lessGarbageCollection is the environment of control planes. Without it, an API server spends a tenth of its start on garbage collection.
// The limit bounds the memory of several control planes.
var lessGarbageCollection = []string{"GOGC=400", "GOMEMLIMIT=1GiB"}

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "planes:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func run(command []string) (code int, err error) {
	if len(command) == 0 {
		return 2, errors.New("give it a command to run")
	}
	dir, err := os.MkdirTemp("", "planes")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "socket")
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", socket)
	if err != nil {
		return 1, err
	}
	p := pool.New(dir, os.Stderr, lessGarbageCollection...)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() { p.Serve(ctx, listener); close(served) }()
	code, err = runBeside(command, planes.Variable+"="+socket)
	cancel()
	err = errors.Join(err, listener.Close())
	<-served
	return code, errors.Join(err, p.Stop())
}

// runBeside runs the command, and passes signals on to it, so that the command ends first.
func runBeside(command []string, env string) (code int, err error) {
	told := make(chan os.Signal, 8)
	signal.Notify(told, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(told)
	c := exec.Command(command[0], command[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), env)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what the command starts is told too
	if err := c.Start(); err != nil {
		return 1, err
	}
	go func() {
		for s := range told {
			_ = syscall.Kill(-c.Process.Pid, s.(syscall.Signal)) // it may have ended
		}
	}()
	var exit *exec.ExitError
	if err := c.Wait(); err != nil && !errors.As(err, &exit) {
		return 1, err
	}
	return c.ProcessState.ExitCode(), nil
}
