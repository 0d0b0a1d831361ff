// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// crash kills replicas, all of them before the first starts again.
func crash(ctx context.Context, which ...int) {
	GinkgoHelper()
	for _, i := range which {
		Expect(operator.Kill(i)).To(Succeed())
	}
	restart(ctx, which...)
}

// restart starts replicas, again if they run, at the same time, and returns when all are ready.
func restart(ctx context.Context, which ...int) {
	GinkgoHelper()
	inParallel(len(which), func(i int) {
		GinkgoHelper()
		Expect(operator.Restart(ctx, which[i])).To(Succeed())
	})
}

// staff starts as many replicas as are wanted, with controllers or without, and lets the others rest.
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

// hold lets a replica's watches bring nothing more, of some kinds; release lets them go on.
func hold(i int) {
	GinkgoHelper()
	Expect(operator.Process(i).Signal(holdWatches)).To(Succeed())
}

func release(i int) {
	GinkgoHelper()
	Expect(operator.Process(i).Signal(letWatches)).To(Succeed())
}

// pauseReplica freezes a process, and resume lets it go on: to itself, no time has passed.
func pauseReplica(i int) {
	GinkgoHelper()
	Expect(operator.Pause(i)).To(Succeed())
}

func resume(i int) {
	GinkgoHelper()
	Expect(operator.Resume(i)).To(Succeed())
}
