// SPDX-License-Identifier: Apache-2.0

package journal_test

import "time"

// process is somebody who acts: a replica, a client of the API server, the operator. It is a coroutine: it runs until it waits,
// and nobody else runs meanwhile.
type process struct {
	name   string
	ready  func() bool // whether it would go on; nil for at once
	until  time.Time   // when its ready function will change its mind at the latest; zero if time has no part in it
	resume func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
}

// killed unwinds a process that is stopped where it waits.
type killed struct{}

// begin adds a process to those that the simulation chooses from.
func (s *simulation) begin(name string, script func()) *process {
	p := &process{name: name}
	p.resume, p.stop = pull(func(yield func(struct{}) bool) {
		defer func() {
			if r := recover(); r != nil && r != (killed{}) {
				panic(r)
			}
		}()
		p.yield = yield
		script()
	})
	s.processes = append(s.processes, p)
	return p
}

// step lets a process run until it waits again or is done.
func (s *simulation) step(p *process) {
	s.current = p
	p.ready, p.until = nil, time.Time{}
	if _, alive := p.resume(); !alive {
		s.end(p)
	}
}

// end takes a process away, wherever it is.
func (s *simulation) end(p *process) {
	p.stop()
	for i, other := range s.processes {
		if other == p {
			s.processes = append(s.processes[:i:i], s.processes[i+1:]...)
			return
		}
	}
}

// wait lets others run, and comes back once ready says so; nil is whenever it is this process's turn.
func (s *simulation) wait(ready func() bool) {
	p := s.current
	p.ready = ready
	if !p.yield(struct{}{}) {
		panic(killed{})
	}
}

// waitUntil waits for ready or an instant.
func (s *simulation) waitUntil(t time.Time, ready func() bool) {
	s.current.until = t
	s.wait(func() bool { return !s.now.Before(t) || ready != nil && ready() })
}

// holds reports whether a process is that of a replica which is stopped.
func (s *simulation) holds(p *process) bool {
	return s.dozer != nil && s.dozer.stopped && s.dozer.process == p
}

// runnable are the processes that would go on.
func (s *simulation) runnable() []*process {
	s.able = s.able[:0]
	for _, p := range s.processes {
		if !s.holds(p) && (p.ready == nil || p.ready()) {
			s.able = append(s.able, p)
		}
	}
	return s.able
}
