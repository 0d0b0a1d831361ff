// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/facts"
)

// callTime bounds one call, so that a call that hangs does not hold up every request of this replica.
const callTime = 3 * time.Second

// ErrRestored ends a replica: the API server went back to an earlier state than this replica knows.
var ErrRestored = errors.New("the journal has gone back to an earlier resource version: the cluster's storage was restored, so this replica starts anew")

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
	return j.adopt(stored)
}

func (j *Journal) read(ctx context.Context) (*corev1.ConfigMap, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	stored := &corev1.ConfigMap{}
	return stored, j.Client.Get(ctx, client.ObjectKey{Namespace: j.Namespace, Name: Name}, stored)
}

// create makes a journal, which is closed: it does not echo its UID yet.
func (j *Journal) create(ctx context.Context) (*corev1.ConfigMap, error) {
	made := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: j.Namespace, Name: Name, Finalizers: []string{Finalizer}},
		Data:       (&Record{Format: Format}).data(),
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err := j.Client.Create(ctx, made)
	if apierrors.IsAlreadyExists(err) {
		return j.read(ctx) // another replica was first
	}
	if err != nil {
		return nil, fmt.Errorf("make the journal: %w", err)
	}
	return made, nil
}

// adopt makes a journal that was read or watched the state, and goes on watching the entries that it has watched before.
func (j *Journal) adopt(stored *corev1.ConfigMap) error {
	if j.latest != "" && facts.Later(j.latest, stored.ResourceVersion) {
		return ErrRestored
	}
	j.state = newState(stored, func(text string) (*facts.Entry, error) {
		if w, ok := j.watched[text]; ok {
			return w.entry, nil
		}
		return facts.ParseEntry(text)
	})
	j.know(stored.ResourceVersion)
	return nil
}

// know notes the content of the journal at a version.
func (j *Journal) know(version string) {
	now := j.Clock.Now()
	j.latest, j.readAt = version, now
	j.epoch++
	entries := j.state.overlay.Entries()
	watched := make(map[string]sighting, len(entries))
	for _, e := range entries {
		w, ok := j.watched[e.Text]
		if !ok {
			w = sighting{e, now, contested(j.View.News(e))}
		}
		watched[e.Text] = w
	}
	j.watched, j.firstSeen = watched, j.firstSights(entries, now)
	j.firstHeld = j.holds(now)
	j.watchFruitless(now)
	inFlight.Set(float64(len(watched)))
}

// confirm reads the journal live and reports whether it is still the one judged on.
func (j *Journal) confirm(ctx context.Context) (current bool, err error) {
	stored, err := j.read(ctx)
	if err != nil {
		j.state = nil
		return false, err
	}
	judged := j.state.object
	if stored.ResourceVersion != judged.ResourceVersion || stored.UID != judged.UID {
		return false, j.adopt(stored)
	}
	j.readAt = j.Clock.Now()
	return true, nil
}

// commit writes the state over the journal that was judged on. If that fails, it reads the journal anew: a write that timed out may have
// succeeded, and judging its requests again is harmless.
func (j *Journal) commit(ctx context.Context) (current bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	s, next, began := j.state, j.state.write(), j.Clock.Now()
	j.state = nil
	err = j.Client.Update(ctx, next)
	took := j.Clock.Since(began)
	commits.WithLabelValues(result(err)).Observe(took.Seconds())
	switch {
	case err == nil:
		j.state = s
		j.state.wrote(next)
		j.know(next.ResourceVersion)
		j.pace.wrote(j.Clock.Now(), took, s.bytes())
		return true, nil
	case apierrors.IsConflict(err):
		j.pace.lost(j.Clock.Now())
		return false, nil
	}
	return false, err
}
