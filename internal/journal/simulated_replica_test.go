// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
)

const (
	baseDomain = "crm.example.com"
	systemNS   = "polyorg-system"
)

// quietly is the context of all calls of the simulation.
var quietly = log.IntoContext(context.Background(), logr.Discard())

// replica is one operator process: the real journal and the real view.
type replica struct {
	name    string
	life    int // how often it was started
	view    *facts.View
	journal *journal.ByHand
	streams []*stream
	clock   *localClock
	process *process
	pace    float64
	stopped bool // it does nothing and sees nothing, though its clock goes on
}

func (s *simulation) addReplica(name string) {
	r := &replica{name: name, clock: &localClock{rate: slowest + (fastest-slowest)*s.rng.Float64()}, pace: s.somePace()}
	s.replicas = append(s.replicas, r)
	s.restart(r)
}

// restart is a crash, wherever the replica is, and a new process that has seen nothing. Its clock starts anywhere.
func (s *simulation) restart(r *replica) {
	if r.process != nil {
		s.end(r.process)
	}
	r.life++
	r.stopped = false
	r.clock.at = epoch.Add(time.Duration(s.rng.Int64N(int64(1000 * time.Hour))))
	r.view = facts.NewView(baseDomain)
	run := journal.New(&liveClient{sim: s}, r.view, systemNS)
	run.Clock = r.clock
	r.journal = &journal.ByHand{Journal: run}
	r.streams = nil
	for _, kind := range kinds {
		r.streams = append(r.streams, &stream{kind: kind, store: r.view.Store(kind), pace: s.paceOf(kind)})
	}
	r.streams = append(r.streams, &stream{kind: "ConfigMap", store: journalStore{r.journal}, pace: s.somePace()})
	r.process = s.begin(r.name, func() { s.run(r) })
}

// run is Journal.Start.
func (s *simulation) run(r *replica) {
	for {
		changed := r.view.Changed()
		again, pause := r.journal.Round(quietly)
		if err := r.journal.Failed(); err != nil {
			s.fail("%s gives up: %v", r.name, err)
		}
		if !again {
			s.rest(r, changed, pause)
		}
	}
}

// rest waits for a reason to judge again: a new request, more seen where somebody waits, or time passed.
func (s *simulation) rest(r *replica, changed <-chan struct{}, pause time.Duration) {
	end := r.clock.at.Add(pause)
	over := func() bool { return !r.clock.at.Before(end) }
	reason := func() bool { return r.journal.Asked() || over() || r.journal.Waits() && closed(changed) }
	for !reason() {
		s.current.until = s.now.Add(time.Duration(float64(end.Sub(r.clock.at))/r.clock.rate) + 1)
		s.wait(func() bool { return !r.clock.suspended && (reason() || r.journal.Heard()) })
		if r.journal.Heard() {
			r.journal.TakeIn()
			if r.journal.Waits() {
				return
			}
		}
	}
	if over() {
		r.journal.PauseEnds()
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// seen tells how far the replica has seen each kind.
func (r *replica) seen() map[string]int64 {
	seen := make(map[string]int64, len(r.streams))
	for _, st := range r.streams {
		seen[st.kind] = st.reached
	}
	return seen
}
