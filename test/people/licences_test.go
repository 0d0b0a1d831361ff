// SPDX-License-Identifier: Apache-2.0

package people

import (
	"context"
	"fmt"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/record"
)

const (
	settled  = 8  // members who stay
	visitors = 36 // who come and go
	visits   = 2  // of each
)

var _ = Describe("Licences", func() {
	It("are lowered and raised while people come and go, and limit every seat (E5, E6)", func(ctx SpecContext) {
		owner := lab.Person("owner")
		org := cluster.Organization(ctx, owner, settled+4)
		join(ctx, org, v1alpha1.RoleStandard, persons("settled", settled)...)
		began := seen.Revision()

		s := &storm{org: org, owner: as(owner), told: map[string]int{}}
		over := make(chan struct{})
		lab.InParallel(2, func(i int) {
			if i == 0 {
				s.bargain(ctx, over)
				return
			}
			lab.InParallel(visitors, func(i int) { s.visit(ctx, i, lab.Person("visitor")) })
			close(over)
		})
		fmt.Fprintf(GinkgoWriter, "%v\n", s.told)
		Expect(s.told["granted"]).To(BeNumerically(">", 100))
		Expect(s.told).To(And(HaveKey("E5"), HaveKey("E6"), HaveKey("lowered or raised")), "seats and licences got in each other's way")
		Expect(overbooked(seen.Settled(ctx), began, org.Name)).To(BeEmpty())

		By("exactly as many seats as licences can be filled afterwards")
		const free = 7
		used := usedSeats(ctx, org)
		Expect(finally(ctx, func() error { return subscribe(ctx, s.owner, org, enterprise, used+free) })).To(Succeed())
		answers := lab.AtOnce(ctx, 3*free, func(int) error {
			return cluster.Platform.Create(ctx, lab.NewMembership(org, lab.Person("late"), v1alpha1.RoleStandard))
		})
		Expect(lab.Succeeded(answers)).To(Equal(free), "%v", answers)
		Expect(answers).To(HaveEach(Or(BeNil(), lab.BeRefusedBy("E5"))))
		full := int32(used + free)
		Eventually(func() v1alpha1.SeatsStatus { return live(ctx, org).Status.Seats }).WithContext(ctx).
			Should(And(HaveField("Purchased", full), HaveField("Used", full)))
	}, SpecTimeout(patient))
})

// storm is many requests for the seats of one organization.
type storm struct {
	org   *v1alpha1.Organization
	owner client.Client

	mu   sync.Mutex
	told map[string]int // the number of each answer
}

// ask asks until the answer is final, and reports whether it succeeded. The only reason for a refusal is a lack of seats.
func (s *storm) ask(ctx context.Context, try func() error) bool {
	GinkgoHelper()
	err := finally(ctx, try)
	Expect(err).To(Or(BeNil(), lab.BeRefusedBy("E5")))
	if err != nil {
		s.note("E5")
		return false
	}
	s.note("granted")
	return true
}

func (s *storm) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told[what]++
}

// bargain changes the licences until the storm is over: to fewer than people want, and to fewer than are certainly in use.
func (s *storm) bargain(ctx context.Context, over chan struct{}) {
	GinkgoHelper()
	for i := 0; ; i++ {
		select {
		case <-over:
			return
		default:
		}
		err := finally(ctx, func() error {
			return subscribe(ctx, s.owner, s.org, enterprise, []int{settled + 3, 2 * settled, settled, settled + 6}[i%4])
		})
		Expect(err).To(Or(BeNil(), lab.BeRefusedBy("E6")))
		if err == nil {
			s.note("lowered or raised")
		} else {
			s.note("E6")
		}
	}
}

// visit makes somebody come and go, in one of three ways, until enough visits succeeded. Not every request succeeds.
func (s *storm) visit(ctx context.Context, n int, person string) {
	GinkgoHelper()
	way := []func(context.Context, string) bool{s.rest, s.accept, s.hesitate}[n%3]
	for done := 0; done < visits && ctx.Err() == nil; {
		if way(ctx, person) {
			done++
		}
	}
}

// rest adds somebody, suspends and resumes them, and lets them leave.
func (s *storm) rest(ctx context.Context, person string) bool {
	GinkgoHelper()
	m := lab.NewMembership(s.org, person, v1alpha1.RoleStandard)
	if !s.ask(ctx, func() error { return cluster.Platform.Create(ctx, m) }) {
		return false
	}
	Expect(s.ask(ctx, func() error { return edit(ctx, s.owner, m, `{"suspended":true}`) })).To(BeTrue())
	s.ask(ctx, func() error { return edit(ctx, s.owner, m, `{"suspended":false}`) })
	s.leave(ctx, m)
	return true
}

// accept invites somebody, who accepts with the invitation's seat and then leaves.
func (s *storm) accept(ctx context.Context, person string) bool {
	GinkgoHelper()
	inv := lab.NewInvitation(s.org, person)
	if !s.ask(ctx, func() error { return s.owner.Create(ctx, inv) }) {
		return false
	}
	c := as(person)
	Expect(s.ask(ctx, func() error { return c.Create(ctx, lab.NewResponse(inv, v1alpha1.DecisionAccept)) })).To(BeTrue(), "I8: the seat is theirs")
	var m *v1alpha1.Membership
	Eventually(func() *v1alpha1.Membership {
		m = memberships(ctx, s.org)[person]
		return m
	}).WithContext(ctx).ShouldNot(BeNil())
	s.leave(ctx, m)
	return true
}

// hesitate invites somebody, and revokes the invitation.
func (s *storm) hesitate(ctx context.Context, person string) bool {
	GinkgoHelper()
	inv := lab.NewInvitation(s.org, person)
	if !s.ask(ctx, func() error { return s.owner.Create(ctx, inv) }) {
		return false
	}
	Expect(s.ask(ctx, func() error { return edit(ctx, s.owner, inv, `{"revoked":true}`) })).To(BeTrue())
	return true
}

func (s *storm) leave(ctx context.Context, m *v1alpha1.Membership) {
	GinkgoHelper()
	c := as(m.Spec.User)
	Expect(s.ask(ctx, func() error { return c.Delete(ctx, m.DeepCopy()) })).To(BeTrue(), "R6")
}

// overbooked goes through the history since a revision, and reports each moment with more seats in use than licences.
func overbooked(history []record.Moment, since int64, organization string) (found []string) {
	w := record.World{}
	for _, m := range history {
		w.Apply(m)
		if m.Revision <= since || !strings.HasSuffix(m.ID.Namespace, organization) && m.ID.Name != organization {
			continue
		}
		seats := record.Thing{Rule: "E5", Name: organization}
		if used, licenses := len(w.Taken()[seats]), w.Limit(seats, w.Policy()); used > int(licenses) {
			found = append(found, fmt.Sprintf("revision %d, %s: %d of %d", m.Revision, m.ID, used, licenses))
		}
	}
	return found
}

// usedSeats counts the seats in use, when nothing is in flight.
func usedSeats(ctx context.Context, org *v1alpha1.Organization) int {
	GinkgoHelper()
	return len(record.Last(seen.Settled(ctx)).Taken()[record.Thing{Rule: "E5", Name: org.Name}])
}
