// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// A play is one random history: who plays, for how long, and from which seed.
type play struct {
	seed     int64
	replicas int
	length   time.Duration

	stage *stage
	mu    sync.Mutex
	told  map[string]map[answer]int // by act
}

// actors is how many ask at once.
const actors = 8

// run lets a history happen, waits for quiet, and judges it.
func (p *play) run(ctx context.Context) {
	GinkgoHelper()
	fmt.Fprintf(GinkgoWriter, "%s=%d, %d replicas, %s\n", seedVariable, p.seed, p.replicas, p.length)
	p.stage, p.told = newStage(unique("h")), map[string]map[answer]int{}
	staff(ctx, p.replicas, withControllers)
	p.open(ctx)
	p.happen(ctx)
	for _, a := range acts {
		fmt.Fprintf(GinkgoWriter, "%-28s %v\n", a.name, p.told[a.name])
	}
	restart(ctx, p.all()...) // whatever was paused or held is forgotten
	w := quiet(ctx)
	probe(ctx, p.stage, w)
	Expect(insist(ctx, func(ctx context.Context) error { return platform.Delete(ctx, defaultPolicy()) })).To(Succeed())
}

func (p *play) all() (which []int) {
	for i := range p.replicas {
		which = append(which, i)
	}
	return which
}

// open makes the organizations that stay, and a policy with narrow limits.
func (p *play) open(ctx context.Context) {
	GinkgoHelper()
	s := p.stage
	namespaces(ctx, s.settled...)
	policy := defaultPolicy()
	policy.Spec.Limits = limits(4, 3, 3)
	Expect(insist(ctx, func(ctx context.Context) error { return create(ctx, platform, policy) })).To(Succeed())
	inParallel(len(s.settled), func(i int) {
		o := newOrganization(s.settled[i], address(s.people[i]), int32(4+i%3))
		Expect(insist(ctx, func(ctx context.Context) error { return create(ctx, platform, o) })).To(Succeed())
	})
}

// happen lets actors act and faults strike until the time is over.
func (p *play) happen(ctx context.Context) {
	GinkgoHelper()
	over, cancel := context.WithTimeout(ctx, p.length)
	defer cancel()
	inParallel(actors+1, func(i int) {
		dice := rand.New(rand.NewPCG(uint64(p.seed), uint64(i))) //nolint:gosec // a seed is to be repeatable
		if i == actors {
			p.strike(over, ctx, dice)
			return
		}
		for over.Err() == nil {
			a := next(dice)
			d := p.stage.draw(dice)
			hurried(ctx, dice, func(ctx context.Context) { p.note(a.name, read(a.do(ctx, d))) })
		}
	})
}

func (p *play) note(name string, a answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.told[name] == nil {
		p.told[name] = map[answer]int{}
	}
	p.told[name][a]++
}

// strike lets one fault after another strike, with calm between them, until the time is over.
func (p *play) strike(over, ctx context.Context, dice *rand.Rand) {
	for calm(over, dice) {
		i := dice.IntN(p.replicas)
		switch n := dice.IntN(4); n {
		case 0:
			crash(ctx, i)
		case 1:
			crash(ctx, p.all()...)
		case 2:
			pauseReplica(i)
			calm(over, dice)
			resume(i)
		case 3:
			hold(i)
			calm(over, dice)
			release(i)
		}
		p.revive(ctx)
	}
}

// calm waits for up to two seconds, and reports whether there is time left.
func calm(over context.Context, dice *rand.Rand) bool {
	select {
	case <-over.Done():
		return false
	case <-time.After(time.Duration(dice.IntN(2000)) * time.Millisecond):
		return true
	}
}

// revive starts what ended by itself, as a leader does that was paused for too long.
func (p *play) revive(ctx context.Context) {
	for _, i := range p.all() {
		if !operator.Process(i).Running() {
			p.note("revive", done)
			restart(ctx, i)
		}
	}
}

// quiet waits until nothing is under way any more, judges all that happened, and returns the world as it is.
func quiet(ctx context.Context) world {
	GinkgoHelper()
	length := 0
	Eventually(func(g Gomega) {
		all, err := seen.history()
		g.Expect(err).NotTo(HaveOccurred())
		before := length
		length = len(all)
		g.Expect(length).To(Equal(before), "something goes on")
		for id, o := range last(all) {
			g.Expect(o.GetDeletionTimestamp()).To(BeNil(), "%s goes", id)
			if r, ok := o.(*v1alpha1.InvitationResponse); ok {
				g.Expect(r.Status.CompletedAt).NotTo(BeNil(), "%s is carried out", id)
			}
		}
		g.Expect(newcomers(last(all))).To(BeEmpty(), "every organization has its super admin for a member")
	}).WithPolling(time.Second).Should(Succeed())
	emptyJournal(ctx)
	Expect(judged.check(seen.settled(ctx))).To(BeEmpty(), "what was stored ought not to have been")
	return judged.world
}

// newcomers are organizations whose super admin is not a member yet.
func newcomers(w world) (names []string) {
	members := map[string]bool{}
	for _, o := range w {
		if m, ok := o.(*v1alpha1.Membership); ok {
			members[m.Namespace+" "+m.Spec.User] = true
		}
	}
	for _, o := range w {
		if o, ok := o.(*v1alpha1.Organization); ok && !members[v1alpha1.NamespacePrefix+o.Name+" "+o.Spec.SuperAdmin] {
			names = append(names, o.Name)
		}
	}
	return names
}

// randomHistories are played with two replicas and with three, with controllers.
func randomHistories(length time.Duration) {
	for n := range 2 {
		It(fmt.Sprintf("keeps every limit at every moment of a random history, and gives all that is free, with %d replicas", 2+n), func(ctx SpecContext) {
			p := &play{seed: seed() + int64(n), replicas: 2 + n, length: length}
			p.run(ctx)
		}, SpecTimeout(length+4*time.Minute))
	}
}
