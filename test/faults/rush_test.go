// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	places = 10 // of a user (L1)
	seats  = 5  // of the small organization (E5), without its super admin's
	buyers = 10 // people who want one of these
)

// rush is more demand than there are places and seats. More organizations want a user than they may be in (L1), and more people want to
// join an organization than it has seats (E5).
type rush struct {
	user  string
	small *v1alpha1.Organization
	asked []*v1alpha1.Membership // first the user's, then the organization's
}

// newRush prepares the demand. A replica must serve.
func newRush(ctx context.Context) *rush {
	GinkgoHelper()
	r := &rush{user: lab.Person("wanted"), small: create(ctx, lab.NewOrganization(lab.Person("owner"), seats+1))}
	for _, org := range pool {
		r.asked = append(r.asked, membership(org, r.user))
	}
	for range buyers {
		r.asked = append(r.asked, membership(r.small, lab.Person("buyer")))
	}
	return r
}

// run asks for everything at once, and expects that exactly the free places and seats are given, whatever fails meanwhile. Each refusal
// tells the truth: the limit, and that it is used up.
func (r *rush) run(ctx context.Context) *rush {
	GinkgoHelper()
	answers := lab.Together(len(r.asked), func(i int) error {
		return insist(ctx, func() error { return platform.Create(ctx, r.asked[i].DeepCopy()) })
	})
	given := func(of []error, rule string) (n int) {
		for _, err := range of {
			if err == nil {
				n++
			} else {
				Expect(err).To(MatchError(ContainSubstring(rule)))
			}
		}
		return n
	}
	Expect(given(answers[:len(pool)], "(used 10 of 10) [L1]")).To(Equal(places))
	Expect(given(answers[len(pool):], "(used 6 of 6) [E5]")).To(Equal(seats))
	return r
}

// isExact expects that exactly the given places are stored, and that a place can be given again once it is free. It also expects an empty
// journal when all is quiet.
func (r *rush) isExact(ctx context.Context) {
	GinkgoHelper()
	joined := placesOf(ctx, r.user)
	Expect(joined).To(HaveLen(places))
	Expect(membersOf(ctx, r.small)).To(HaveLen(seats))
	Expect(insist(ctx, func() error { return client.IgnoreNotFound(platform.Delete(ctx, &joined[0])) })).To(Succeed())
	free := joined[0].DeepCopy()
	free.ObjectMeta = metaOf(free.Namespace)
	Expect(insist(ctx, func() error { return platform.Create(ctx, free.DeepCopy()) })).To(Succeed(), "a free place is given again")
	Expect(insist(ctx, func() error { return platform.Create(ctx, membership(r.small, lab.Person("late"))) })).To(MatchError(ContainSubstring("[E5]")))
	isQuiet(ctx)
}
