// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/record"
)

// spare is how many requests there are for a thing beyond its free room.
const spare = 2

// A try asks for one more of a thing.
type try struct {
	thing record.Thing
	do    func(ctx context.Context) error
}

// probe asks for more than the free room of every limited thing, all at once. Exactly as many succeed as there is room, by the rulebook's
// own count (world). It returns the requests.
func probe(ctx context.Context, s *stage, w record.World) []try {
	GinkgoHelper()
	t := w.Taken()
	free := func(k record.Thing) int { return max(0, int(w.Limit(k, w.Policy()))-len(t[k])) }
	tries := probes(ctx, s, w, free)
	got := map[record.Thing]int{}
	var mu sync.Mutex
	lab.InParallel(len(tries), func(i int) {
		a := read(insist(ctx, tries[i].do))
		Expect(a).To(BeElementOf(done, full), "%v", tries[i].thing)
		if a == done {
			mu.Lock()
			defer mu.Unlock()
			got[tries[i].thing]++
		}
	})
	fmt.Fprintf(GinkgoWriter, "%d asked for one more, %d things got full\n", len(tries), len(got))
	for _, k := range tries {
		Expect(got[k.thing]).To(Equal(free(k.thing)), "%v had %d", k.thing, len(t[k.thing]))
	}
	return tries
}

// refuseForFree asks again for full things, and expects that this writes nothing.
func refuseForFree(ctx context.Context, tries []try) {
	GinkgoHelper()
	version := emptyJournal(ctx)
	before := record.Last(seen.Settled(ctx))
	lab.InParallel(len(tries), func(i int) {
		Expect(insist(ctx, tries[i].do)).To(Or(BeNil(), WithTransform(read, Equal(full)))) // nil: the object exists
	})
	Expect(emptyJournal(ctx)).To(Equal(version), "a refusal writes nothing")
	Expect(record.Last(seen.Settled(ctx))).To(HaveLen(len(before)))
}

func probes(ctx context.Context, s *stage, w record.World, free func(record.Thing) int) (all []try) {
	GinkgoHelper()
	rooms := numbered(lab.Unique("room"), int(w.Policy().OrganizationsPerUser)+spare)
	halls := numbered(lab.Unique("hall"), int(w.Policy().PendingPerUser)+spare)
	namespaces(ctx, append(rooms, halls...)...)
	add := func(k record.Thing, n int, of func(i int) func(context.Context) error) {
		for i := range n {
			all = append(all, try{k, of(i)})
		}
	}
	for _, person := range s.people {
		k := record.Thing{Rule: "L1", Name: address(person)}
		add(k, free(k)+spare, func(i int) func(context.Context) error {
			return func(ctx context.Context) error {
				return create(ctx, platform, newMembership(rooms[i], person, address(person)))
			}
		})
		k = record.Thing{Rule: "L7", Name: address(person)}
		add(k, free(k)+spare, func(i int) func(context.Context) error {
			return func(ctx context.Context) error {
				return create(ctx, platform, newInvitation(halls[i], address(person)))
			}
		})
	}
	for _, o := range w {
		if o, ok := o.(*v1alpha1.Organization); ok && slices.Contains(slices.Concat(s.settled, s.passing), o.Name) {
			k := record.Thing{Rule: "E5", Name: o.Name}
			add(k, free(k)+spare, func(i int) func(context.Context) error {
				guest := fmt.Sprintf("%s-guest-%d", o.Name, i)
				return func(ctx context.Context) error {
					return create(ctx, platform, newMembership(o.Name, guest, address(guest)))
				}
			})
		}
	}
	for _, host := range s.hosts {
		add(record.Thing{Rule: "A2", Name: host + "." + record.BaseDomain}, 1+spare, func(i int) func(context.Context) error {
			name := fmt.Sprintf("%s-%d", host, i)
			return func(ctx context.Context) error {
				o := newOrganization(name, address(name), 1)
				o.Spec.AccessURL = &v1alpha1.AccessURL{Name: host}
				return create(ctx, platform, o)
			}
		})
	}
	for _, account := range s.accounts {
		add(record.Thing{Rule: "G1 account", Name: "ZohoDesk/ " + account}, 1+spare, func(i int) func(context.Context) error {
			return func(ctx context.Context) error {
				return create(ctx, platform, newBinding(rooms[i], account, "ZohoDesk", account))
			}
		})
	}
	return all
}
