// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"time"
)

// busyPause is the interval at which a replica without requests looks at the entries that it knows. idlePause is the longest interval
// between live reads of the journal, in case its watch brings nothing.
const (
	busyPause = 250 * time.Millisecond
	idlePause = 5 * time.Second
)

// Start runs the journal until the context ends. An error means that this replica must start anew.
func (j *Journal) Start(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer close(j.stopped)
	go j.follow(ctx)
	var waiting []*request
	for ctx.Err() == nil && j.failed == nil {
		changed := j.View.Changed()
		var again bool
		if waiting, again = j.round(ctx, waiting); !again {
			waiting = j.await(ctx, waiting, changed)
		}
		waiting = j.gather(ctx, waiting)
	}
	for _, r := range waiting {
		r.answer <- answer{err: tryAgain(Unavailable)}
	}
	return j.failed
}

// await waits for a reason to judge again: a new request, more seen, or time passed.
func (j *Journal) await(ctx context.Context, waiting []*request, changed <-chan struct{}) []*request {
	timer := j.Clock.NewTimer(j.pause(waiting))
	defer timer.Stop()
	if len(waiting) == 0 {
		changed = nil // no request waits; entries that end meanwhile are removed later
	}
	for {
		select {
		case <-ctx.Done():
		case r := <-j.requests:
			waiting = append(waiting, r)
		case <-changed:
		case <-j.news:
			j.catchUp(ctx)
			if len(waiting) == 0 {
				timer.Reset(j.pause(waiting))
				continue
			}
		case <-timer.C():
			j.pauseEnds()
		}
		return waiting
	}
}

// pauseEnds makes the next round read the journal if the watch has brought nothing for long.
func (j *Journal) pauseEnds() {
	if j.Clock.Since(j.readAt) >= idlePause {
		j.state = nil
	}
}

func (j *Journal) pause(waiting []*request) time.Duration {
	if len(waiting) > 0 || j.state == nil || !j.state.echoesItself() || len(j.state.overlay.Entries()) > 0 {
		return busyPause
	}
	return idlePause
}

// gather collects every request that has been submitted, and those that come until it is time to write.
func (j *Journal) gather(ctx context.Context, waiting []*request) []*request {
	for {
		remaining := j.pace.wait(j.Clock.Now())
		if remaining <= 0 || len(waiting) == 0 {
			return j.drain(waiting)
		}
		timer := j.Clock.NewTimer(remaining)
		select {
		case <-ctx.Done():
			return waiting
		case r := <-j.requests:
			waiting = append(waiting, r)
		case <-j.news:
			j.catchUp(ctx)
		case <-timer.C():
		}
		timer.Stop()
	}
}

// drain collects every request that has been submitted.
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
