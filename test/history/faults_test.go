// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/test/lab"
)

// crash kills replicas, all of them before the first starts again.
func crash(ctx context.Context, which ...int) {
	GinkgoHelper()
	for _, i := range which {
		Expect(operator.Kill(i)).To(Succeed())
	}
	restart(ctx, which...)
}

// restart starts replicas at the same time, also those that run, and returns when all are ready.
func restart(ctx context.Context, which ...int) {
	GinkgoHelper()
	lab.InParallel(len(which), func(i int) {
		GinkgoHelper()
		Expect(operator.Restart(ctx, which[i])).To(Succeed())
	})
}

// staff starts so many replicas, with controllers or without, and stops the others.
func staff(ctx context.Context, wanted int, mode string) {
	GinkgoHelper()
	Expect(os.Setenv(modeVariable, mode)).To(Succeed())
	var on []int
	for i := range replicas {
		if i < wanted {
			on = append(on, i)
		} else {
			Expect(operator.Kill(i)).To(Succeed())
		}
	}
	restart(ctx, on...)
}

// hold stops the events of some kinds for a replica; release lets them continue.
func hold(i int) {
	GinkgoHelper()
	Expect(operator.Process(i).Signal(holdWatches)).To(Succeed())
}

func release(i int) {
	GinkgoHelper()
	Expect(operator.Process(i).Signal(letWatches)).To(Succeed())
}

// pauseReplica freezes a process, and resume lets it continue. For the process, no time has passed.
func pauseReplica(i int) {
	GinkgoHelper()
	Expect(operator.Pause(i)).To(Succeed())
}

func resume(i int) {
	GinkgoHelper()
	Expect(operator.Resume(i)).To(Succeed())
}

// disturbed runs so many actors at once until the time is over, each with its own dice. Meanwhile faults strike so many replicas.
func disturbed(ctx context.Context, length time.Duration, seed int64, replicas, actors int, act func(over context.Context, i int, dice *rand.Rand)) {
	GinkgoHelper()
	over, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	lab.InParallel(actors+1, func(i int) {
		dice := rand.New(rand.NewPCG(uint64(seed), uint64(i))) //nolint:gosec // a seed is to be repeatable
		if i == actors {
			strike(over, ctx, dice, replicas)
			return
		}
		act(over, i, dice)
	})
}

// strike causes one fault after another, with calm between them, until the time is over.
func strike(over, ctx context.Context, dice *rand.Rand, replicas int) {
	GinkgoHelper()
	for n := 0; calm(over, dice); n++ {
		i := dice.IntN(replicas)
		switch fault := dice.IntN(5); {
		case n%2 == 0: // every other time, because this fault breaks a limit most easily
			hold(i)
			calm(over, dice)
			release(i)
		case fault < 2:
			crash(ctx, i)
		case fault < 4:
			crash(ctx, (i+1)%replicas, i)
		default:
			pauseReplica(i)
			calm(over, dice)
			resume(i)
		}
		revive(ctx, replicas)
	}
}

// calm waits for a second or so, and reports whether there is time left.
func calm(over context.Context, dice *rand.Rand) bool {
	select {
	case <-over.Done():
		return false
	case <-time.After(time.Duration(200+dice.IntN(1200)) * time.Millisecond):
		return true
	}
}

// revive starts replicas that ended by themselves, as a Deployment would: a leader ends if it was paused or starved for too long.
func revive(ctx context.Context, replicas int) {
	GinkgoHelper()
	for i := range replicas {
		if !operator.Process(i).Running() {
			fmt.Fprintf(GinkgoWriter, "replica %d is started again: %v\n", i, operator.Process(i).Err())
			restart(ctx, i)
		}
	}
}
