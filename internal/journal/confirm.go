// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// confirmed reports, by live reads, whether all that a request relies on still stands. The read comes after the journal was read that
// the request is judged on, and before it is written. So nobody else can have been admitted on the place or seat that would be free
// if the fact had ended: their entry would be in this journal, or a later one, over which nothing is written.
func (j *Journal) confirmed(ctx context.Context, r *request) bool {
	for _, f := range slices.Compact(r.relies) {
		stands, err := j.stands(ctx, f)
		if err != nil {
			j.fail(ctx, err)
		}
		if !stands {
			return false
		}
	}
	return true
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
