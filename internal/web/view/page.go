// SPDX-License-Identifier: Apache-2.0

package view

import (
	"errors"
	"fmt"
	"time"

	"github.com/polyorg/polyorg/internal/locale"
)

// Page is what a page tells. Tenants wrote some of it: nothing in it is taken for safe. Only a kind's own fields are shown.
type Page struct {
	Kind Kind
	// Locale of the organization, or else of the browser; nil: English.
	Locale *locale.Locale

	// Organization is a display name. Ask, Accepted and Declined need it, the others may have it.
	Organization string
	// Email is the address that was invited. For Ask and NotForYou.
	Email string
	// Inviter is an address; empty: a platform actor invites. Role, UserType and Message are those of the Invitation. For Ask.
	Inviter, Role, UserType, Message string
	// Deadline is shown in TimeZone, an IANA name; empty: UTC. Ask needs it; with it, Limit and Closed say how long there is time.
	Deadline time.Time
	TimeZone string

	// Base is the path before StylePath. Empty: the page has a host of its own.
	Base string
	// Action is the path that the forms are sent to; empty: the page's own. Token is the link's. For Ask, and to take a mute back.
	Action, Token string
	// Declining says that the link was the one to decline: that choice comes first. For Ask.
	Declining bool
	// AccessURL leads into the organization; empty: the page has no such link. For Accepted.
	AccessURL string
	// Muted is what the invitee asked for. For the kinds that show a mute.
	Muted Mute
	// Host is the one that was asked for. SuspendedHost, UnreadyHost and BaseDomain need it.
	Host string
	// Rule is the ID of the limit that was reached. If the language has no words for it, Detail stands there: English text. For Limit.
	Rule, Detail string
}

// check refuses what only a mistake of the caller can be.
func (p Page) check() error {
	var errs []error
	if _, is := statuses[p.Kind]; !is {
		errs = append(errs, fmt.Errorf("there is no page of kind %q", p.Kind))
	}
	if p.needsOrganization() && p.Organization == "" {
		errs = append(errs, fmt.Errorf("a page of kind %s names the organization", p.Kind))
	}
	if p.needsHost() && p.Host == "" {
		errs = append(errs, fmt.Errorf("a page of kind %s names the host", p.Kind))
	}
	if p.Kind == Ask && (p.Token == "" || p.Deadline.IsZero()) {
		errs = append(errs, errors.New("a page of kind Ask has a token and a deadline"))
	}
	return errors.Join(errs...)
}

func (p Page) needsOrganization() bool {
	return p.Kind == Ask || p.Kind == Accepted || p.Kind == Declined
}

func (p Page) needsHost() bool {
	return p.Kind == SuspendedHost || p.Kind == UnreadyHost || p.Kind == BaseDomain
}
