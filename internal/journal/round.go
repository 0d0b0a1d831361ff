// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"slices"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// round judges all waiting requests, writes at most once, and answers those that it can. It returns the requests that still wait, and
// whether another round at once is useful.
func (j *Journal) round(ctx context.Context, waiting []*request) (rest []*request, again bool) {
	waiting = expire(waiting)
	can, err := j.canJudge(ctx)
	if err != nil || !can {
		j.fail(ctx, err)
		for _, r := range waiting {
			r.reason = Unavailable // whatever the reason was before
		}
		return waiting, false
	}
	j.tidy(ctx)
	if j.Clock.Since(j.judgedAt) >= busyPause {
		j.epoch, j.judgedAt = j.epoch+1, j.Clock.Now() // for events that change a verdict and are no entry
	}
	decided, rest := j.judgeAll(ctx, byTurn(waiting))
	current, err := j.settle(ctx, decided)
	if err != nil {
		j.fail(ctx, err)
		return waiting, false
	}
	if !current {
		return waiting, true // another replica wrote meanwhile: all is judged again
	}
	for _, d := range decided {
		d.request.answer <- d.answer
	}
	return rest, false
}

// canJudge reports whether this replica can judge. It has seen every kind whole, it knows the journal, which is open, and its view has
// reached the journal's fences.
func (j *Journal) canJudge(ctx context.Context) (bool, error) {
	if !j.View.Synced() {
		return false, nil
	}
	if err := j.load(ctx); err != nil {
		return false, err
	}
	if open, err := j.isOpen(ctx); err != nil || !open {
		return false, err
	}
	if !j.View.Reached(j.state.fences) {
		return false, j.fallBehind(ctx)
	}
	if !j.behind.IsZero() {
		fenceWaits.Observe(j.Clock.Since(j.behind).Seconds())
		j.behind = since{}
	}
	j.ready.Store(true)
	return true, nil
}

// fallBehind notes that this replica has not seen enough. If that lasts, it compares the fences with the present versions of the kinds. A
// fence beyond them comes from no event, and is set back.
func (j *Journal) fallBehind(ctx context.Context) error {
	switch {
	case j.behind.IsZero():
		j.behind = j.Clock.Now()
		return nil
	case j.Clock.Since(j.behind) < j.DropTime:
		return nil
	}
	j.behind = j.Clock.Now()
	live, err := j.versions(ctx)
	if err != nil {
		return err
	}
	for kind, fence := range j.state.fences {
		if there, known := live[kind]; known && facts.Later(fence, there) {
			j.state.fences[kind] = there
			j.state.tidied = true
		}
	}
	if j.state.tidied {
		_, err = j.commit(ctx)
	}
	return err
}

// fail notes a failure. Most failures pass by themselves, and the journal tries again.
func (j *Journal) fail(ctx context.Context, err error) {
	switch {
	case errors.Is(err, ErrRestored):
		j.failed = err
	case err != nil && ctx.Err() == nil:
		j.log.error(ctx, j.Clock.Now(), err)
	}
}

// settle makes sure that the journal is still the one judged on. If the state has new entries, it writes the journal, otherwise it reads
// it. A read from before the judgement proves too little. Since then the view may have seen the effect of an entry that was not in that
// journal. A state that only lacks ended entries is written when no request waits, here or elsewhere.
func (j *Journal) settle(ctx context.Context, decided []decision) (current bool, err error) {
	switch {
	case j.state.grown:
		return j.group(ctx, decided)
	case slices.ContainsFunc(decided, decision.hasLooked):
		return j.confirm(ctx)
	case len(decided) == 0 && j.state.tidied && !j.pace.rival(j.Clock.Now()):
		return j.commit(ctx)
	}
	return true, nil
}

