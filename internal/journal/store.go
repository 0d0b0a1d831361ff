// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
)

// callTime bounds one call, so that one that hangs does not hold up every request of this replica.
const callTime = 3 * time.Second

// load makes sure that the state is known: it reads the journal, or makes it where there is none.
func (j *Journal) load(ctx context.Context) error {
	if j.state != nil {
		return nil
	}
	stored, err := j.read(ctx)
	if apierrors.IsNotFound(err) {
		stored, err = j.create(ctx)
	}
	if err != nil {
		return err
	}
	j.adopt(stored)
	return nil
}

func (j *Journal) read(ctx context.Context) (*v1alpha1.Journal, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	stored := &v1alpha1.Journal{}
	return stored, j.Client.Get(ctx, client.ObjectKey{Name: v1alpha1.JournalName}, stored)
}

// create makes a journal, which is closed: it does not echo its UID yet.
func (j *Journal) create(ctx context.Context) (*v1alpha1.Journal, error) {
	made := &v1alpha1.Journal{
		ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.JournalName},
		Spec:       v1alpha1.JournalSpec{Format: Format},
	}
	controllerutil.AddFinalizer(made, v1alpha1.JournalFinalizer)
	err := j.Client.Create(ctx, made)
	if apierrors.IsAlreadyExists(err) {
		return j.read(ctx) // another replica was first
	}
	if err != nil {
		return nil, fmt.Errorf("make the journal: %w", err)
	}
	return made, nil
}

// adopt takes what is stored as the state, and goes on watching the entries that it has watched before.
func (j *Journal) adopt(stored *v1alpha1.Journal) {
	j.state = newState(stored)
	now := j.Clock.Now()
	watched := make(map[string]since, len(j.watched))
	for _, e := range j.state.overlay.Entries() {
		id := identify(e)
		if watched[id] = j.watched[id]; watched[id].IsZero() {
			watched[id] = now
		}
	}
	j.watched = watched
}

// identify names an entry among all.
func identify(e *facts.Entry) string {
	return fmt.Sprint(e.UID, e.Operation, e.ResourceVersion, e.JournalEntry.Facts)
}

// confirm reads the journal live and reports whether it is still what was judged on.
func (j *Journal) confirm(ctx context.Context) (current bool, err error) {
	stored, err := j.read(ctx)
	if err != nil {
		j.state = nil
		return false, err
	}
	if current = stored.ResourceVersion == j.state.object.ResourceVersion && stored.UID == j.state.object.UID; !current {
		j.adopt(stored)
	}
	return current, nil
}

// commit writes the draft over what was judged on. When that fails, whatever is stored is read anew: a write that timed out
// may have succeeded, and judging its requests again is harmless.
func (j *Journal) commit(ctx context.Context, draft *state) (current bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	next := draft.write()
	err = j.Client.Update(ctx, next)
	switch {
	case err == nil:
		j.adopt(next)
		return true, nil
	case apierrors.IsConflict(err):
		j.state = nil
		return false, nil
	}
	j.state = nil
	return false, err
}

// overdue tells what became of an entry that this replica has watched for the drop time, by a live read.
func (j *Journal) overdue(ctx context.Context, e *facts.Entry) overdue {
	from, ok := j.watched[identify(e)]
	if !ok || j.Clock.Since(from) < j.DropTime {
		return notYet
	}
	object, err := facts.NewObject(e.Kind)
	if err != nil {
		return notYet // a kind that only a later version knows is for it to drop
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err = j.Client.Get(ctx, types.NamespacedName{Namespace: e.Namespace, Name: e.Name}, object)
	switch {
	case apierrors.IsNotFound(err) && e.Operation == v1alpha1.JournalCreate:
		return neverStored
	case apierrors.IsNotFound(err):
		return stored
	case err != nil:
		return notYet
	case object.GetUID() != e.UID && e.Operation == v1alpha1.JournalCreate:
		return neverStored
	case object.GetUID() == e.UID && object.GetResourceVersion() == e.ResourceVersion:
		return neverStored
	}
	return stored
}
