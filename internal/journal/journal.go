// SPDX-License-Identifier: Apache-2.0

// Package journal is the one place where a limited or unique thing is taken. Before a change is admitted, it is written by
// compare-and-swap into one small object. It stays there until its outcome has been seen. The next judgement, on any replica, counts
// it: so limits hold exactly.
//
// Why it is safe. A change is judged against the objects in this replica's view and the entries of the journal. It is admitted only if the
// journal's resource version is still the one that was judged on. For a change that was admitted before there are three cases:
//
// It is an entry, and counts. Or a replica removed the entry after it saw the outcome at some resource version. That version is a fence,
// and this view has passed all fences. Or the entry was dropped, because its change can never be stored. So no admitted change is missed,
// whichever replica admitted it, and however late this one's watches are.
package journal

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// answerTime is the time that a request waits, after its own time is over, for the reason why it was not answered. It gets none only if the
// journal hangs in a call to the API server.
const answerTime = time.Second

// Journal commits changes in groups: those that arrive while a write is under way go out together in the next one.
type Journal struct {
	// Client reads and writes the live API server, never a cache.
	Client client.WithWatch
	// View is what this replica has seen.
	View *facts.View
	// Namespace holds the journal: the operator's own.
	Namespace string
	// DropTime is the time for which an entry stays whose object never came, by this replica's monotonic clock.
	DropTime time.Duration
	// Clock is monotonic time; only tests replace the real one.
	Clock clock.Clock

	ready    atomic.Bool
	requests chan *request
	stopped  chan struct{}                    // closed when Start has returned
	news     chan struct{}                    // there is a newer journal in newest
	newest   atomic.Pointer[corev1.ConfigMap] // as last seen by the watch
	lobby    lobby                            // who waits

	// The fields below belong to the goroutine that runs Start.
	state   *state              // as last read or written; nil when that is unknown
	latest  string              // the highest resource version that the journal was seen at
	watched map[string]sighting // the entries by their text, and since when this replica has watched each
	closed  closure             // since when it has watched a closed journal
	behind  since               // since when its view has been behind the fences; zero when it is not
	marked  bool                // the marker is known to be there
	pace    pace
	// blamed is this replica's knowledge of actors whose changes come to nothing. firstSeen says since when it knows each request.
	// firstHeld says since when it knows the names that objects hold by entries alone.
	blamed    map[string]blamed
	firstSeen map[string]since
	firstHeld map[heldName]hold
	costs     costs
	// confirmations are the results of live reads since the journal is at its version.
	confirmations confirmations
	readAt        since    // when the journal was last read live, or written
	epoch         uint64   // counts events that may change a verdict: entries that came or ended, and time
	judgedAt      since    // when everything was last judged again for the time that had passed
	failed        error    // why this replica cannot go on
	log           quietLog // of failures
}

// sighting is an entry, the instant since when it is watched, and hashes of the names that it held then and others may want.
type sighting struct {
	entry *facts.Entry
	since since
	names []string
}

// since is an instant on this process's monotonic clock; no other process can read it.
type since = time.Time

// New makes a journal; Start must run for anything to be judged.
func New(c client.WithWatch, view *facts.View, namespace string) *Journal {
	return &Journal{
		Client: c, View: view, Namespace: namespace, DropTime: DefaultDropTime, Clock: clock.RealClock{},
		requests: make(chan *request), stopped: make(chan struct{}), news: make(chan struct{}, 1), watched: map[string]sighting{}, pace: newPace(),
		lobby: lobby{in: map[share]int{}}, costs: costs{},
	}
}

// Submit judges a change and, if it is admitted, has written it down when it returns. It waits as long as the context allows. Every
// answer but Again is final.
func (j *Journal) Submit(ctx context.Context, c *Change) (rules.Violations, error) {
	ctx, span := startJudgement(ctx, c)
	violations, err := j.insist(ctx, c)
	outcome := outcomeOf(violations, err)
	judgements.WithLabelValues(kindLabel(c.Kind), outcome).Inc()
	endJudgement(span, outcome)
	return violations, err
}

// Look shows a world with every change that any replica admitted before the call. It takes the same steps whatever the world holds. It may
// call f several times; the last call counts, if Look returns without an error. The actor is that of a Change.
func (j *Journal) Look(ctx context.Context, actor string, f func(facts.World)) error {
	return j.submit(ctx, &Change{Actor: actor, look: f}).err
}

// insist submits a change again as long as the only obstacle is a name that is not taken any more.
func (j *Journal) insist(ctx context.Context, c *Change) (rules.Violations, error) {
	for {
		changed := j.View.Changed()
		a := j.submit(ctx, c)
		if !errors.Is(a.err, ErrExists) {
			return a.violations, a.err
		}
		if err := j.exists(ctx, c); err != nil {
			return nil, err
		}
		select { // it is gone: this replica will see that
		case <-changed:
		case <-ctx.Done():
			return nil, tryAgain(Unavailable)
		}
	}
}

func (j *Journal) submit(ctx context.Context, c *Change) answer {
	r := j.newRequest(ctx, c)
	if r.entry != nil {
		if err := r.entry.Check(); err != nil {
			return answer{err: err}
		}
	}
	if !j.lobby.enter(r.crowd) {
		return answer{err: tryAgain(Crowded)}
	}
	defer j.lobby.leave(r.crowd)
	select {
	case j.requests <- r:
	case <-ctx.Done():
		return answer{err: tryAgain(Unavailable)}
	case <-j.stopped:
		return answer{err: tryAgain(Unavailable)}
	}
	select {
	case a := <-r.answer:
		return a
	case <-ctx.Done():
	}
	select {
	case a := <-r.answer: // the journal also answers requests whose time is up, with the reason
		return a
	case <-j.Clock.After(answerTime):
		return answer{err: tryAgain(Unavailable)}
	}
}

// exists checks, by a live read, that a name in this replica's view is still taken: ErrExists, or nil when it is not.
func (j *Journal) exists(ctx context.Context, c *Change) error {
	object, err := facts.NewObject(c.Kind)
	if err != nil {
		return err
	}
	switch err := j.Client.Get(ctx, c.Name, object); {
	case err == nil:
		return ErrExists
	case apierrors.IsNotFound(err):
		return nil
	}
	return tryAgain(Unavailable)
}

// NeedLeaderElection is false: every replica judges.
func (j *Journal) NeedLeaderElection() bool { return false }

// Ready reports, as a readiness check, whether this replica has once seen every kind whole and an open journal. It is not ready where a
// later version has taken over the journal. It stays ready while the journal is closed, because some replica must say "try again".
func (j *Journal) Ready(*http.Request) error {
	if !j.ready.Load() {
		return tryAgain(Unavailable)
	}
	return nil
}
