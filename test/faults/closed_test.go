// SPDX-License-Identifier: Apache-2.0

//go:build long

package faults

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/test/lab"
)

// A journal that was closed requires every view to have seen everything stored until it opened. A quiet kind's watch learns that from the
// API server's next bookmark, after a minute. So each of these specs takes a minute.
var _ = Describe("A journal that was deleted or replaced", func() {
	BeforeEach(func(ctx SpecContext) {
		serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
	})

	// closes does something to the journal. It expects the journal to open after the drop time at the earliest, and exact answers then.
	closes := func(ctx context.Context, it func(*rush)) {
		GinkgoHelper()
		r := newRush(ctx)
		began := time.Now()
		it(r)
		opened, done := make(chan time.Duration, 1), make(chan bool)
		go func() {
			defer GinkgoRecover()
			Eventually(ctx, isOpen).WithArguments(ctx).Should(BeTrue())
			opened <- time.Since(began)
		}()
		go func() {
			defer GinkgoRecover()
			defer close(done)
			r.run(ctx)
		}()
		var after time.Duration
		Eventually(ctx, opened).Should(Receive(&after))
		Expect(after).To(BeNumerically(">=", dropTime))
		Eventually(ctx, done).WithTimeout(2 * soon).Should(BeClosed())
		r.isExact(ctx)
	}

	It("is closed for the drop time after a deletion, and then gives exactly the free places", func(ctx SpecContext) {
		before := storedJournal(ctx).UID
		closes(ctx, func(*rush) { removeJournal(ctx) })
		Expect(storedJournal(ctx).UID).NotTo(Equal(before))
	}, NodeTimeout(soon*2))

	It("is closed if it is another cluster's, each time anew, and its entries are void", func(ctx SpecContext) {
		for range 2 {
			closes(ctx, func(r *rush) {
				edit(ctx, func(data map[string]string) {
					data[partUID], data[partEntries] = lab.Unique("elsewhere"), foreign(r.user)
				})
			})
			Expect(record(ctx).UID).To(Equal(storedJournal(ctx).UID))
		}
	}, NodeTimeout(soon*3))

	It("is closed if it is nonsense", func(ctx SpecContext) {
		closes(ctx, func(*rush) {
			edit(ctx, func(data map[string]string) { data[partEntries] = "nonsense\n" })
		})
	}, NodeTimeout(soon*2))
})
