// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
)

// What is sent is decided when the connection is free: during the wait, a person can answer.
func TestAMessageIsWrittenWhenItsTurnComes(t *testing.T) {
	d := newDesk(t, nil)
	hangs, release := make(chan struct{}), make(chan struct{})
	d.At(mailtest.Sender, func(mailtest.Envelope) error {
		hangs <- struct{}{}
		<-release
		return nil
	})
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- d.Send(t.Context(), written(invitation("jane@example.org"))) }()
	select {
	case <-hangs:
	case err := <-first:
		t.Fatal(err)
	}
	asked, no := make(chan struct{}), errors.New("not any more")
	go func() {
		second <- d.Send(t.Context(), func(context.Context) (mail.Message, error) {
			close(asked)
			return mail.Message{}, no
		})
	}()
	select {
	case <-asked:
		t.Error("it was written while another message had the connection")
	case <-time.After(patience):
	}
	close(release)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if err := <-second; !errors.Is(err, no) {
		t.Errorf("got %v", err)
	}
	if d.Received() != 1 || d.Accepted() != 1 {
		t.Errorf("%d messages, %d connections", d.Received(), d.Accepted())
	}
}

// The message has left: without the server's answer, the next leader would send it again.
func TestAMessageWhoseContentIsOnItsWayOutlivesTheOperatorsStop(t *testing.T) {
	for _, step := range []mailtest.Step{mailtest.Content, mailtest.Sent} {
		t.Run(string(step), func(t *testing.T) {
			d := newDesk(t, nil)
			ctx, stop := context.WithCancel(t.Context())
			d.At(step, func(mailtest.Envelope) error {
				stop()
				<-time.After(patience) // a slow server
				return nil
			})
			if err := d.Send(ctx, written(invitation("jane@example.org"))); err != nil {
				t.Error(err)
			}
			d.At(step, nil)
			d.must(t, invitation("joe@example.org"))
		})
	}
}

// A server that says nothing of a recipient asks the recipient's domain. All other messages wait for it.
func TestTheWaitForARecipientIsShorter(t *testing.T) {
	d := newDesk(t, func(c *config.Mail) { c.Timeout.Duration = time.Minute })
	d.must(t, invitation("joe@example.org"))
	d.At(mailtest.Recipient, mailtest.For(mailtest.ErrHang, "jane@slow.example"))
	d.patience(t, patience)
	started := time.Now()
	f := fails(t, d.Sender, invitation("jane@slow.example"))
	if took := time.Since(started); took > grace {
		t.Errorf("it took %s", took)
	}
	if !f.SlowRecipient || f.Platform || f.Permanent || f.Stage != StageRecipient {
		t.Errorf("got %+v", f)
	}
	d.must(t, invitation("joe@example.org"))
}

// patience changes how long the kept connection waits for what the server says of a recipient.
func (d desk) patience(tb testing.TB, of time.Duration) {
	tb.Helper()
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	if d.kept == nil {
		tb.Fatal("no connection is kept")
	}
	d.kept.patience = of
}

func TestOnlyASilenceAboutTheRecipientIsOne(t *testing.T) {
	for step, want := range map[mailtest.Step]bool{
		mailtest.Hello: false, mailtest.Sender: false, mailtest.Recipient: true, mailtest.Content: false,
	} {
		for _, answer := range []error{mailtest.ErrHang, mailtest.ErrDrop} {
			t.Run(fmt.Sprint(step, answer), func(t *testing.T) {
				t.Parallel()
				d := newDesk(t, func(c *config.Mail) { c.Timeout.Duration = 2 * patience })
				d.At(step, mailtest.Always(answer))
				if f := fails(t, d.Sender, invitation("jane@example.org")); f.SlowRecipient != (want && errors.Is(answer, mailtest.ErrHang)) {
					t.Errorf("got %+v", f)
				}
			})
		}
	}
}

func TestTheBoundOfARecipientIsPartOfTheTimeout(t *testing.T) {
	for timeout, want := range map[time.Duration]time.Duration{2 * time.Minute: 30 * time.Second, 10 * time.Second: 5 * time.Second} {
		d := newDesk(t, func(c *config.Mail) { c.Timeout.Duration = timeout })
		d.must(t, invitation("joe@example.org"))
		if d.kept.patience != want {
			t.Errorf("%s of %s, want %s", d.kept.patience, timeout, want)
		}
	}
}
