// SPDX-License-Identifier: Apache-2.0

// Package pool keeps control planes for suites of several processes. A start costs some six seconds of a core. So the pool restores a
// control plane that a suite gives back, and gives it to the next.
package pool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/test/planes"
)

// Pool has as many control planes as there were suites at once.
type Pool struct {
	dir string
	env []string
	out io.Writer

	mu      sync.Mutex
	change  sync.Cond
	all     []*plane
	free    []*plane
	coming  int // control planes that are being cleared
	waiting int // takers that wait for those
}

// plane is a control plane, and its state after the start.
type plane struct {
	*controlplane.ControlPlane
	store *store
}

// New makes an empty pool. Its control planes get folders in dir, and env in their environment. It writes a line about each to out.
func New(dir string, out io.Writer, env ...string) *Pool {
	p := &Pool{dir: dir, env: env, out: out}
	p.change.L = &p.mu
	return p
}

// Serve gives each connection a control plane until the connection ends, and returns when the listener is closed.
func (p *Pool) Serve(ctx context.Context, l net.Listener) {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		connection, err := l.Accept()
		if err != nil {
			return
		}
		all.Go(func() { p.serve(ctx, connection) })
	}
}

func (p *Pool) serve(ctx context.Context, connection net.Conn) {
	defer connection.Close()
	defer context.AfterFunc(ctx, func() { connection.Close() })()
	taken, err := p.take(ctx)
	answer := planes.Answer{}
	if err != nil {
		answer.Error = err.Error()
	} else {
		answer.Dir = taken.Dir()
		defer p.giveBack(ctx, taken)
	}
	if json.NewEncoder(connection).Encode(answer) == nil {
		_, _ = io.Copy(io.Discard, connection) // it ends with the taker
	}
}

// take waits for a control plane that is being cleared, or starts one if there is none left to wait for.
func (p *Pool) take(ctx context.Context) (*plane, error) {
	if taken := p.wait(); taken != nil {
		return taken, nil
	}
	return p.start(ctx)
}

func (p *Pool) wait() *plane {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.free) == 0 && p.coming > p.waiting {
		p.waiting++
		p.change.Wait()
		p.waiting--
	}
	if len(p.free) == 0 {
		return nil
	}
	taken := p.free[0]
	p.free = p.free[1:]
	return taken
}

func (p *Pool) start(ctx context.Context) (*plane, error) {
	p.mu.Lock()
	started := &plane{}
	p.all = append(p.all, started)
	dir := filepath.Join(p.dir, strconv.Itoa(len(p.all)))
	p.mu.Unlock()
	control, err := planes.Start(ctx, dir, io.Discard, p.env...)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	started.ControlPlane, started.store = control, newStore(dir)
	p.mu.Unlock()
	if err := errors.Join(control.Share(), started.store.remember(ctx)); err != nil {
		return nil, errors.Join(err, control.Stop())
	}
	return started, nil
}

// mostFree is how many free control planes the pool keeps for later takers. Each takes half a GiB of memory or more.
const mostFree = 3

// giveBack clears a control plane for the next taker. It ends one that does not come to rest, and one beyond mostFree.
func (p *Pool) giveBack(ctx context.Context, returned *plane) {
	p.mu.Lock()
	p.coming++
	p.mu.Unlock()
	err := returned.clear(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.coming--
	if err == nil && len(p.free) < mostFree {
		p.free = append(p.free, returned)
	} else if err = errors.Join(err, returned.Stop()); err != nil && ctx.Err() == nil {
		fmt.Fprintln(p.out, "A control plane serves no more suite:", err)
	}
	p.change.Broadcast()
}

// clear restores a control plane's state after its start, and restarts the controllers where they cannot follow.
func (p *plane) clear(ctx context.Context) error {
	if err := p.Check(); err != nil {
		return err
	}
	anew, err := p.store.restore(ctx)
	if err != nil || !anew {
		return err
	}
	if err := p.RestartControllers(); err != nil {
		return err
	}
	_, err = p.store.restore(ctx)
	return err
}

// Stop ends all control planes.
func (p *Pool) Stop() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, each := range p.all {
		if each.ControlPlane != nil {
			errs = append(errs, each.Stop())
		}
	}
	p.all, p.free = nil, nil
	return errors.Join(errs...)
}
