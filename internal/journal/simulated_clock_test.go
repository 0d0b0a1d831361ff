// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"context"
	"time"

	"k8s.io/utils/clock"
)

// localClock is a replica's monotonic clock: it starts anywhere, runs fast or slow, and stands still while its machine is
// suspended.
type localClock struct {
	clock.Clock // nil: a wait by it in the simulation would never end
	at          time.Time
	rate        float64
	suspended   bool
}

// The rates between which replicas' clocks run.
const slowest, fastest = 0.5, 2

func (c *localClock) Now() time.Time                  { return c.at }
func (c *localClock) Since(t time.Time) time.Duration { return c.at.Sub(t) }

func (c *localClock) pass(d time.Duration) {
	if !c.suspended {
		c.at = c.at.Add(time.Duration(float64(d) * c.rate))
	}
}

// patience is the context of a request: over when its time is, by the simulation's time.
type patience struct {
	context.Context
	sim *simulation
	end time.Time
}

func (p patience) Err() error {
	if p.sim.now.Before(p.end) {
		return nil
	}
	return context.DeadlineExceeded
}

// upTo is some time, shorter than the most.
func (s *simulation) upTo(most time.Duration) time.Duration {
	return time.Duration(s.rng.Int64N(max(int64(most), 1)))
}

// pass lets time go by, for each replica at its own rate.
func (s *simulation) pass(d time.Duration) {
	s.now = s.now.Add(d)
	for _, r := range s.replicas {
		r.clock.pass(d)
	}
}
