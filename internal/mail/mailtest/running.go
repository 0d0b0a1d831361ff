// SPDX-License-Identifier: Apache-2.0

package mailtest

import (
	"net"

	gosmtp "github.com/emersion/go-smtp"
)

// running is a server that listens.
type running struct {
	listener *listener
	smtp     *gosmtp.Server
}

// Down makes the server unreachable, and ends every connection to it. Its inbox and its settings stay.
func (s *Server) Down() error {
	s.mutex.Lock()
	r := s.running
	s.running = nil
	s.mutex.Unlock()
	if r == nil {
		return nil
	}
	err := r.smtp.Close()
	_ = r.listener.Close() // which the server does not know when it ends before it has begun
	return err
}

// Up makes a server reachable that was down, at the same address.
func (s *Server) Up() error {
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	s.serve(l)
	return nil
}

// Restart ends every connection, as a server that is restarted.
func (s *Server) Restart() error {
	if err := s.Down(); err != nil {
		return err
	}
	return s.Up()
}

func (s *Server) serve(l net.Listener) {
	r := &running{&listener{Listener: l, server: s}, s.protocol()}
	s.mutex.Lock()
	s.running = r
	s.mutex.Unlock()
	go func() { _ = r.smtp.Serve(r.listener) }() // ends with Down
}
