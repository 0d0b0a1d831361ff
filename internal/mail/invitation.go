// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/polyorg/polyorg/internal/locale"
)

// Invitation is all that its e-mail says. Tenants wrote much of it: nothing in it is taken for safe.
type Invitation struct {
	// Locale of the organization; nil: English.
	Locale *locale.Locale
	// Organization is a display name.
	Organization string
	// Inviter is an address; empty: a platform actor invites.
	Inviter string
	// Role and UserType are those of the Invitation. Message is too, and may be empty.
	Role, UserType, Message string
	// Deadline is shown in TimeZone, an IANA name; empty: UTC.
	Deadline time.Time
	TimeZone string
	// Others are the display names of the invitee's other organizations (I4).
	Others []string
	// To is the invitee's address, without a name.
	To string
	// AcceptURL and DeclineURL have the token. No error shows them.
	AcceptURL, DeclineURL string
	// ID is the Message-ID without angle brackets. A second try of one send has the same.
	ID string
}

// maxMessageID keeps the header in one line.
const maxMessageID = 200

// messageID is the form of RFC 5322, without its quoted and its obsolete ones.
var messageID = regexp.MustCompile("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$")

// check refuses what only a mistake of the operator can be. What tenants wrote is made safe instead.
func (i Invitation) check() error {
	var errs []error
	for _, link := range []struct{ name, url string }{{"AcceptURL", i.AcceptURL}, {"DeclineURL", i.DeclineURL}} {
		if err := webAddress(link.url, "https", "http"); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", link.name, err))
		}
	}
	if !bare(i.To) {
		errs = append(errs, errors.New("no e-mail address is in To"))
	}
	if !messageID.MatchString(i.ID) || len(i.ID) > maxMessageID {
		errs = append(errs, errors.New("no Message-ID is in ID"))
	}
	if i.Deadline.IsZero() {
		errs = append(errs, errors.New("no time is in Deadline"))
	}
	return errors.Join(errs...)
}

// bare reports whether a text is an address without a name, in plain ASCII as those of people are (U1).
func bare(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Name == "" && a.Address == text && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}
