// SPDX-License-Identifier: Apache-2.0

//go:build race

package journal_test

import "iter"

// defaultSeeds is how many seeds run when nobody says how many. Few: the race detector makes each ten times slower, and
// one thread at a time acts, so it has little to find.
const defaultSeeds = 100

// pull makes a goroutine of a process. iter.Pull would do the same faster, but not under the race detector: a goroutine that ends tells the
// detector so (goexit1 in runtime/proc.go calls racegoend). A coroutine does not (coroexit in runtime/coro.go, as of Go 1.26.8). The
// detector therefore keeps what it knows of every coroutine that ever was, which is 2 MB for each seed. We know of no report of this;
// https://go.dev/issue/63276 is about what goroutines leave.
func pull(script iter.Seq[struct{}]) (resume func() (struct{}, bool), stop func()) {
	turn, waits := make(chan bool), make(chan struct{})
	go func() {
		defer close(waits)
		if <-turn {
			script(func(struct{}) bool {
				waits <- struct{}{}
				return <-turn
			})
		}
	}()
	done := false
	resume = func() (none struct{}, alive bool) {
		if done {
			return none, false
		}
		turn <- true
		_, alive = <-waits
		done = !alive
		return none, alive
	}
	stop = func() {
		if !done {
			done = true
			turn <- false
			<-waits
		}
	}
	return resume, stop
}
