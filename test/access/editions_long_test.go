// SPDX-License-Identifier: Apache-2.0

//go:build long

package access

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// shared is how many members two organizations have in common.
const shared = 10_000

var _ = Describe("An edition that is limited for each person (E7)", func() {
	It(fmt.Sprintf("goes to one of two organizations that share %d members and change at once", shared), func(ctx context.Context) {
		l := lab.Start(ctx, lab.Options{}) // another cluster: with so many people at work, other specs would wait long
		pair := [2]*v1alpha1.Organization{}
		for i := range pair {
			pair[i] = l.Organization(ctx, lab.Person("owner"), 2*shared)
			joinAll(ctx, l, pair[i])
		}
		began := time.Now()
		answers := lab.AtOnce(ctx, len(pair), func(i int) error {
			return lab.Change(ctx, l.As(pair[i].Spec.SuperAdmin), pair[i], func(o *v1alpha1.Organization) {
				o.Spec.Subscription.Edition = v1alpha1.EditionZohoOne
			})
		})
		AddReportEntry("until both were answered", time.Since(began))
		Expect(answers).To(ConsistOf(BeNil(), And(lab.BeRefusedBy("E7"),
			MatchError(ContainSubstring(fmt.Sprintf("%d members cannot be in one more ZohoOne organization (L5)", shared))))))
	}, NodeTimeout(30*time.Minute))
})

// joinAll makes people members of an organization, through admission.
func joinAll(ctx context.Context, l *lab.Lab, org *v1alpha1.Organization) {
	GinkgoHelper()
	const hands = 64
	answers := lab.AtOnce(ctx, hands, func(hand int) error {
		for i := hand; i < shared; i += hands {
			m := lab.NewMembership(org, fmt.Sprintf("shared-%04d@zylker.com", i), v1alpha1.RoleStandard)
			if err := lab.Insist(ctx, func() error { return l.Platform.Create(ctx, m) }); err != nil {
				return err
			}
		}
		return nil
	})
	Expect(lab.Succeeded(answers)).To(Equal(hands), "%v", answers)
}
