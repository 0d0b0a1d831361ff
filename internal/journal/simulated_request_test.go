// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"context"
	"errors"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// The times that the API server and the webhook give a request, as in a cluster.
const (
	requestTime  = 34 * time.Second
	webhookTime  = 10 * time.Second
	webhookWaits = 8 * time.Second
)

// request is one request to the API server: a creation where after is set, a deletion where change is nil, else an update.
type request struct {
	actor  rules.Actor
	after  client.Object
	key    key
	change func(client.Object)
	// patch: the API server applies it again to whatever it finds, when somebody else was first.
	patch  bool
	dryRun bool

	since int64 // the revision at which it began
}

// outcome is the client's knowledge of its request.
type outcome struct {
	done       bool // stored; or admitted, where it is a dry run
	violations rules.Violations
	err        error // it was neither stored nor refused, as far as the client knows
}

// send is a request whose client waits for the outcome. If the request failed for no fault of its own, the client tries again. It does so
// soon, or at about the time when the entry of the first try is dropped. Of an object that nobody changed meanwhile, that is the very same
// request.
func (s *simulation) send(r *request) outcome {
	o := s.attempt(r)
	for tries := 1; transient(o.err) && tries < 4 && s.happens(s.chance.again); tries++ {
		s.respite(r, o.err)
		s.trace("%s: tries %s again", s.current.name, r.key)
		o = s.attempt(r)
	}
	if s.late == r {
		s.late = nil
	}
	return o
}

func transient(err error) bool {
	return errors.Is(err, errDied) || errors.Is(err, errTimeout) || errors.Is(err, errLost) || isContended(err)
}

func isContended(err error) bool {
	again, is := errors.AsType[*journal.Again](err)
	return is && again.Reason == journal.Contended
}

// respite is before a client tries again. One at a time waits until shortly before one of the replicas drops what the request left in
// the journal, or until after that.
func (s *simulation) respite(r *request, err error) {
	if s.late == nil && r.after == nil && errors.Is(err, errDied) {
		s.late = r
	}
	if s.late != r || s.happens(0.2) {
		s.waitUntil(s.now.Add(s.upTo(3*time.Second)), nil)
		return
	}
	drop := time.Duration(float64(journal.DefaultDropTime) / one(s, s.replicas).clock.rate)
	s.lapse(max(0, drop+5*time.Second-s.upTo(requestTime)))
}

// lapse lets time go by. Either the others go on while this request waits, or nobody gets anything done meanwhile.
func (s *simulation) lapse(d time.Duration) {
	if s.happens(0.2) {
		s.waitUntil(s.now.Add(d), nil)
		return
	}
	s.pass(d)
	s.trace("%s later", d)
	s.wait(nil)
}

// attempt is a request's way through the API server.
func (s *simulation) attempt(r *request) outcome {
	began := s.now
	r.since = s.server.revision
	for {
		before, after, err := s.prepare(r)
		if err != nil {
			return outcome{err: err}
		}
		s.wait(nil)
		violations, err := s.admission(r, before, after)
		s.trace("%s: %s %s: %v %v", s.current.name, operation(before, after), r.key, violations, err)
		s.count(violations, err)
		if err != nil || len(violations) > 0 || r.dryRun {
			return outcome{err == nil && len(violations) == 0, violations, err}
		}
		if err = s.dwell(r, began); err != nil {
			return outcome{err: err}
		}
		err = s.store(r, before, after)
		s.trace("%s: stored %s: %v", s.current.name, r.key, err)
		if !apierrors.IsConflict(err) || !r.patch {
			return outcome{done: err == nil, err: err}
		}
	}
}

// prepare makes what the webhook is asked about: the object before and after.
func (s *simulation) prepare(r *request) (before, after client.Object, err error) {
	if r.after != nil {
		after = r.after.DeepCopyObject().(client.Object)
		after.SetUID(s.server.uid())
		after.SetCreationTimestamp(metav1.NewTime(s.now))
		r.key = keyOf(after)
		if r.dryRun {
			s.dry[string(after.GetUID())] = true
		}
		return nil, after, nil
	}
	before = s.server.stored[r.key]
	if before == nil {
		return nil, nil, errGone
	}
	if r.change != nil {
		after = before.DeepCopyObject().(client.Object)
		r.change(after)
	}
	return before, after, nil
}

