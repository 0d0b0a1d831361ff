// SPDX-License-Identifier: Apache-2.0

// Package journal is the one place where a limited or unique thing is taken. Every admitted change is written, by
// compare-and-swap, into one small object before it is admitted, and stays there until its outcome has been seen. Whoever
// judges next counts it, on whatever replica: so limits hold exactly.
//
// Why it is safe. A change is judged against the objects in this replica's view and the entries of the journal, and is
// admitted only if the journal's resource version is still the one that was judged on. Every change admitted before is then
// either an entry, and counts; or was an entry that somebody removed after seeing its outcome at some resource version, which
// is a fence, and the view has passed all fences; or was dropped because it can never be stored. So nothing admitted is
// missed, whichever replica admitted it and however late this one's watches are.
package journal

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// DefaultDropTime is how long an entry whose object never came is kept: more than twice what the API server gives a request.
const DefaultDropTime = 90 * time.Second

// How often a replica with nothing to judge looks at the journal: while it knows of entries, and while it knows of none.
const (
	busyPause = 250 * time.Millisecond
	idlePause = 5 * time.Second
)

// answerTime is longer than any request is given: only a journal that is stuck, or was stopped, leaves one unanswered.
const answerTime = 15 * time.Second

// Journal commits changes in groups: those that arrive while a write is under way go out together in the next one.
type Journal struct {
	// Client reads and writes the live API server, never a cache.
	Client client.Client
	// View is what this replica has seen.
	View *facts.View
	// Namespace holds the marker by which a journal made anew is told from the first one ever.
	Namespace string
	// DropTime is how long an entry whose object never came is kept, by this replica's monotonic clock.
	DropTime time.Duration
	// Clock is monotonic time; the real one but in tests.
	Clock clock.Clock

	ready    atomic.Bool
	requests chan *request
	state    *state           // as last read or written; nil when that is not known
	watched  map[string]since // since when this replica has watched an entry
	closedAt since            // since when this replica has watched a closed journal
}

// New makes a journal; Run must be called for anything to be judged.
func New(c client.Client, view *facts.View, namespace string) *Journal {
	return &Journal{
		Client: c, View: view, Namespace: namespace, DropTime: DefaultDropTime, Clock: clock.RealClock{},
		requests: make(chan *request), watched: map[string]since{},
	}
}

// Submit judges a change and, if it is admitted, has written it down when it returns. Violations and ErrExists are final;
// ErrContended and ErrUnavailable mean that the same request may be tried again. It waits as long as the context allows.
func (j *Journal) Submit(ctx context.Context, c *Change) (rules.Violations, error) {
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
			return nil, ErrUnavailable
		}
	}
}

func (j *Journal) submit(ctx context.Context, c *Change) answer {
	r := &request{Change: c, ctx: ctx, reason: ErrUnavailable, answer: make(chan answer, 1)}
	select {
	case j.requests <- r:
	case <-ctx.Done():
		return answer{err: ErrUnavailable}
	}
	select {
	case a := <-r.answer: // the journal answers everybody, those whose time is up too, with the reason
		return a
	case <-j.Clock.After(answerTime):
		return answer{err: ErrUnavailable}
	}
}

// exists makes sure, by a live read, that the name which this replica's view holds is still taken: ErrExists, or nil when it
// is not.
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
	return ErrUnavailable
}

// NeedLeaderElection is false: every replica judges.
func (j *Journal) NeedLeaderElection() bool { return false }

// Ready reports, as a readiness check, whether this replica has seen every kind whole and the journal is open to it.
func (j *Journal) Ready(*http.Request) error {
	if !j.ready.Load() {
		return ErrUnavailable
	}
	return nil
}

// Start runs the journal until the context ends.
func (j *Journal) Start(ctx context.Context) error {
	var waiting []*request
	for ctx.Err() == nil {
		changed := j.View.Changed()
		var again bool
		if waiting, again = j.round(ctx, waiting); !again {
			waiting = j.await(ctx, waiting, changed)
		}
		waiting = j.drain(waiting)
	}
	for _, r := range waiting {
		r.answer <- answer{err: ErrUnavailable}
	}
	return nil
}