// group commits the state with all decisions that led to it.
func (j *Journal) group(ctx context.Context, decided []decision) (current bool, err error) {
	ctx, span := startCommit(ctx, j.state, decided)
	defer span.End()
	began := j.Clock.Now()
	current, err = j.commit(ctx)
	if current && len(decided) > 1 {
		j.pace.gather(j.Clock.Now(), j.Clock.Since(began))
	}
	if current {
		batch.Observe(float64(len(decided)))
	}
	return current, err
}

// decision is an answer that may be given once the journal is known to be the one judged on. Where no rule looked at the world, it may be
// given at once.
type decision struct {
	request *request
	answer  answer
	looked  bool
}

// hasLooked reports whether a rule looked at the world for a decision.
func (d decision) hasLooked() bool { return d.looked }

// judgeAll judges one request after another, each beside what those before it take.
func (j *Journal) judgeAll(ctx context.Context, waiting []*request) (decided []decision, rest []*request) {
	j.confirmations.begin(j.state.object.ResourceVersion)
	for _, r := range waiting {
		if r.epoch == j.epoch {
			rest = append(rest, r) // nothing that it waits for has changed
		} else if d, done := j.judgeOne(ctx, r); done {
			decided = append(decided, d)
		} else {
			rest = append(rest, r)
		}
	}
	return decided, rest
}

// judgeOne judges a request, unless the judgement of its object, or of another of the same person, was costly a short while ago.
func (j *Journal) judgeOne(ctx context.Context, r *request) (decision, bool) {
	if j.costs.rests(r.Change, j.Clock.Now()) {
		r.reason = Contended
		return decision{}, false
	}
	taken := j.taken(r)
	if taken && !r.Discreet {
		return decision{r, answer{err: ErrExists}, false}, true // its submitter reads the name live
	}
	outcome, violations, looked, err := j.ask(r)
	if err != nil {
		return decision{r, answer{err: err}, false}, true
	}
	if outcome == unconfirmed {
		switch stands, known := j.confirmed(ctx, r); {
		case stands:
			outcome = admitted
		case !known, j.confirmations.refute(r.relies):
			return r.waits(0) // for the next round: then more is read, or the view shows it too
		}
	}
	if outcome == admitted || outcome == refused {
		return j.decide(r, taken, violations, looked)
	}
	return r.waits(j.epoch)
}

// decide answers a request that has a verdict, unless the journal has no room for it.
func (j *Journal) decide(r *request, taken bool, violations rules.Violations, looked bool) (decision, bool) {
	switch {
	case taken && !violations.Forbid():
		return decision{r, answer{err: ErrExists}, false}, true
	case violations.Again():
		return decision{r, answer{err: &Again{Early, violations}}, looked}, true
	case len(violations) > 0:
		return decision{r, answer{violations: violations}, looked}, true
	case r.entry == nil || r.DryRun:
		return decision{r, answer{}, looked}, true
	case j.admits(r):
		j.state.append(r.entry)
		return decision{r, answer{}, true}, true
	}
	return r.waits(j.epoch)
}

// waits lets a request wait until something has changed.
func (r *request) waits(epoch uint64) (decision, bool) {
	r.reason, r.epoch = Contended, epoch
	return decision{}, false
}

// ask has the rules judge a request, and notes the time that it took.
func (j *Journal) ask(r *request) (outcome verdict, violations rules.Violations, looked bool, err error) {
	began := j.Clock.Now()
	defer func() {
		now := j.Clock.Now()
		j.costs.note(r.Change, now.Sub(began), now)
	}()
	defer survive(r, &err)
	outcome, violations, looked = r.judge(j.View, j.state.overlay)
	return outcome, violations, looked, nil
}

// taken reports whether this replica's view already holds the name of a creation.
func (j *Journal) taken(r *request) bool {
	return r.Operation == facts.Create && j.View.Holds(r.Kind, r.Name)
}

// expire answers the requests whose time is up; the others still wait.
func expire(waiting []*request) []*request {
	var rest []*request
	for _, r := range waiting {
		if r.ctx.Err() != nil {
			r.answer <- answer{err: tryAgain(r.reason)}
			continue
		}
		rest = append(rest, r)
	}
	return rest
}
