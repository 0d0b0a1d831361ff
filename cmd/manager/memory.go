// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"runtime/debug"

	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// garbage is how much garbage there may be, in percent of what is in use. A replica keeps much and allocates little beside it, so that
// half of Go's default costs it next to no time.
const garbage = 50

// sparing makes the process keep little memory that it does not use, unless GOGC says what to do.
func sparing() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}

// releaseAfter gives memory back to the system when something was read whole for the first time: reading takes far more than what is
// kept of it.
func releaseAfter(read func(context.Context) bool) manager.Runnable {
	return everywhere(func(ctx context.Context) error {
		if read(ctx) {
			debug.FreeOSMemory()
		}
		return nil
	})
}

// everywhere runs on every replica.
type everywhere func(context.Context) error

var _ manager.LeaderElectionRunnable = everywhere(nil)

// Start runs it.
func (e everywhere) Start(ctx context.Context) error { return e(ctx) }

// NeedLeaderElection is false.
func (e everywhere) NeedLeaderElection() bool { return false }
