// SPDX-License-Identifier: Apache-2.0

// Package mail writes the e-mail of an invitation (I4), and says what a mail server did with one. Package smtp hands it over.
package mail

import (
	"net/mail"
	"strconv"
	"strings"
)

// Message is one e-mail to one person. Its parts are complete: nobody adds to them on the way to the mail server.
type Message struct {
	// ID is the Message-ID without angle brackets. A second try of one send has the same.
	ID string
	// From, To and ReplyTo are addresses, with or without a name. ReplyTo may be empty.
	From, To, ReplyTo mail.Address
	// Language of the texts, a BCP 47 tag.
	Language string
	// Subject is one line of text.
	Subject string
	// Text and HTML say the same.
	Text, HTML string
}

// Failure is the error about a message that a mail server did not accept, or that never got to one. It holds no address, no password and no
// text of the message.
type Failure struct {
	// Permanent: the server refuses this message for good (I12). Any other failure may end by itself.
	Permanent bool
	// Platform: it is about the operator, its mail server, or the way between them. No tenant can mend it, and none should read its details.
	Platform bool
	// Uncertain: the server may have accepted the message all the same.
	Uncertain bool
	// SlowRecipient: the server said nothing of the recipient in time. Servers ask the recipient's domain then, and may wait for it.
	SlowRecipient bool
	// Code is the server's SMTP reply code, such as 550; 0 if it gave none.
	Code int
	// Enhanced is its enhanced status code, such as 5.1.1; empty if it gave none.
	Enhanced string
	// Stage says what the operator was doing, in words: "connect to the mail server", "name the recipient".
	Stage string
	// Reason is a short text for an administrator, of ours or of the server's, in one line of at most 200 visible characters.
	Reason string
}

// Error is the failure in one line: what was done, the server's code, and why it failed.
func (f *Failure) Error() string {
	return f.inWords(f.Reason)
}

// ForTenants is the failure in one line, without what only the platform's administrators should know.
func (f *Failure) ForTenants() string {
	if f.Platform {
		return f.inWords("the platform's mail server cannot be used now")
	}
	return f.Error()
}

func (f *Failure) inWords(reason string) string {
	var code []string
	if f.Code != 0 {
		code = append(code, strconv.Itoa(f.Code))
	}
	if f.Enhanced != "" {
		code = append(code, f.Enhanced)
	}
	return strings.Join(append([]string{f.Stage + ":"}, append(code, reason)...), " ")
}
