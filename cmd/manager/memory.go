// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"runtime/debug"

	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// garbage is the most garbage, in percent of the memory in use. A replica keeps much and allocates little beside it. So half of Go's
// default costs it almost no time.
const garbage = 50

// sparing makes the process return unused memory early, unless GOGC is set.
func sparing() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}

// releaseAfter returns memory to the system after the first full read. Reading takes far more memory than the result.
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
