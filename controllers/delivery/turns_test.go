// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"fmt"
	"testing"
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/rules"
)

// of is a policy with these rates.
func of(perMinute, perMinuteToDomain int32) rules.Policy {
	p := rules.DefaultPolicy
	p.PerMinute, p.PerMinuteToDomain = perMinute, perMinuteToDomain
	return p
}

// from is an invitation of an organization, to an address of a domain.
func from(organization, domain string, n int) *v1alpha1.Invitation {
	i := begun(fmt.Sprintf("p%d", n), 1)
	i.Namespace, i.Spec.Email = organization, i.Name+"@"+domain
	return i
}

// last is when the last of so many messages may leave, where each is asked again as it is told.
func last(t *turns, p rules.Policy, count int, invitation func(n int) *v1alpha1.Invitation) (late time.Duration) {
	for n := range count {
		now := start
		for left := t.until(p, invitation(n), now); left > 0; left = t.until(p, invitation(n), now) {
			now = now.Add(left)
		}
		late = max(late, now.Sub(start))
	}
	return late
}

func TestI13MessagesOfManyOrganizationsToOneDomainHaveItsRate(t *testing.T) {
	each := func(domain string) func(int) *v1alpha1.Invitation {
		return func(n int) *v1alpha1.Invitation { return from(fmt.Sprintf("org-%d", n), domain, n) }
	}
	turns := newTurns()
	if got := last(turns, of(60, 60), 20, each("example.org")); got != 10*time.Second {
		t.Errorf("20 messages at 60 a minute, 10 at once: the last leaves after %s", got)
	}
	if got := last(turns, of(60, 60), 10, each("example.net")); got != 0 {
		t.Errorf("messages to another domain wait %s", got)
	}
}

func TestI13MessagesOfOneOrganizationHaveItsRate(t *testing.T) {
	turns := newTurns()
	crowd := func(n int) *v1alpha1.Invitation { return from("org-zylker", fmt.Sprintf("d%d.example.org", n), n) }
	if got := last(turns, of(60, 6000), 20, crowd); got != 10*time.Second {
		t.Errorf("the last leaves after %s", got)
	}
	if got := last(turns, of(60, 6000), 10, func(n int) *v1alpha1.Invitation { return from("org-other", "example.org", n) }); got != 0 {
		t.Errorf("another organization waits %s", got)
	}
}

func TestI13ACrowdOfOneOrganizationHoldsNoTurnsOfADomainForLong(t *testing.T) {
	turns, p := newTurns(), of(60, 60)
	for n := range 1000 {
		turns.until(p, from("org-crowd", "example.org", n), start)
	}
	if got := turns.until(p, from("org-zylker", "example.org", 0), start); got > time.Minute {
		t.Errorf("a message of another organization waits %s", got)
	}
}

var silent = &mail.Failure{Stage: "name the recipient", SlowRecipient: true, Reason: "the mail server did not answer in time"}

func TestADomainThatNeverAnswersHasOneTurnInTenMinutes(t *testing.T) {
	turns, p := newTurns(), of(6000, 6000)
	a, b, c := from("org-zylker", "slow.example", 1), from("org-zylker", "any.slow.example", 2), from("org-zylker", "example.org", 3)
	wants := func(i *v1alpha1.Invitation, after, want time.Duration) {
		t.Helper()
		if got := turns.until(p, i, start.Add(after)); got != want {
			t.Errorf("%s after %s: %s, want %s", i.Spec.Email, after, got, want)
		}
	}
	wants(a, 0, 0)
	wants(b, 0, 0) // it waits for the connection, which a holds
	turns.heard(a, silent, start)
	wants(b, 0, 10*time.Minute) // its turn is judged again when it has the connection
	wants(a, 0, 10*time.Minute)
	wants(c, 0, 0)

	wants(b, 10*time.Minute, 0)
	wants(a, 10*time.Minute, time.Minute)
	wants(b, 10*time.Minute, 0)
	turns.heard(b, silent, start.Add(11*time.Minute))
	wants(a, 12*time.Minute, 9*time.Minute)

	wants(a, 21*time.Minute, 0)
	turns.heard(a, down, start.Add(21*time.Minute)) // says nothing of the domain
	wants(b, 22*time.Minute, time.Minute)
	turns.heard(a, nil, start.Add(22*time.Minute))
	wants(b, 22*time.Minute, 0)
}

func TestADomainThatRefusesAnswers(t *testing.T) {
	turns, p := newTurns(), of(6000, 6000)
	i := from("org-zylker", "slow.example", 1)
	turns.heard(i, silent, start)
	turns.heard(i, unknown, start)
	if got := turns.until(p, i, start); got != 0 {
		t.Errorf("it waits %s", got)
	}
}

func TestAnOutageOfTheMailServerSlowsNoDomain(t *testing.T) {
	turns, p := newTurns(), of(6000, 6000)
	i := from("org-zylker", "example.org", 1)
	turns.heard(i, down, start)
	if got := turns.until(p, i, start); got != 0 {
		t.Errorf("it waits %s", got)
	}
}
