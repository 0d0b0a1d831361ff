// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// mostConfirmations bounds the live reads of one round for facts that requests rely on, because all other requests wait for them.
const mostConfirmations = 16

// confirmations are the results of live reads of lapsing facts since the journal is at one version.
//
// The order is: this replica knows the journal, reads the fact live, and writes the journal. Suppose that another replica has meanwhile
// admitted a change to the place that would be free without the fact. Its entry is then in this journal, or in a later one. This replica
// cannot write over a later one. For the same reason the answer holds as long as the journal is at that version.
type confirmations struct {
	version string
	stands  map[rules.Lapsing]bool
	reads   int // in this round
}

// begin starts a round on a version of the journal.
func (c *confirmations) begin(version string) {
	if c.version != version || c.stands == nil {
		c.version, c.stands = version, map[rules.Lapsing]bool{}
	}
	c.reads = 0
}

// refute reports whether a read has shown that one of some facts has ended. The view still has that fact, and will show its end too.
func (c *confirmations) refute(reliedOn []rules.Lapsing) bool {
	return slices.ContainsFunc(reliedOn, func(f rules.Lapsing) bool {
		stands, known := c.stands[f]
		return known && !stands
	})
}

// confirmed reports, by live reads, whether all facts that a request relies on still stand. If the round has no reads left, that is not
// known.
func (j *Journal) confirmed(ctx context.Context, r *request) (stands, known bool) {
	if r.entry != nil && !r.DryRun && !j.state.hasRoomFor(r.entry) {
		return false, true // it waits for room in any case
	}
	for _, f := range slices.Compact(r.relies) {
		stands, known := j.confirmations.stands[f]
		if !known {
			if j.confirmations.reads == mostConfirmations {
				return false, false
			}
			stands = j.readsAs(ctx, f)
		}
		if !stands {
			return false, true
		}
	}
	return true, true
}

// readsAs reads a fact live, and keeps the result.
func (j *Journal) readsAs(ctx context.Context, f rules.Lapsing) bool {
	j.confirmations.reads++
	stands, err := j.stands(ctx, f)
	if err != nil {
		j.fail(ctx, err)
		return false
	}
	j.confirmations.stands[f] = stands
	return stands
}

// stands reports, by a live read, whether the object that stated a fact still states it.
func (j *Journal) stands(ctx context.Context, f rules.Lapsing) (bool, error) {
	kind, name, ok := j.View.Find(f.StatedBy())
	if !ok {
		return false, nil
	}
	object, err := facts.NewObject(kind)
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := j.Client.Get(ctx, name, object); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	return slices.Contains(facts.Of(object, j.View.BaseDomain()), rules.Fact(f)), nil
}
