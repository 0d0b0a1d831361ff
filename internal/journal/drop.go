// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
)

// DefaultDropTime is the time for which an entry stays whose object never came. It is more than twice as long as the API server gives a
// request.
const DefaultDropTime = 90 * time.Second

// readsARound bounds the live reads of one round, which requests wait for.
const readsARound = 2

// tidy removes from the state the entries whose end the view has seen, and raises the fences to where it saw them. It also removes entries
// that can never end, and counts them for their actors.
func (j *Journal) tidy(ctx context.Context) {
	j.forgive()
	reads := 0 // of entries that are overdue; requests wait for them
	for _, e := range slices.Clone(j.state.overlay.Entries()) {
		end := j.View.Ended(e)
		switch {
		case end.Seen && end.Exact:
			j.state.raise(e.Kind, end.Fence)
			j.arrived(e)
		case !j.overdue(e) || reads == readsARound:
			continue
		default:
			reads++
			if !j.canGo(ctx, e, end) {
				continue
			}
		}
		j.state.remove(e)
		j.epoch++
	}
}

// overdue reports whether this replica has itself watched an entry for the drop time.
func (j *Journal) overdue(e *facts.Entry) bool {
	w, ok := j.watched[e.Text]
	return ok && j.Clock.Since(w.since) >= j.DropTime
}

// canGo reports whether an overdue entry can go. Either its change was not stored and no longer can be, or this view has seen it
// stored.
func (j *Journal) canGo(ctx context.Context, e *facts.Entry, end facts.End) bool {
	switch became := j.outcome(ctx, e); {
	case became == unknown:
		return false
	case end.Seen:
		j.state.raise(e.Kind, end.Fence)
		return true
	case became == neverStored:
		dropped.WithLabelValues(causeNeverStored).Inc()
		j.blame(e)
		return true
	}
	return false
}

// outcome is the outcome of a change at the drop time.
type outcome int

const (
	unknown     outcome = iota // it could not be read
	stored                     // it was stored; the view will see it
	neverStored                // it was not stored, and no longer can be
)

// outcome reads the outcome of an entry live.
func (j *Journal) outcome(ctx context.Context, e *facts.Entry) outcome {
	object, err := facts.NewObject(e.Kind)
	if err != nil {
		return unknown // the later version that knows this kind will drop the entry
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err = j.Client.Get(ctx, types.NamespacedName{Namespace: e.Namespace, Name: e.Name}, object)
	switch {
	case apierrors.IsNotFound(err) && e.Operation == facts.Create:
		return neverStored
	case apierrors.IsNotFound(err):
		return stored
	case err != nil:
		return unknown
	case object.GetUID() != e.UID && e.Operation == facts.Create:
		return neverStored
	case object.GetUID() == e.UID && object.GetResourceVersion() == e.ResourceVersion:
		return neverStored
	}
	return stored
}
