// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"context"
	"errors"
	"net/textproto"
	"os"
	"slices"
)

// deliver uses the kept connection, if it was opened with what the files say now. It tries another one only if the kept connection was at
// its end, so no message is handed over twice.
func (s *Sender) deliver(ctx context.Context, f files, e envelope) error {
	if s.kept != nil && s.kept.files == f {
		if err := s.hand(ctx, e); !stale(err) {
			return err
		}
	}
	if c := s.part(); c != nil {
		go c.leave()
	}
	c, err := s.open(ctx, f)
	if err != nil {
		return err
	}
	s.kept = c
	return s.hand(ctx, e)
}

// hand hands a message over, and keeps the connection only if all went well.
func (s *Sender) hand(ctx context.Context, e envelope) error {
	err := s.kept.within(ctx, func() error { return s.kept.transfer(e) })
	switch {
	case err == nil && !s.kept.spent:
	case isReply(err):
		go s.part().leave()
	default:
		// No QUIT here: before it, the client writes the final dot of an unfinished message, unless its buffer remembers an error.
		s.part().drop()
	}
	return err
}

// stale reports whether a connection had ended before anything of the message was on its way. A server ends one that was idle, or that had
// its number of messages: it closes it, or answers 421 to the next command.
func stale(err error) bool {
	var at *stopped
	if !errors.As(err, &at) || !slices.Contains([]string{StageSender, StageRecipient, StageData}, at.stage) {
		return false
	}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply.Code == 421
	}
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// isReply reports whether the server answered, so that the connection can still be used.
func isReply(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply)
}
