// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"time"

	"golang.org/x/net/publicsuffix"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail"
)

const (
	// slowTime is the time between two turns of a slow domain.
	slowTime = 10 * time.Minute
	// slowLook is the time until the others look at what the message with the turn has found.
	slowLook = time.Minute
)

// slow is a recipients' domain for which the mail server did not answer in time. Each message to it holds the only connection for long, and
// one organization can invite a crowd there. So one message at a time tries it, until the server answers.
type slow struct {
	next time.Time
	// holder is the invitation that has the turn; empty if none has.
	holder types.NamespacedName
}

// registrable is the part of a domain that somebody registers: the owner of example.com can make any number of names below it.
func registrable(domain string) string {
	if known, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return known
	}
	return domain
}

// untilAnswer is the time until the message of an invitation may try a slow domain; 0 if it may now.
func (t *turns) untilAnswer(domain string, name types.NamespacedName, now time.Time) time.Duration {
	known, is := t.slow.Get(registrable(domain))
	if !is {
		return 0
	}
	s := known.(*slow)
	left := s.next.Sub(now)
	switch {
	case s.holder == name:
		return 0
	case left > 0 && s.holder != (types.NamespacedName{}):
		return min(left, slowLook)
	case left > 0:
		return left
	}
	s.next, s.holder = now.Add(slowTime), name
	return 0
}

// heard notes whether the mail server answered in time for the recipient of an invitation. What went wrong before that concerns the platform,
// and says nothing of the domain.
func (t *turns) heard(i *v1alpha1.Invitation, failure *mail.Failure, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case failure == nil || failure.Code != 0 && !failure.Platform:
		t.slow.Remove(registrable(domainOf(i)))
	case failure.SlowRecipient:
		t.slow.Add(registrable(domainOf(i)), &slow{next: now.Add(slowTime)})
	}
}