var (
	errGone    = errors.New("it is not there")
	errDied    = errors.New("a later webhook refused it, or the API server died")
	errTimeout = errors.New("out of time")
)

// dwell is the time between admission and storage: nothing happens, much time passes, or somebody dies.
func (s *simulation) dwell(r *request, began time.Time) error {
	s.wait(nil)
	if s.late == r {
		s.lapse(requestTime/2 + s.upTo(requestTime/4))
		s.rivals() // so that a replica that dropped its entry too early is found
	}
	if s.late != r && s.current.name != rival && s.happens(s.chance.death) {
		s.trace("%s: dies between admission and storage", s.current.name)
		return errDied
	}
	harmed := s.current.name != rival && s.happens(s.chance.journal)
	if harmed {
		s.harmJournal()
	}
	switch {
	case harmed, s.late == r:
		s.waitUntil(began.Add(requestTime*9/10), nil)
	case s.happens(s.chance.dwell):
		s.waitUntil(s.now.Add(s.upTo(began.Add(requestTime).Sub(s.now))), nil)
	}
	if s.now.Sub(began) > requestTime {
		s.trace("%s: is out of time", s.current.name)
		return errTimeout
	}
	return nil
}

func (s *simulation) store(r *request, before, after client.Object) error {
	s.storing = r
	defer func() { s.storing = nil }()
	switch {
	case before == nil && s.server.ended(organizationOf(after), r.since):
		return errGone // with its namespace
	case before == nil:
		return s.server.create(after, metav1.NewTime(s.now))
	case after == nil:
		return s.server.remove(before, metav1.NewTime(s.now))
	}
	return s.server.update(after, slices.Equal(factsOf(before), factsOf(after)))
}

// admission asks a replica, and now and then another one or the same again.
func (s *simulation) admission(r *request, before, after client.Object) (rules.Violations, error) {
	for {
		violations, err := s.ask(r, before, after)
		if len(violations) > 0 || !s.happens(s.chance.twice) {
			return violations, err
		}
		s.trace("%s: the webhook is called again", s.current.name)
	}
}

// ask is Journal.Submit on one of the replicas, as the webhook calls it.
func (s *simulation) ask(r *request, before, after client.Object) (rules.Violations, error) {
	to := s.replicas[s.rng.IntN(len(s.replicas))]
	life, seen, end := to.life, to.seen(), s.now.Add(webhookTime)
	if s.happens(s.chance.twice) {
		end = s.now.Add(time.Duration(s.rng.Int64N(int64(time.Second)))) // the connection breaks; the replica does not know
	}
	ctx := patience{context.Background(), s, s.now.Add(webhookWaits)}
	c := s.changeOf(r, before, after)
	s.trace("%s: asks %s about %s %s", s.current.name, to.name, operation(before, after), r.key)
	for {
		changed := to.view.Changed()
		p := to.journal.Put(ctx, c)
		s.waitUntil(end, func() bool { return to.life != life || p.Answered() })
		if to.life != life || !p.Answered() {
			return nil, errLost
		}
		violations, err := p.Answer()
		if !errors.Is(err, journal.ErrExists) {
			if len(violations) > 0 {
				s.checkRefusal(to, seen, r, before, after, violations)
			}
			return violations, err
		}
		if err := to.journal.Exists(quietly, c); err != nil {
			return nil, err
		}
		s.waitUntil(end, func() bool { return closed(changed) })
	}
}

// operation is the operation of a request on its object.
func operation(before, after client.Object) facts.Operation {
	switch {
	case before == nil:
		return facts.Create
	case after == nil:
		return facts.Delete
	}
	return facts.Update
}
