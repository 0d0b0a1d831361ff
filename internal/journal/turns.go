// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"
	"sync"

	"github.com/polyorg/polyorg/internal/facts"
)

// The largest numbers of requests that wait at one replica. The operator's requests do not count.
const (
	waitersOfPlatform     = 256 // of one platform actor
	waitersOfOrganization = 64
	waitersOfPerson       = 32
)

// crowd are the shares that a request counts for while it waits. The requests of one share never keep out those of another.
func (c *Change) crowd() []share {
	switch {
	case c.Actor == "":
		return nil
	case !isPerson(c.Actor):
		return []share{shareOfActor(c.Actor)}
	}
	about := facts.Entry{Operation: c.Operation, Kind: c.Kind, Namespace: c.Name.Namespace, Name: c.Name.Name, Facts: c.After}
	return append([]share{shareOfActor(c.Actor)}, organizationsShare(&about)...)
}

func waitersOf(s share) int {
	switch {
	case s.kind == "organization":
		return waitersOfOrganization
	case isPerson(s.of):
		return waitersOfPerson
	}
	return waitersOfPlatform
}

// lobby counts the waiting requests.
type lobby struct {
	mu sync.Mutex
	in map[share]int
}

// enter counts one more request, if there is room.
func (l *lobby) enter(crowd []share) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.ContainsFunc(crowd, func(s share) bool { return l.in[s] >= waitersOf(s) }) {
		return false
	}
	for _, s := range crowd {
		l.in[s]++
	}
	return true
}

func (l *lobby) leave(crowd []share) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range crowd {
		l.in[s]--
		if l.in[s] == 0 {
			delete(l.in, s)
		}
	}
}

// byTurn sorts the waiting requests: first the first of each actor and organization, then the second of each. Two requests of one actor, or
// of one organization, are never in one turn. Within a turn the earlier request goes first.
func byTurn(waiting []*request) []*request {
	before := map[share]int{}
	for _, r := range waiting {
		r.turn = 0
		for _, s := range r.crowd {
			r.turn = max(r.turn, before[s])
		}
		for _, s := range r.crowd {
			before[s] = r.turn + 1
		}
	}
	slices.SortStableFunc(waiting, func(a, b *request) int { return a.turn - b.turn })
	return waiting
}
