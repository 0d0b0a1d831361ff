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

// A journal that was closed asks of every view to have seen what was stored until it opened, which a watch of a kind that rests
// learns from the API server's next bookmark: after a minute. So these take one each.
var _ = Describe("A journal that is not what it was", func() {
	BeforeEach(func(ctx SpecContext) {
		serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
	})

	// closes expects the journal to open no sooner than the drop time after it was done, and that all goes well then.
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

	It("because somebody deleted it is closed for the drop time, and then gives out exactly what there is", func(ctx SpecContext) {
		before := storedJournal(ctx).UID
		closes(ctx, func(*rush) { removeJournal(ctx) })
		Expect(storedJournal(ctx).UID).NotTo(Equal(before))
	}, NodeTimeout(soon*2))

	It("but another cluster's is closed, each time anew, and its entries are void", func(ctx SpecContext) {
		for range 2 {
			closes(ctx, func(r *rush) {
				edit(ctx, func(data map[string]string) {
					data[partUID], data[partEntries] = lab.Unique("elsewhere"), foreign(r.user)
				})
			})
			Expect(record(ctx).UID).To(Equal(storedJournal(ctx).UID))
		}
	}, NodeTimeout(soon*3))

	It("but nonsense is closed likewise", func(ctx SpecContext) {
		closes(ctx, func(*rush) {
			edit(ctx, func(data map[string]string) { data[partEntries] = "nonsense\n" })
		})
	}, NodeTimeout(soon*2))
})
