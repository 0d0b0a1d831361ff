// SPDX-License-Identifier: Apache-2.0

// The simulation runs the real journal, view and rules of several replicas against a simulated API server, in one thread, from one seed.
// The seed decides who goes on next, what arrives when, what is lost, and who dies. So a seed always gives the same run.
package journal_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/polyorg/polyorg/internal/rules"
)

var (
	seeds    = flag.Int("seeds", defaultSeeds, "how many seeds the simulation runs")
	onlySeed = flag.Uint64("seed", 0, "the one seed to run, with its trace")
)

func TestSimulation(t *testing.T) {
	if *onlySeed != 0 {
		replay(t, *onlySeed)
		return
	}
	// Little lives and much is made: with the usual setting, collecting garbage is 40% of the work.
	defer debug.SetGCPercent(debug.SetGCPercent(1600))
	var next atomic.Uint64
	var totals tally
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := next.Add(1); seed <= uint64(*seeds) && !t.Failed(); seed = next.Add(1) {
				s := simulate(seed, false)
				totals.add(s)
				if s.failure != "" {
					t.Errorf("seed %d: %s\nreplay: go test ./internal/journal -run TestSimulation -seed %d", seed, s.failure, seed)
					replay(t, seed)
				}
			}
		})
	}
	workers.Wait()
	t.Logf("%s", totals.String())
	if !t.Failed() {
		totals.isEnough(t)
	}
}

// A seed always gives the same result. Otherwise no failure could be investigated, and luck would decide which mutants are found.
func TestASeedShowsTheSameAgain(t *testing.T) {
	for seed := range uint64(30) {
		first, second := simulate(seed, true), simulate(seed, true)
		for i, line := range first.lines {
			if i >= len(second.lines) || second.lines[i] != line {
				t.Fatalf("seed %d, line %d: %q, and not the next time", seed, i, line)
			}
		}
	}
}

// replay runs one seed and shows what happened.
func replay(t *testing.T, seed uint64) {
	t.Helper()
	s := simulate(seed, true)
	t.Log("\n" + strings.Join(s.lines, "\n"))
	if s.failure != "" {
		t.Errorf("seed %d: %s", seed, s.failure)
	}
}

// tally shows that something was simulated.
type tally struct {
	mutex                                     sync.Mutex
	simulated, writes, refusals, admitted, no int
}

func (n *tally) add(s *simulation) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.simulated++
	n.writes += len(s.server.log)
	n.refusals += s.refusals
	n.admitted += s.admitted
	n.no += s.unanswered
}

// isEnough demands that much was written, admitted, refused and put off: at least half of what a simulation usually does. A simulation in
// which nothing happens finds no fault. Of few simulations nothing can be said.
func (n *tally) isEnough(t *testing.T) {
	t.Helper()
	if n.simulated < 100 {
		return
	}
	for what, of := range map[string]struct{ happened, least int }{
		"written": {n.writes, 15}, "admitted": {n.admitted, 10}, "refused": {n.refusals, 4}, "asked to try again": {n.no, 9},
	} {
		if of.happened < of.least*n.simulated {
			t.Errorf("%d were %s in %d simulations; want at least %d in each, on average", of.happened, what, n.simulated, of.least)
		}
	}
}

func (n *tally) String() string {
	return fmt.Sprintf("%d simulations: %d writes, %d admitted, %d refused, %d asked to try again", n.simulated, n.writes, n.admitted, n.refusals, n.no)
}

// epoch is when every simulation starts.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// simulation is one run.
type simulation struct {
	seed          uint64
	rng           *rand.Rand
	now           time.Time
	server        *apiServer
	replicas      []*replica
	processes     []*process
	able          []*process
	current       *process
	chance        chances
	acts          []func(*simulation) // of this run, as is what follows
	users, hosts  []string
	organizations []string
	counted       bool   // actors are counted for the bounds; else all is the operator's, which goes on for as long as it likes
	slow          string // the kind whose watches are slow
	names         int
	hurry         int  // turns for which watches are quick
	untouched     bool // the journal has been open all the time
	blind         int  // turns for which nothing is seen
	doze          int  // turns until the dozer does so
	dozer         *replica
	founded       int64 // the revision at which there were replicas first

	storing *request // whose write is being stored
	late    *request // that is tried again late
	gauges  map[meter]gauge
	dry     map[string]bool // UIDs of dry runs

	refusals, admitted, unanswered int

	failure string
	traced  bool
	lines   []string
}

// simulate runs a seed to its end, or to its first failure.
func simulate(seed uint64, traced bool) *simulation {
	s := &simulation{
		seed: seed, rng: rand.New(rand.NewPCG(seed, 0)), now: epoch, server: newAPIServer(), traced: traced,
		dry: map[string]bool{}, counted: seed%2 == 0,
	}
	defer s.close()
	s.chance = s.someChances()
	s.furnish()
	s.act()
	s.settleDown()
	s.probe()
	return s
}

func (s *simulation) close() {
	for len(s.processes) > 0 {
		s.end(s.processes[0])
	}
}

func (s *simulation) happens(chance float64) bool { return chance > 0 && s.rng.Float64() < chance }

func (s *simulation) trace(format string, args ...any) {
	if s.traced {
		s.lines = append(s.lines, fmt.Sprintf("%8.3fs ", s.now.Sub(epoch).Seconds())+fmt.Sprintf(format, args...))
	}
}

func (s *simulation) fail(format string, args ...any) {
	if s.failure == "" {
		s.failure = fmt.Sprintf(format, args...)
		s.trace("FAILED: %s", s.failure)
	}
}

func (s *simulation) must(err error) {
	if err != nil {
		s.fail("%v", err)
	}
}

// count keeps what clients were told.
func (s *simulation) count(violations rules.Violations, err error) {
	switch {
	case err != nil:
		s.unanswered++
	case len(violations) == 0:
		s.admitted++
	}
}
