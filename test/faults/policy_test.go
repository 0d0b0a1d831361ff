// SPDX-License-Identifier: Apache-2.0

//go:build long

package faults

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A change of the limits", func() {
	policy := &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: "default"}}

	// limit sets how many organizations a user may be in.
	limit := func(ctx context.Context, n int32) error {
		return insist(ctx, func() error {
			current := &v1alpha1.PlatformPolicy{}
			if err := platform.Get(ctx, client.ObjectKeyFromObject(policy), current); err != nil {
				return err
			}
			current.Spec.Limits = &v1alpha1.LimitsPolicy{OrganizationsPerUser: &n,
				CreatedOrganizationsPerUser: ptr.To[int32](2), InvitedCRMPlusPerUser: ptr.To[int32](1)}
			return platform.Update(ctx, current)
		})
	}
	// wanted asks for a place of the user in every organization of the pool at once, and counts the places that it gets.
	wanted := func(ctx context.Context, user, refusal string) (given int) {
		for _, err := range lab.Together(len(pool), func(i int) error {
			return insist(ctx, func() error { return platform.Create(ctx, membership(pool[i], user)) })
		}) {
			if err == nil {
				given++
			} else {
				Expect(err).To(MatchError(Or(ContainSubstring(refusal), ContainSubstring("[L6]"))))
			}
		}
		return given
	}
	begin := func(ctx context.Context) {
		own := policy.DeepCopy()
		Expect(insist(ctx, func() error { return platform.Create(ctx, own) })).To(Succeed())
		DeferCleanup(func(ctx SpecContext) {
			Expect(insist(ctx, func() error { return platform.Delete(ctx, own) })).To(Succeed())
			isQuiet(ctx)
		})
	}

	It("has effect at once, also for a replica whose watches stand still", func(ctx SpecContext) {
		watches := newGate()
		both := serve(ctx, newReplica(control.Config()), newReplica(watches.guard(control.Config())))
		begin(ctx)
		isQuiet(ctx)
		user, given := lab.Person("wanted"), make(chan int, 1)
		watches.shut()
		door.lead(both[0])
		Expect(limit(ctx, 3)).To(Succeed())
		door.lead(both...)
		go func() {
			defer GinkgoRecover()
			given <- wanted(ctx, user, "(used 3 of 3) [L1]")
		}()
		Eventually(ctx, func() []v1alpha1.Membership { return placesOf(ctx, user) }).Should(HaveLen(3))
		watches.unshut()
		Eventually(ctx, given).Should(Receive(Equal(3)))
		isQuiet(ctx)
	}, NodeTimeout(soon*2))

	It("during requests at the limit takes nothing away, and lets nobody exceed both limits", func(ctx SpecContext) {
		serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
		begin(ctx)
		Expect(limit(ctx, 6)).To(Succeed())
		const users = 4
		given, changes := map[string]int{}, int32(0)
		during(ctx, func(ctx context.Context) { // between 4 and 6
			if limit(ctx, 4+2*(changes%2)) == nil {
				changes++
			}
		}, func() {
			for range users {
				user := lab.Person("wanted")
				given[user] = wanted(ctx, user, "[L1]")
			}
		})
		AddReportEntry("changes of the limit meanwhile", changes)
		Expect(changes).To(BeNumerically(">", 0))
		Expect(limit(ctx, 10)).To(Succeed())
		for user, n := range given {
			Expect(n).To(And(BeNumerically(">=", 4), BeNumerically("<=", 6)))
			Expect(placesOf(ctx, user)).To(HaveLen(n))
			Expect(n + wanted(ctx, user, "(used 10 of 10) [L1]")).To(Equal(10))
		}
		isQuiet(ctx)
	}, NodeTimeout(soon*2))
})
