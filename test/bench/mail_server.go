// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"sync"
	"time"

	"github.com/polyorg/polyorg/internal/config"
	compose "github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
	"github.com/polyorg/polyorg/internal/mail/smtp"
)

// room is more messages than one measurement sends.
const room = 1 << 16

// office is a mail server in this process. It notes when messages come.
type office struct {
	*mailtest.Server
	settings config.Mail // of its clients

	mu    sync.Mutex
	begun map[string]time.Time // when the server was told each recipient
	taken chan arrival
}

// arrival is a message that the mail server has. Began is when the server was told its recipient.
type arrival struct {
	to        string
	began, at time.Time
}

// openOffice starts a mail server with STARTTLS and sign-in. Its clients find its files in a folder.
func openOffice(dir string) (*office, error) {
	server, err := mailtest.New(mailtest.SignIn("polyorg", "secret"), mailtest.Keep(room))
	if err != nil {
		return nil, err
	}
	o := &office{Server: server, begun: map[string]time.Time{}, taken: make(chan arrival, room)}
	server.At(mailtest.Recipient, o.begin)
	server.At(mailtest.Sent, o.take)
	o.settings, err = server.Config(dir)
	return o, err
}

func (o *office) begin(e mailtest.Envelope) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.begun[e.To] = time.Now()
	return nil
}

func (o *office) take(e mailtest.Envelope) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.taken <- arrival{e.To, o.begun[e.To], time.Now()}
	return nil
}

// delay makes the server take so long for each message.
func (o *office) delay(d time.Duration) {
	o.At(mailtest.Content, func(mailtest.Envelope) error {
		time.Sleep(d) //nolint:forbidigo // a slow mail server takes its time
		return nil
	})
}

// await returns the next message.
func (o *office) await(ctx context.Context) (arrival, error) {
	select {
	case a := <-o.taken:
		return a, nil
	case <-ctx.Done():
		return arrival{}, fmt.Errorf("no message came: %w", ctx.Err())
	}
}

// empty throws all messages away, and returns how many there were, and how many Message-IDs they had.
func (o *office) empty() (messages, distinct int, err error) {
	for len(o.taken) > 0 {
		<-o.taken
	}
	all := o.Messages()
	o.Clear()
	ids := map[string]bool{}
	for i := range all {
		id, failed := all[i].Header.MessageID()
		err = errors.Join(err, failed)
		ids[id] = true
	}
	return len(all), len(ids), err
}

// capacity is how many messages a second the operator's mail client hands to the server, when nothing else goes on.
func (o *office) capacity(ctx context.Context, n int) (perSecond float64, err error) {
	started := time.Now()
	if err := o.hand(ctx, n); err != nil {
		return 0, err
	}
	perSecond = float64(n) / time.Since(started).Seconds()
	got, _, err := o.empty()
	if err == nil && got != n {
		err = fmt.Errorf("the mail server has %d of %d messages", got, n)
	}
	return perSecond, err
}

// hand hands messages to the server, one after another.
func (o *office) hand(ctx context.Context, n int) error {
	sender, err := smtp.New(o.settings)
	if err != nil {
		return err
	}
	defer sender.Close()
	messages, err := someMessages(n)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if err := sender.Send(ctx, func(context.Context) (compose.Message, error) { return m, nil }); err != nil {
			return err
		}
	}
	return nil
}

// someMessages are e-mails such as the operator sends.
func someMessages(n int) (all []compose.Message, err error) {
	composer, err := compose.NewComposer(netmail.Address{Name: "Polyorg", Address: "invitations@example.com"}, compose.Look{}, false)
	if err != nil {
		return nil, err
	}
	link := invitationPage + "/" + fmt.Sprintf("%0300d", 0) // as long as one with a token
	for i := range n {
		m, err := composer.Compose(compose.Invitation{
			ID: fmt.Sprintf("capacity-%d@example.com", i), To: guest("capacity", i), Organization: "Zylker", Inviter: person("owner", 0),
			Role: "Standard", Deadline: time.Now().Add(time.Hour), AcceptURL: link, DeclineURL: link + "/decline",
		})
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// guest is an invitee. Guests are of many domains, so that no rate of a domain binds (I13).
func guest(what string, i int) string {
	const domains = 100
	return fmt.Sprintf("%s-%d@%d.example.com", what, i, i%domains)
}
