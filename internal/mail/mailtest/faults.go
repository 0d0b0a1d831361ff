// SPDX-License-Identifier: Apache-2.0

package mailtest

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	gosmtp "github.com/emersion/go-smtp"
)

// Step is where a server can fail.
type Step string

// The steps of a session, in order.
const (
	Connect    Step = "connect"   // a connection came; nothing is sent yet
	Hello      Step = "hello"     // EHLO or HELO came
	Encrypt    Step = "encrypt"   // the client's part of the TLS handshake came; no reply is possible
	SignInStep Step = "sign in"   // AUTH came
	Sender     Step = "sender"    // MAIL came
	Recipient  Step = "recipient" // RCPT came
	Content    Step = "content"   // the whole message came, with its final dot
	Sent       Step = "sent"      // the message is in the inbox; the client does not know yet
)

// Envelope is what the server knows of a message at a step.
type Envelope struct {
	// User signed in; empty if nobody did.
	User string
	// Encrypted: by TLS.
	Encrypted bool
	From, To  string
}

// Judge decides what a server does at a step: nil goes on. Refuse, Hang and Drop make the other answers. Any other error is a refusal too.
type Judge func(Envelope) error

var (
	// ErrHang makes the server silent until it ends.
	ErrHang = errors.New("hang")
	// ErrDrop makes it close the connection.
	ErrDrop = errors.New("drop")
)

// Refuse is a reply: a code such as 550, an enhanced status such as 5.1.1 or nothing, and a text of one line or more.
func Refuse(code int, status, text string) error {
	enhanced := gosmtp.NoEnhancedCode
	if status != "" {
		if _, err := fmt.Sscanf(status, "%d.%d.%d", &enhanced[0], &enhanced[1], &enhanced[2]); err != nil {
			return fmt.Errorf("%q is no enhanced status: %w", status, err)
		}
	}
	return &gosmtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

// Always answers each time alike.
func Always(answer error) Judge { return func(Envelope) error { return answer } }

// Times answers that way a number of times, and goes on from then.
func Times(n int, answer error) Judge {
	var mutex sync.Mutex
	return func(Envelope) error {
		mutex.Lock()
		defer mutex.Unlock()
		n--
		if n >= 0 {
			return answer
		}
		return nil
	}
}

// For answers that way for some recipients.
func For(answer error, recipients ...string) Judge { return Only(Always(answer), recipients...) }

// Only asks a judge about some recipients, and goes on for the others.
func Only(judge Judge, recipients ...string) Judge {
	return func(e Envelope) error {
		if slices.Contains(recipients, e.To) {
			return judge(e)
		}
		return nil
	}
}

// First asks one judge after another, and answers as the first that does not go on.
func First(judges ...Judge) Judge {
	return func(e Envelope) error {
		for _, judge := range judges {
			if err := judge(e); err != nil {
				return err
			}
		}
		return nil
	}
}

// Greylist refuses a pair of sender and recipient at its first try.
func Greylist() Judge {
	var mutex sync.Mutex
	known := map[Envelope]bool{}
	return func(e Envelope) error {
		mutex.Lock()
		defer mutex.Unlock()
		pair := Envelope{From: e.From, To: e.To}
		if known[pair] {
			return nil
		}
		known[pair] = true
		return Refuse(451, "4.7.1", "Greylisted, please try again later")
	}
}

// At makes a judge decide at a step from now on; nil ends that.
func (s *Server) At(step Step, judge Judge) { s.change(func() { s.judges[step] = judge }) }

// judge asks the judge of a step. A server that hangs does so here.
func (s *Server) judge(step Step, e Envelope) error {
	s.mutex.Lock()
	judge := s.judges[step]
	s.mutex.Unlock()
	if judge == nil {
		return nil
	}
	err := judge(e)
	if errors.Is(err, ErrHang) {
		<-s.done
	}
	return err
}