// await waits for a reason to judge again: a new request, more seen, or time passed.
func (j *Journal) await(ctx context.Context, waiting []*request, changed <-chan struct{}) []*request {
	pause := idlePause
	if len(waiting) > 0 || j.unfinished() {
		pause = busyPause
	}
	timer := j.Clock.NewTimer(pause)
	defer timer.Stop()
	if len(waiting) == 0 {
		changed = nil
	}
	select {
	case <-ctx.Done():
	case r := <-j.requests:
		waiting = append(waiting, r)
	case <-changed:
	case <-timer.C():
		j.state = nil // somebody else may have written; read it again
	}
	return waiting
}

// unfinished reports whether there are entries whose end is to be watched for.
func (j *Journal) unfinished() bool {
	return j.state == nil || len(j.state.overlay.Entries()) > 0 || !j.state.open()
}

// drain takes in every request that is waiting to be heard.
func (j *Journal) drain(waiting []*request) []*request {
	for {
		select {
		case r := <-j.requests:
			waiting = append(waiting, r)
		default:
			return waiting
		}
	}
}

// round judges all that wait, writes at most once, and answers whom it can. It returns who waits on, and whether it is worth
// another round at once.
func (j *Journal) round(ctx context.Context, waiting []*request) (rest []*request, again bool) {
	waiting = expire(waiting)
	if !j.View.Synced() {
		return waiting, false
	}
	if err := j.load(ctx); err != nil {
		log.FromContext(ctx).Error(err, "Could not read the journal")
		return waiting, false
	}
	if !j.usable(ctx) || !j.View.Reached(j.state.fences) {
		return waiting, false
	}
	j.ready.Store(true)
	draft := j.state.draft()
	draft.tidy(j.View, func(e *facts.Entry) overdue { return j.overdue(ctx, e) })
	decided, rest := j.judgeAll(draft, waiting)
	current, err := j.settle(ctx, draft, len(decided) > 0)
	if err != nil {
		log.FromContext(ctx).Error(err, "Could not write the journal")
		return waiting, false
	}
	if !current {
		return waiting, true // somebody else wrote meanwhile: all is judged again
	}
	for _, d := range decided {
		d.request.answer <- d.answer
	}
	return rest, false
}

// settle makes sure that what was judged on is the journal as it is: by writing the draft where it holds more than is stored,
// else by reading. A draft that only lacks ended entries is written when nobody waits for an answer.
func (j *Journal) settle(ctx context.Context, draft *state, asked bool) (current bool, err error) {
	switch {
	case draft.grown, draft.tidied && !asked:
		return j.commit(ctx, draft)
	case asked:
		return j.confirm(ctx)
	}
	return true, nil
}

// decision is an answer that may be given once the journal is known to be what was judged on.
type decision struct {
	request *request
	answer  answer
}

// judgeAll judges one request after another, each beside what those before it take.
func (j *Journal) judgeAll(draft *state, waiting []*request) (decided []decision, rest []*request) {
	for _, r := range waiting {
		if a, done := j.judgeOne(draft, r); done {
			decided = append(decided, decision{r, a})
		} else {
			rest = append(rest, r)
		}
	}
	return decided, rest
}

func (j *Journal) judgeOne(draft *state, r *request) (answer, bool) {
	self := r.entry()
	if self == nil {
		self = &facts.Entry{JournalEntry: v1alpha1.JournalEntry{UID: r.UID}}
	} else if !draft.room(self) && !r.DryRun {
		r.reason = ErrContended
		return answer{}, false
	}
	if r.Operation == v1alpha1.JournalCreate && j.View.Holds(r.Kind, r.Name) {
		return answer{err: ErrExists}, true
	}
	outcome, violations := r.judge(j.View, draft.overlay, self)
	switch outcome {
	case admitted:
		if !r.DryRun && self.Operation != "" {
			draft.append(self)
		}
		return answer{}, true
	case refused:
		return answer{violations: violations}, true
	}
	r.reason = ErrContended
	return answer{}, false
}

// expire answers those whose time is up; the rest wait on.
func expire(waiting []*request) []*request {
	var rest []*request
	for _, r := range waiting {
		if r.ctx.Err() != nil {
			r.answer <- answer{err: r.reason}
			continue
		}
		rest = append(rest, r)
	}
	return rest
}

// since is an instant on this process's monotonic clock; it means nothing to anybody else.
type since = time.Time
