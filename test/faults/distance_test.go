// SPDX-License-Identifier: Apache-2.0

//go:build long

package faults

import (
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/test/lab"
)

// worst is the longest wait for one of the answers.
func worst(answers []call) (longest time.Duration) {
	for _, a := range answers {
		longest = max(longest, a.took)
	}
	return longest
}

func summary(answers []call) string {
	return fmt.Sprintf("%d answers, the worst after %s", len(answers), worst(answers).Round(time.Millisecond))
}

var _ = Describe("A replica far from the API server", func() {
	It("answers all its requests in time, while a near one is loaded", func(ctx SpecContext) {
		const roundTrip, load, clients = 200 * time.Millisecond, 4 * time.Second, 16
		near, far := newReplica(control.Config()), newReplica(through(newProxy(apiServer(), roundTrip/2)))
		serve(ctx, near, far)
		door.lead(near, near, near, near, near, near, near, far)
		end := time.Now().Add(load)
		answers := lab.Together(clients, func(i int) error {
			for time.Now().Before(end) {
				if err := once(ctx, control.Config(), "memberships", membership(pool[i%len(pool)], lab.Person("somebody"))); err != nil {
					return err
				}
			}
			return nil
		})
		AddReportEntry("near", summary(door.answers(near)))
		AddReportEntry("far", summary(door.answers(far)))
		Expect(answers).To(HaveEach(Succeed()), "nobody is asked to try again")
		Expect(door.answers(far)).NotTo(BeEmpty())
		for _, a := range door.answers(far) {
			Expect(a.code).To(BeEquivalentTo(http.StatusOK))
		}
		Expect(worst(door.answers(far))).To(BeNumerically("<", patience))
		newRush(ctx).run(ctx).isExact(ctx)
	}, NodeTimeout(soon*2))
})
