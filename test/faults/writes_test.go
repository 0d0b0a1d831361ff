// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"slices"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Writes of the journal", func() {
	It("that conflict again and again with somebody else's leave every limit exact", func(ctx SpecContext) {
		serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
		const enough = 50
		var touches atomic.Int64
		r := newRush(ctx)
		during(ctx, func(ctx context.Context) {
			if touch(ctx) == nil {
				touches.Add(1)
			}
		}, func() {
			for r.run(ctx); touches.Load() < enough; {
				r = newRush(ctx).run(ctx)
			}
		})
		AddReportEntry("writes by somebody else", touches.Load())
		r.isExact(ctx)
	}, NodeTimeout(soon*2))

	It("that are lost, or whose answers are lost, leave every limit exact", func(ctx SpecContext) {
		config, first := wrap(control.Config(), often(1))
		other, second := wrap(control.Config(), often(2))
		serve(ctx, newReplica(config), newReplica(other))
		lost := func() []int64 {
			of := make([]int64, losses)
			for what := range losses {
				of[what] = first.seen[what].Load() + second.seen[what].Load()
			}
			return of
		}
		for rushes := 0; slices.Contains(lost(), 0); rushes++ {
			Expect(rushes).To(BeNumerically("<", 10), "every loss comes up by then: %v", lost())
			newRush(ctx).run(ctx).isExact(ctx)
		}
		AddReportEntry("journal writes that came through, never came, and lost their answer in three ways", lost())
	}, NodeTimeout(soon*3))
})
