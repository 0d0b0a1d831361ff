// SPDX-License-Identifier: Apache-2.0

// Package process runs programs that never outlive the one that started them.
//
// On Linux the kernel kills a child together with its parent. Elsewhere, and for a child that survives all the same, every process leaves a
// file with its pid beside its log. [Reap] ends the processes that such files of an earlier run still name.
package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Command is the program to run.
type Command struct {
	// Path of the program.
	Path string
	// Args without the program's name. One of them has to name Dir or a file in it. By that Reap distinguishes its own processes from
	// others that have got the same pid since.
	Args []string
	// Env is added to this process's environment.
	Env []string
	// Dir is the working directory, absolute. It receives NAME.log, appended to, and NAME.pid.
	Dir string
	// Name of the process in its files and in errors; by default the program's.
	Name string
}

// Process is a started program.
type Process struct {
	name, log, pidFile string
	from               int64 // where in the log its own words begin

	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start runs the command.
func Start(c Command) (*Process, error) {
	if c.Name == "" {
		c.Name = filepath.Base(c.Path)
	}
	base := filepath.Join(c.Dir, c.Name)
	log, err := os.OpenFile(base+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return nil, err
	}

	p := &Process{name: c.Name, log: base + ".log", pidFile: base + ".pid", from: info.Size(), done: make(chan struct{})}
	p.cmd = exec.Command(c.Path, c.Args...)
	p.cmd.Dir = c.Dir
	p.cmd.Env = append(os.Environ(), c.Env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = attributes()
	if err := p.run(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	return p, nil
}

// run starts the program and waits for its end in the background. Both happen on one thread that does nothing else. For Linux the death of
// the thread that started a child is the death of the parent.
func (p *Process) run() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		if err == nil {
			err = writePid(p.pidFile, p.cmd.Process)
		}
		started <- err
		if err != nil {
			return
		}
		p.err = p.cmd.Wait()
		_ = os.Remove(p.pidFile) // a file that stays names a process that is gone: harmless
		close(p.done)
	}()
	return <-started
}

// writePid ends a process that it cannot record.
func writePid(file string, p *os.Process) error {
	err := os.WriteFile(file, fmt.Append(nil, p.Pid), 0o600)
	if err != nil {
		_ = p.Kill()
		_, _ = p.Wait()
	}
	return err
}

// Name of the process.
func (p *Process) Name() string { return p.name }

// Pid of the process.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Log is the path of the file with the process's output.
func (p *Process) Log() string { return p.log }

// Done is closed when the process is gone.
func (p *Process) Done() <-chan struct{} { return p.done }

// Running says whether the process is not gone yet.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Err says how the process ended, with its last words. It is nil while the process runs.
func (p *Process) Err() error {
	if p.Running() {
		return nil
	}
	how := "exit status 0"
	if p.err != nil {
		how = p.err.Error()
	}
	return fmt.Errorf("%s ended: %s\n%s(all of it in %s)", p.name, how, p.lastWords(), p.log)
}

// lastWords are the last lines that the process wrote.
func (p *Process) lastWords() string {
	const lines = 5
	all := strings.SplitAfter(strings.TrimSpace(string(p.output()))+"\n", "\n")
	return strings.Join(all[max(0, len(all)-1-lines):], "")
}

// PortTaken says whether the process complained that a port it was told to listen on is in use.
func (p *Process) PortTaken() bool {
	return bytes.Contains(p.output(), []byte("address already in use"))
}

// output is the process's own part of the log, without that of earlier processes.
func (p *Process) output() []byte {
	data, err := os.ReadFile(p.log)
	if err != nil || int64(len(data)) < p.from {
		return nil
	}
	return data[p.from:]
}

// Signal sends a signal. It is no error if the process is gone already.
func (p *Process) Signal(s syscall.Signal) error {
	if err := p.cmd.Process.Signal(s); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// Stop asks the process to end, kills it if it is still there after grace, and returns when it is gone.
func (p *Process) Stop(grace time.Duration) error {
	// A paused process receives no signal until it goes on.
	if err := errors.Join(p.Signal(syscall.SIGTERM), p.Signal(syscall.SIGCONT)); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(grace):
		return p.Kill()
	}
}

// WaitAny returns the first of the processes to end, or nil when the context does.
func WaitAny(ctx context.Context, processes ...*Process) *Process {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan *Process, len(processes))
	for _, p := range processes {
		go func() {
			select {
			case <-p.done:
				ended <- p
			case <-ctx.Done():
			}
		}()
	}
	select {
	case p := <-ended:
		return p
	case <-ctx.Done():
		return nil
	}
}

// Kill ends the process at once and returns when it is gone.
func (p *Process) Kill() error {
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.done
	return nil
}
