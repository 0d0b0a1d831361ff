// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/record"
)

// crowd is how many requests come at once.
const crowd = 200

// A contest is a crowd of requests for a thing that only so many can have.
type contest struct {
	name       string
	thing      record.Thing
	crowd, win int
	try        func(ctx context.Context, i int) error

	mu       sync.Mutex
	answers  map[answer]int
	answered int
	late     int // answered after the crash
	killed   bool
}

// hold sends all requests at once, each until the answer is final. It kills both replicas when a twentieth has an answer; in a small crowd,
// before the first answer. The last tenth comes when both are dead.
func (c *contest) hold(ctx context.Context) {
	GinkgoHelper()
	c.answers = map[answer]int{}
	enough, dead := make(chan struct{}), make(chan struct{})
	if c.crowd < 20 {
		close(enough)
	}
	lab.InParallel(c.crowd+1, func(i int) {
		if i == c.crowd {
			<-enough
			c.kill()
			close(dead)
			restart(ctx, 0, 1)
			return
		}
		if i >= c.crowd*9/10 || c.crowd < 20 {
			<-dead
		}
		if c.note(read(insist(ctx, func(ctx context.Context) error { return c.try(ctx, i) }))) == c.crowd/20 {
			close(enough)
		}
	})
}

func (c *contest) kill() {
	GinkgoHelper()
	Expect(operator.Kill(0)).To(Succeed())
	Expect(operator.Kill(1)).To(Succeed())
	c.mu.Lock()
	c.killed = true
	c.mu.Unlock()
}

// note counts an answer, and returns how many there are.
func (c *contest) note(a answer) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers[a]++
	c.answered++
	if c.killed {
		c.late++
	}
	return c.answered
}

// contests are for a user's places and pending invitations, and for an organization's seats and slots. They are also for a host, an
// account, and John's room for one more organization.
func contests(branches []string, shop, john string) []*contest {
	alice, bob := lab.Person("alice"), lab.Person("bob")
	return []*contest{
		{name: "L1, places of a user", thing: record.Thing{Rule: "L1", Name: alice}, crowd: crowd, win: 10, try: func(ctx context.Context, i int) error {
			return create(ctx, platform, newMembership(branches[i], "alice", alice))
		}},
		{name: "E5, seats", thing: record.Thing{Rule: "E5", Name: shop}, crowd: crowd, win: 5, try: func(ctx context.Context, i int) error {
			user := fmt.Sprintf("guest-%d@zylker.com", i)
			if i%2 == 0 {
				return create(ctx, platform, newInvitation(shop, user))
			}
			return create(ctx, platform, newMembership(shop, fmt.Sprint("guest-", i), user))
		}},
		{name: "A2, a host", thing: record.Thing{Rule: "A2", Name: "wanted." + record.BaseDomain}, crowd: crowd, win: 1, try: func(ctx context.Context, i int) error {
			o := newOrganization(fmt.Sprint("rival-", i), fmt.Sprintf("rival-%d@zylker.com", i), 1)
			o.Spec.AccessURL = &v1alpha1.AccessURL{Name: "wanted"}
			return create(ctx, platform, o)
		}},
		{name: "G1, an account", thing: record.Thing{Rule: "G1 account", Name: "ZohoDesk/ support"}, crowd: crowd, win: 1, try: func(ctx context.Context, i int) error {
			return create(ctx, platform, newBinding(branches[i], "desk", "ZohoDesk", "support"))
		}},
		{name: "G1, slots", thing: record.Thing{Rule: "G1 slot", Name: "ZohoSalesIQ/ " + shop}, crowd: crowd, win: 5, try: func(ctx context.Context, i int) error {
			site := fmt.Sprint("site-", i)
			return create(ctx, platform, newBinding(shop, site, "ZohoSalesIQ", site))
		}},
		{name: "L7, pending invitations", thing: record.Thing{Rule: "L7", Name: bob}, crowd: crowd, win: 20, try: func(ctx context.Context, i int) error {
			return create(ctx, platform, newInvitation(branches[i], bob))
		}},
		{name: "L2, room to create", thing: record.Thing{Rule: "L2", Name: john}, crowd: 5, win: 1, try: func(ctx context.Context, i int) error {
			return create(ctx, as(john), newOrganization(fmt.Sprint("own-", i), john, 0))
		}},
	}
}

// endToEnd runs the contests, without controllers.
func endToEnd() {
	branches, shop, john := numbered("branch", crowd), "shop", "john@zylker.com"

	It("starts two replicas for the contests", func(ctx SpecContext) {
		staff(ctx, 2, withoutControllers)
		namespaces(ctx, append(branches, shop)...)
		var orgs []*v1alpha1.Organization
		for i, name := range branches {
			orgs = append(orgs, newOrganization(name, fmt.Sprintf("owner-%d@zylker.com", i), 9))
		}
		for i := range 4 {
			orgs = append(orgs, newOrganization(fmt.Sprint("john-", i), john, 1))
		}
		orgs = append(orgs, newOrganization(shop, "owner@zylker.com", 6))
		lab.InParallel(len(orgs), func(i int) {
			Expect(insist(ctx, func(ctx context.Context) error { return create(ctx, platform, orgs[i]) })).To(Succeed())
		})
		lab.Grant(ctx, platform, orgs...) // no controller does
	}, SpecTimeout(soon))

	all := contests(branches, shop, john)
	for _, c := range all {
		It("holds a limit exactly while both replicas are killed: "+c.name, func(ctx SpecContext) {
			began := time.Now()
			c.hold(ctx)
			fmt.Fprintf(GinkgoWriter, "%v, %d of them after the crash, in %s\n", c.answers, c.late, time.Since(began))
			Expect(c.answers).To(Equal(map[answer]int{done: c.win, full: c.crowd - c.win}))
			Expect(c.late).To(BeNumerically(">", 0), "the crash was felt")
		}, SpecTimeout(2*time.Minute))
	}

	It("exceeded no limit at any moment, and used each up", func(ctx SpecContext) {
		Expect(judged.Check(seen.Settled(ctx))).To(BeEmpty())
		w := judged.World
		for _, c := range all {
			Expect(w.Taken()[c.thing]).To(HaveLen(int(w.Limit(c.thing, w.Policy()))), c.name)
		}
	}, SpecTimeout(soon))
}
