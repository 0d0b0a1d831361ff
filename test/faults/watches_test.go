// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"net/url"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// apiServer is the host and port of the API server.
func apiServer() string {
	GinkgoHelper()
	u, err := url.Parse(control.Config().Host)
	Expect(err).NotTo(HaveOccurred())
	return u.Host
}

var _ = Describe("Watches", func() {
	It("that break again and again, with all other connections, leave every limit exact", func(ctx SpecContext) {
		one, other := newProxy(apiServer(), 0), newProxy(apiServer(), 0)
		serve(ctx, newReplica(through(one)), newReplica(through(other)))
		const enough = 5
		cuts := func() int64 { return one.cuts.Load() + other.cuts.Load() }
		rushes, turn := []*rush{newRush(ctx), newRush(ctx)}, 0
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		during(ctx, func(ctx context.Context) {
			select {
			case <-ctx.Done():
			case <-tick.C:
				turn++
				[]*proxy{one, other}[turn%2].cut()
			}
		}, func() {
			for _, r := range rushes {
				r.run(ctx)
			}
			for cuts() < enough { // on a quick machine the first rushes ended too soon
				rushes = append(rushes, newRush(ctx).run(ctx))
			}
		})
		AddReportEntry("connections cut", cuts())
		for _, r := range rushes {
			r.isExact(ctx)
		}
	}, NodeTimeout(soon*3))

	It("that stand still keep a replica from judging until they go on", func(ctx SpecContext) {
		watches := newGate()
		both := serve(ctx, newReplica(control.Config()), newReplica(watches.guard(control.Config())))
		current, behind := both[0], both[1]
		r := newRush(ctx)
		isQuiet(ctx)

		watches.shut()
		door.lead(current)
		r.run(ctx)
		guest := lab.Person("guest")
		inv := lab.NewInvitation(pool[0], guest)
		Expect(insist(ctx, func() error { return platform.Create(ctx, inv) })).To(Succeed())
		answers := func() error {
			return once(ctx, control.ConfigFor(guest, lab.People, "system:authenticated"), "invitationresponses", lab.NewResponse(inv, v1alpha1.DecisionDecline))
		}
		isQuiet(ctx) // every admitted change is stored, and the other replica has seen none of it
		door.lead(behind)
		for _, err := range lab.Together(3, func(int) error {
			return once(ctx, control.Config(), "memberships", membership(r.small, lab.Person("late")))
		}) {
			Expect(apierrors.IsServiceUnavailable(err)).To(BeTrue(), "neither admitted nor refused: %v", err)
		}
		Expect(answers()).To(MatchError(apierrors.IsServiceUnavailable, "IsServiceUnavailable"), "an invitation that it has not seen is not said to be none")
		watches.unshut()
		Expect(insist(ctx, answers)).To(Succeed())
		Expect(insist(ctx, func() error { return platform.Create(ctx, membership(r.small, lab.Person("late"))) })).To(MatchError(ContainSubstring("[E5]")))
		r.isExact(ctx)
	}, NodeTimeout(soon*2))
})
