// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	gosmtp "github.com/wneessen/go-mail/smtp"
)

const (
	// leaveTime bounds the wait for the answer to QUIT, on which nothing depends.
	leaveTime = 2 * time.Second
	// maxAnswers bounds what a server may say for one message. The client keeps a whole answer in memory.
	maxAnswers = 1 << 20
	// handingOver bounds the rest of a message whose content is on its way when the operator stops. Without its result, the next leader
	// sends the message again. The operator waits longer than that before it ends.
	handingOver = 15 * time.Second
	// recipientTime bounds the wait for what the server says of a recipient. Some servers ask the recipient's domain first, and a domain that
	// never answers must not hold the messages to all others.
	recipientTime = 30 * time.Second
)

var errTooMuch = errors.New("the mail server's answers are too long")

// connection is a session with the mail server, after sign-in.
type connection struct {
	raw    *bounded
	client *gosmtp.Client
	// files are those that the connection was opened with.
	files files
	// patience is the time to wait for what the server says of a recipient.
	patience time.Duration
	// spent: a context ended in the middle, so that its deadline may still reach the connection.
	spent bool
	// over is set while the content of a message is on its way.
	over atomic.Bool
}

// within runs steps on the connection, and stops their reads and writes when ctx ends.
func (c *connection) within(ctx context.Context, steps func() error) error {
	c.raw.left = maxAnswers
	_ = c.raw.SetDeadline(time.Time{})
	stop := context.AfterFunc(ctx, func() { _ = c.raw.SetDeadline(c.end(ctx)) })
	err := steps()
	if !stop() {
		c.spent = true
	}
	return err
}

// end is when reads and writes stop after ctx has ended.
func (c *connection) end(ctx context.Context) time.Time {
	if c.over.Load() && errors.Is(ctx.Err(), context.Canceled) {
		return time.Now().Add(handingOver)
	}
	return past
}

// past is a deadline that is over.
var past = time.Unix(1, 0)

// recipient names the recipient, and waits for the answer for some time at most.
func (c *connection) recipient(to string) error {
	late := time.AfterFunc(c.patience, func() { _ = c.raw.SetDeadline(past) })
	defer late.Stop()
	return c.client.Rcpt(to)
}

// transfer hands one message over. Of its errors, only those of the last step leave open whether the server has the message.
func (c *connection) transfer(e envelope) error {
	defer c.over.Store(false)
	var body io.WriteCloser
	return inOrder(
		step{StageSender, func() error { return c.client.Mail(e.from) }},
		step{StageRecipient, func() error { return c.recipient(e.to) }},
		step{StageData, func() (err error) {
			body, err = c.client.Data()
			return err
		}},
		step{StageContent, func() error {
			c.over.Store(true)
			_, err := body.Write(e.content)
			return err
		}},
		step{StageAccept, func() error { return body.Close() }},
	)
}

// leave ends the session with a QUIT, in bounded time. It must not follow an unfinished message.
func (c *connection) leave() {
	if c == nil {
		return
	}
	c.raw.left = maxAnswers
	_ = c.raw.SetDeadline(time.Now().Add(leaveTime))
	_ = c.client.Quit()
	c.drop()
}

// drop ends the session at once.
func (c *connection) drop() { _ = c.raw.Close() }

// step is one exchange with the server.
type step struct {
	stage string
	do    func() error
}

// inOrder runs steps until one fails.
func inOrder(steps ...step) error {
	for _, s := range steps {
		if err := s.do(); err != nil {
			return &stopped{s.stage, err}
		}
	}
	return nil
}

// bounded is a network connection that reads no more than is left.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooMuch
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
