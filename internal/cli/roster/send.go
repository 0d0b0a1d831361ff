// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"context"
	"regexp"
	"sync"

	"github.com/polyorg/polyorg/internal/cli/plain"
)

// Sender sends invitations.
type Sender struct {
	// Invite sends one.
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
var final = regexp.MustCompile(`\[E[35]\]$`)

// Send invites people, and reports what became of each.
func (s *Sender) Send(ctx context.Context, people []Person) Report {
	entries := make([]Entry, len(people))
	jobs := make(chan int)
	var all sync.WaitGroup
	for range s.Parallel {
		all.Go(func() {
			for i := range jobs {
				entries[i] = s.send(ctx, people[i])
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

func (s *Sender) send(ctx context.Context, p Person) Entry {
	if known, is := s.Known[p.Email]; is {
		return Entry{Email: p.Email, Outcome: known}
	}
	if s.isStopped(ctx) {
		return Entry{Email: p.Email, Outcome: NotSent}
	}
	err := s.Invite(ctx, p)
	switch {
	case err == nil:
		return Entry{Email: p.Email, Outcome: Invited}
	case s.stops(err):
		return Entry{Email: p.Email, Outcome: NotSent, Why: plain.Text(err)}
	}
	return Entry{Email: p.Email, Outcome: Refused, Why: plain.Text(err)}
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
func (s *Sender) stops(err error) bool {
	if plain.CodeOf(err) == plain.Refused && !final.MatchString(plain.Text(err)) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped == nil {
		s.stopped = err
	}
	return true
}
