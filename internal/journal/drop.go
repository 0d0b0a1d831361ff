// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
)

// DefaultDropTime is how long an entry whose object never came is kept: more than twice what the API server gives a request.
const DefaultDropTime = 90 * time.Second

// readsARound bounds the live reads of one round, which every request of this replica waits for.
const readsARound = 8

// overdue tells, by a live read, what became of an entry that this replica has itself watched for the drop time. It returns a
// function for one round.
func (j *Journal) overdue(ctx context.Context) func(*facts.Entry) overdue {
	reads := 0
	return func(e *facts.Entry) overdue {
		from, ok := j.watched[e.Text]
		if !ok || j.Clock.Since(from) < j.DropTime || reads == readsARound {
			return notYet
		}
		reads++
		return j.outcome(ctx, e)
	}
}

func (j *Journal) outcome(ctx context.Context, e *facts.Entry) overdue {
	object, err := facts.NewObject(e.Kind)
	if err != nil {
		return notYet // a kind that only a later version knows is for it to drop
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
		return notYet
	case object.GetUID() != e.UID && e.Operation == facts.Create:
		return neverStored
	case object.GetUID() == e.UID && object.GetResourceVersion() == e.ResourceVersion:
		return neverStored
	}
	return stored
}
