// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"time"

	"golang.org/x/time/rate"
)

const (
	// bytesASecond bounds the writes of this replica, because each write is stored, and sent to every replica.
	bytesASecond = 1 << 20
	// rivalry is the time after its last write for which another replica is a rival: it may write again.
	rivalry = time.Second
	// A replica waits so many times as long as its last write took. It waits gathers times for other requests. It waits yields times for a
	// rival's turn, which includes the rival's own wait for requests. Shorter waits give small batches and conflicts, as `make bench`
	// showed. A replica yields only where two take turns, so that the rival wrote a short while before. A wait for a rival that seldom
	// writes would add several times a write to every answer (`make bench BENCH=storm`).
	gathers, yields = 3, 5
	// longestGather, longestYield and longestNews bound the waits that pacing adds to an answer. In the last the watch brings the write of
	// a rival, which is cheaper than reading it.
	longestGather = 25 * time.Millisecond
	longestYield  = 100 * time.Millisecond
	longestNews   = 20 * time.Millisecond
)

// pace says when to write next. Without a rival, and with one request at a time, a replica never waits.
type pace struct {
	bytes   *rate.Limiter
	next    time.Time // not before
	yield   time.Time // not before, unless another replica has written since
	foreign time.Time // when another replica was last seen to write
}

func newPace() pace { return pace{bytes: rate.NewLimiter(bytesASecond, 4*ofAll.bytes)} }

// wrote notes a write of this replica, which has just ended.
func (p *pace) wrote(now time.Time, took time.Duration, size int) {
	p.next = now.Add(p.bytes.ReserveN(now, min(size, p.bytes.Burst())).DelayFrom(now))
	if turn := min(yields*took, longestYield); now.Sub(p.foreign) < took+turn {
		p.yield = now.Add(turn)
	}
}

// gather waits for other requests: where many come at a time, those of the next moment share a write.
func (p *pace) gather(now time.Time, took time.Duration) {
	if next := now.Add(min(gathers*took, longestGather)); next.After(p.next) {
		p.next = next
	}
}

// lost notes that another replica wrote first.
func (p *pace) lost(now time.Time) { p.foreign, p.yield = now, now.Add(longestNews) }

// saw notes that another replica has written: it is this one's turn.
func (p *pace) saw(now time.Time) { p.foreign, p.yield = now, time.Time{} }

// rival reports whether another replica is at work too.
func (p *pace) rival(now time.Time) bool { return now.Sub(p.foreign) < rivalry }

// wait is the time until the next write.
func (p *pace) wait(now time.Time) time.Duration {
	until := p.next
	if p.yield.After(until) {
		until = p.yield
	}
	return until.Sub(now)
}
