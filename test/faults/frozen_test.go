// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A replica whose process", func() {
	It("is frozen for longer than the drop time, and goes on, gives out exactly what there is", func(ctx SpecContext) {
		frozen, p := newProcess(ctx)
		other := serve(ctx, newReplica(control.Config()))[0]
		door.lead(frozen, other)
		during, after := newRush(ctx), newRush(ctx)

		Expect(p.Signal(syscall.SIGSTOP)).To(Succeed())
		door.lead(other)
		during.run(ctx)
		Consistently(func() int { return len(placesOf(ctx, during.user)) }).WithTimeout(dropTime * 3 / 2).Should(Equal(places))
		Expect(p.Signal(syscall.SIGCONT)).To(Succeed())
		door.lead(frozen)
		after.run(ctx).isExact(ctx)
		during.isExact(ctx)
	}, NodeTimeout(soon*2))

	It("is killed while it judges loses nothing that it admitted", func(ctx SpecContext) {
		killed, p := newProcess(ctx)
		other := serve(ctx, newReplica(control.Config()))[0]
		door.lead(killed, other)
		r := newRush(ctx)
		done := make(chan struct{})
		go func() {
			defer GinkgoRecover()
			defer close(done)
			r.run(ctx)
		}()
		Eventually(ctx, func() any { return record(ctx).Entries }).WithPolling(1).ShouldNot(BeEmpty())
		Expect(p.Kill()).To(Succeed())
		Eventually(ctx, func() int { return len(door.answers(killed)) }).Should(BeNumerically(">", 0))
		door.lead(other)
		Eventually(ctx, done).Should(BeClosed())
		r.isExact(ctx)
	}, NodeTimeout(soon*2))
})
