// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"slices"
	"syscall"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane/process"
)

// Kill ends replica i as a crash does, and returns when it is gone.
func (s *Sandbox) Kill(i int) error { return s.replicas[i].current().Kill() }

// Pause freezes replica i: its connections stay open, and it does not answer.
func (s *Sandbox) Pause(i int) error { return s.replicas[i].current().Signal(syscall.SIGSTOP) }

// Resume lets a paused replica go on.
func (s *Sandbox) Resume(i int) error { return s.replicas[i].current().Signal(syscall.SIGCONT) }

// Restart ends replica i if it runs, gracefully, starts it again, and returns when it is ready.
func (s *Sandbox) Restart(ctx context.Context, i int) error {
	r := s.replicas[i]
	if err := r.stop(); err != nil {
		return err
	}
	r.ready.Store(false)
	if err := r.start(); err != nil {
		return err
	}
	return r.waitReady(ctx)
}

// revivals is how often a replica that ends before it is ready is started.
const revivals = 5

// Revive restarts replica i, and again if it ends before it is ready, as a Deployment does. After some attempts it returns why.
func (s *Sandbox) Revive(ctx context.Context, i int) (err error) {
	for range revivals {
		if err = s.Restart(ctx, i); err == nil || ctx.Err() != nil || s.Process(i).Running() {
			return err
		}
		s.say("replica-%d ended before it was ready; starting it again", i)
	}
	return err
}

// Reconfigure restarts every replica with a configuration that a function changes, one after another, as a rollout does.
func (s *Sandbox) Reconfigure(ctx context.Context, change func(*config.OperatorConfig)) error {
	for i, r := range s.replicas {
		r.reconfigure(change)
		if err := s.Restart(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// Replicas is the number of replicas.
func (s *Sandbox) Replicas() int { return len(s.replicas) }

// Process is the one that replica i runs as now.
func (s *Sandbox) Process(i int) *process.Process { return s.replicas[i].current() }

// WebhookURL is the URL at which replica i itself serves admission, past the front.
func (s *Sandbox) WebhookURL(i int) string {
	return "https://" + s.replicas[i].addresses().Webhook.BindAddress
}

// Wait returns the number of a replica that ended without a restart since, or -1 when the context ends.
func (s *Sandbox) Wait(ctx context.Context) int {
	all := make([]*process.Process, len(s.replicas))
	for i, r := range s.replicas {
		all[i] = r.current()
	}
	return slices.Index(all, process.WaitAny(ctx, all...))
}
