// SPDX-License-Identifier: Apache-2.0

// Package smtp hands messages to the mail server of the configuration (I4). It keeps one connection for one message after another, and
// says exactly what the server did with each (I12).
package smtp

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail"
)

// idleTime is how long an unused connection is kept. Servers close one after minutes, and count it until then.
const idleTime = 10 * time.Second

// Sender hands messages to one mail server. Any number of goroutines may use it.
type Sender struct {
	config config.Mail
	host   string
	idle   time.Duration

	// turn has one place. Its holder uses kept, and nobody else does.
	turn chan struct{}
	kept *connection
	// rest closes the kept connection when it was idle.
	rest *time.Timer
}

// New makes a sender. It reads no file and connects to nothing: Readable and Check do.
func New(c config.Mail) (*Sender, error) {
	host, _, err := net.SplitHostPort(c.Address)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: %w", c.Address, err)
	}
	if c.TLS == config.MailPlain && c.CredentialsDir != "" {
		return nil, fmt.Errorf("%s: a password is not sent over a connection that tls: None leaves open", c.CredentialsDir)
	}
	s := &Sender{config: c, host: host, idle: idleTime, turn: make(chan struct{}, 1)}
	s.rest = time.AfterFunc(s.idle, s.closeIdle)
	s.rest.Stop()
	return s, nil
}

// Readable reads the files that the configuration names. Its error says which of them cannot be used. Each message reads them again.
func (s *Sender) Readable() error {
	_, err := readFiles(s.config)
	return err
}

// Send hands over one message, and returns when the mail server has accepted it. Every error is a *mail.Failure, unless write returned it.
//
// It waits for its turn as long as ctx allows. Only then it calls write, which says what is sent: that can change during the wait. Then
// write, and the exchange with the server, take the configured timeout at most, each. Once the content is on its way, a ctx that is cancelled leaves it handingOver at most.
func (s *Sender) Send(ctx context.Context, write func(context.Context) (mail.Message, error)) error {
	if err := s.take(ctx); err != nil {
		return explain(ctx, err, files{})
	}
	defer s.give()
	m, err := s.write(ctx, write)
	if err != nil {
		return err
	}
	e, err := seal(m, time.Now())
	if err != nil {
		return explain(ctx, err, files{})
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout.Duration)
	defer cancel()
	f, err := readFiles(s.config)
	if err == nil {
		err = s.deliver(ctx, f, e)
	}
	return explain(ctx, err, f)
}

func (s *Sender) write(ctx context.Context, write func(context.Context) (mail.Message, error)) (mail.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout.Duration)
	defer cancel()
	return write(ctx)
}

// Check connects, signs in and leaves, over a connection of its own. Every error is a *mail.Failure.
func (s *Sender) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout.Duration)
	defer cancel()
	f, err := readFiles(s.config)
	if err != nil {
		return explain(ctx, err, f)
	}
	c, err := s.open(ctx, f)
	if err != nil {
		return explain(ctx, err, f)
	}
	c.leave()
	return nil
}

// Close closes the kept connection. A later message opens another.
func (s *Sender) Close() {
	s.turn <- struct{}{}
	c := s.part()
	<-s.turn
	c.leave()
}

func (s *Sender) take(ctx context.Context) error {
	if ctx.Err() != nil {
		return &stopped{StageTurn, ctx.Err()}
	}
	select {
	case s.turn <- struct{}{}:
		s.rest.Stop()
		return nil
	case <-ctx.Done():
		return &stopped{StageTurn, ctx.Err()}
	}
}

// give begins the rest after the turn has ended: closeIdle leaves a connection alone while somebody has the turn.
func (s *Sender) give() {
	keeps := s.kept != nil
	<-s.turn
	if keeps {
		s.rest.Reset(s.idle)
	}
}

// closeIdle leaves a connection alone that somebody uses right now.
func (s *Sender) closeIdle() {
	select {
	case s.turn <- struct{}{}:
	default:
		return
	}
	c := s.part()
	<-s.turn
	c.leave()
}

// part gives up the kept connection, if there is one, and returns it.
func (s *Sender) part() *connection {
	c := s.kept
	s.kept = nil
	return c
}
