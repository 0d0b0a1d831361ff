// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/record"
)

// A play is one random history, from a seed. Its parts have one length, and each its number of replicas.
type play struct {
	seed     int64
	replicas []int
	length   time.Duration

	stage *stage
	mu    sync.Mutex
	told  map[string]map[answer]int // by the kind of request
}

// actors is how many actors ask at once.
const actors = 8

// run plays a history, waits for quiet, and judges it.
func (p *play) run(ctx context.Context) {
	GinkgoHelper()
	fmt.Fprintf(GinkgoWriter, "%s=%d, %v replicas, %s each\n", seedVariable, p.seed, p.replicas, p.length)
	p.stage, p.told = newStage(lab.Unique("h")), map[string]map[answer]int{}
	for n, replicas := range p.replicas {
		staff(ctx, replicas, withControllers)
		if n == 0 {
			p.open(ctx)
		}
		p.happen(ctx, replicas)
	}
	for _, a := range acts {
		fmt.Fprintf(GinkgoWriter, "%-28s %v\n", a.name, p.told[a.name])
	}
	at := p.replicas[len(p.replicas)-1]
	tries := probe(ctx, p.stage, quiet(ctx, at))
	quiet(ctx, at)
	refuseForFree(ctx, tries)
	Expect(insist(ctx, func(ctx context.Context) error { return platform.Delete(ctx, defaultPolicy()) })).To(Succeed())
}

// open makes the organizations that stay, and a policy with narrow limits.
func (p *play) open(ctx context.Context) {
	GinkgoHelper()
	s := p.stage
	namespaces(ctx, s.settled...)
	policy := defaultPolicy()
	policy.Spec.Limits = limits(4, 3, 3)
	Expect(insist(ctx, func(ctx context.Context) error { return create(ctx, platform, policy) })).To(Succeed())
	lab.InParallel(len(s.settled), func(i int) {
		o := newOrganization(s.settled[i], address(s.people[i]), int32(4+i%3))
		Expect(insist(ctx, func(ctx context.Context) error { return create(ctx, platform, o) })).To(Succeed())
	})
}

// happen runs the actors on the stage, while faults strike.
func (p *play) happen(ctx context.Context, replicas int) {
	GinkgoHelper()
	disturbed(ctx, p.length, p.seed+int64(replicas), replicas, actors, func(over context.Context, _ int, dice *rand.Rand) {
		for over.Err() == nil {
			a := next(dice)
			d := p.stage.draw(dice)
			hurried(ctx, dice, func(ctx context.Context) {
				if err := a.do(ctx, d); !errors.Is(err, errNothing) {
					p.note(a.name, read(err))
				}
			})
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

// quiet waits until nothing is in flight among so many replicas, judges the whole history, and returns the current world.
func quiet(ctx context.Context, replicas int) record.World {
	GinkgoHelper()
	length := 0
	Eventually(func(g Gomega) {
		revive(ctx, replicas)
		all, err := seen.History()
		g.Expect(err).NotTo(HaveOccurred())
		before := length
		length = len(all)
		g.Expect(length).To(Equal(before), "something goes on")
		for id, o := range record.Last(all) {
			g.Expect(o.GetDeletionTimestamp()).To(BeNil(), "%s goes", id)
			if r, ok := o.(*v1alpha1.InvitationResponse); ok {
				g.Expect(r.Status.CompletedAt).NotTo(BeNil(), "%s is carried out", id)
			}
		}
		g.Expect(newcomers(record.Last(all))).To(BeEmpty(), "every organization has its super admin for a member")
	}).WithPolling(time.Second).Should(Succeed())
	emptyJournal(ctx)
	Expect(judged.Check(seen.Settled(ctx))).To(BeEmpty(), "what was stored ought not to have been")
	return judged.World
}

// newcomers are organizations whose super admin should be a member and is not one yet. A super admin over a limit, which was lowered before
// the controllers saw the organization, gets no power from it.
func newcomers(w record.World) (names []string) {
	members, t := map[string]bool{}, w.Taken()
	for _, o := range w {
		if m, ok := o.(*v1alpha1.Membership); ok {
			members[m.Namespace+" "+m.Spec.User] = true
		}
	}
	for _, o := range w {
		o, ok := o.(*v1alpha1.Organization)
		if ok && !members[v1alpha1.NamespacePrefix+o.Name+" "+o.Spec.SuperAdmin] && !over(w, t, o.Spec.SuperAdmin) {
			names = append(names, o.Name)
		}
	}
	return names
}

// over reports whether a user is over a limit.
func over(w record.World, t record.Taken, user string) bool {
	return slices.ContainsFunc([]string{"L1", "L2", "L3", "L4", "L5"}, func(rule string) bool {
		k := record.Thing{Rule: rule, Name: user}
		return int32(len(t[k])) > w.Limit(k, w.Policy())
	})
}

// randomHistories are played with controllers.
func randomHistories() {
	for n, replicas := range plays {
		It(fmt.Sprintf("keeps every limit at every moment of random history %d, and then gives all free places", n+1), func(ctx SpecContext) {
			p := &play{seed: seed() + int64(10*n), replicas: replicas, length: length}
			p.run(ctx)
		}, SpecTimeout(time.Duration(len(replicas))*length+4*time.Minute))
	}
}
