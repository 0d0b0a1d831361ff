// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/polyorg/polyorg/internal/cli/plain"
)

// Sender sends invitations.
type Sender struct {
	// Invite sends one. Its context outlives an interrupt, so that what is under way gets its answer.
	Invite func(context.Context, Person) error
	// Known are the people with a membership or a pending invitation. They are skipped, so that a run that was interrupted goes on.
	Known map[string]Outcome
	// Parallel is how many requests are under way at once.
	Parallel int
	// Step is told of each person who is through.
	Step func()

	mu      sync.Mutex
	stopped error // why nothing more is sent
}

// final are rules that refuse everybody else too: no seat is free, or the organization is suspended.
var final = regexp.MustCompile(`\[E[358]\]$`)

// grace is how long the invitations that are under way at an interrupt may take to be answered.
const grace = 5 * time.Second

// outliving is a context that ends the grace time after another one is interrupted. The client's own log lines would run into the bar.
func outliving(ctx context.Context) (context.Context, context.CancelFunc) {
	under, cancel := context.WithCancel(logr.NewContext(context.WithoutCancel(ctx), logr.Discard()))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return under, func() {
		stop()
		cancel()
	}
}

// Send invites people, and reports what became of each. After an interrupt it begins no more, and waits for those under way.
func (s *Sender) Send(ctx context.Context, people []Person) Report {
	under, cancel := outliving(ctx)
	defer cancel()
	entries := make([]Entry, len(people))
	jobs := make(chan int)
	var all sync.WaitGroup
	for range s.Parallel {
		all.Go(func() {
			for i := range jobs {
				entries[i] = s.send(ctx, under, people[i])
				entries[i].Line = people[i].Line
				s.Step()
			}
		})
	}
	seen := map[string]bool{}
	for i, p := range people {
		if seen[p.Email] {
			entries[i] = Entry{Line: p.Line, Email: p.Email, Outcome: Repeated}
			s.Step()
			continue
		}
		seen[p.Email] = true
		jobs <- i
	}
	close(jobs)
	all.Wait()
	r := Report{Entries: entries}
	if s.stopped != nil {
		r.Stopped = plain.Text(s.stopped)
	}
	return r
}

// send sends one, unless the sending was interrupted. The request has its own context.
func (s *Sender) send(interrupt, ctx context.Context, p Person) Entry {
	if known, is := s.Known[p.Email]; is {
		return Entry{Email: p.Email, Outcome: known}
	}
	if s.isStopped(interrupt) {
		return Entry{Email: p.Email, Outcome: NotSent}
	}
	err := s.Invite(ctx, p)
	switch {
	case err == nil:
		return Entry{Email: p.Email, Outcome: Invited}
	case s.stops(interrupt, err) && isUnclear(err):
		return Entry{Email: p.Email, Outcome: Unclear, Why: "the cluster did not answer in time, so the person may be invited"}
	case s.stops(interrupt, err):
		return Entry{Email: p.Email, Outcome: NotSent, Why: plain.Text(err)}
	}
	return Entry{Email: p.Email, Outcome: Refused, Why: plain.Text(err)}
}

// isUnclear reports whether a request got no answer, so that it may have been done. One that never reached the cluster was not.
func isUnclear(err error) bool {
	if dialed, is := errors.AsType[*net.OpError](err); is && dialed.Op == "dial" {
		return false
	}
	_, broken := errors.AsType[*url.Error](err)
	return broken || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || apierrors.IsTimeout(err) || apierrors.IsServerTimeout(err)
}

func (s *Sender) isStopped(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped == nil {
		s.stopped = ctx.Err()
	}
	return s.stopped != nil
}

// stops reports whether an error would meet everybody else too. Then nothing more is sent.
func (s *Sender) stops(interrupt context.Context, err error) bool {
	if plain.CodeOf(err) == plain.Refused && !final.MatchString(plain.Text(err)) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped == nil {
		s.stopped = cmp.Or(interrupt.Err(), err)
	}
	return true
}
