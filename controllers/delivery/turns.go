// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/lru"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// counted is how many organizations, and how many domains, have a count. One that sent nothing for long is forgotten first, and begins anew.
const counted = 10_000

// turns bound the messages of each organization, and those to each recipient's domain (I13). Every attempt takes a turn of both. A new leader
// begins to count anew.
type turns struct {
	mu                     sync.Mutex
	organizations, domains *lru.Cache
	// slow has a *slow for each domain that did not let the mail server answer in time.
	slow  *lru.Cache
	taken map[types.NamespacedName]turn
}

// turn is the turn of one message: first that of its organization, then that of its recipient's domain. So a crowd that one organization
// invites holds no turns of a domain long before it can use them.
type turn struct {
	invitation types.UID
	at         time.Time
	ofDomain   bool
}

func newTurns() *turns {
	return &turns{organizations: lru.New(counted), domains: lru.New(counted), slow: lru.New(counted), taken: map[types.NamespacedName]turn{}}
}

// until is the time until an invitation's message may leave, or take its next turn.
func (t *turns) until(policy rules.Policy, i *v1alpha1.Invitation, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	name := client.ObjectKeyFromObject(i)
	mine, is := t.taken[name]
	if !is || mine.invitation != i.UID {
		mine = turn{invitation: i.UID, at: next(t.organizations, i.Namespace, policy.PerMinute, now)}
	}
	if !mine.ofDomain && !now.Before(mine.at) {
		mine.at, mine.ofDomain = next(t.domains, domainOf(i), policy.PerMinuteToDomain, now), true
	}
	t.taken[name] = mine
	if left := mine.at.Sub(now); left > 0 {
		return left
	}
	return t.untilAnswer(domainOf(i), name, now)
}

// domainOf is the domain of an invitation's address.
func domainOf(i *v1alpha1.Invitation) string {
	_, domain, _ := strings.Cut(i.Spec.Email, "@")
	return domain
}

// forget drops the turn of a message that has left, or is not sent any more.
func (t *turns) forget(name types.NamespacedName) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.taken, name)
}

// next takes the next turn of a key.
func next(of *lru.Cache, key string, perMinute int32, now time.Time) time.Time {
	return now.Add(limiter(of, key, perMinute, now).ReserveN(now, 1).DelayFrom(now))
}

// limiter is the one of a key, with the bound of the policy as it is now.
func limiter(of *lru.Cache, key string, perMinute int32, now time.Time) *rate.Limiter {
	each, atOnce := rate.Limit(float64(perMinute)/60), rules.AtOnce(perMinute)
	known, is := of.Get(key)
	if !is {
		fresh := rate.NewLimiter(each, atOnce)
		of.Add(key, fresh)
		return fresh
	}
	l := known.(*rate.Limiter)
	if l.Limit() != each {
		l.SetLimitAt(now, each)
		l.SetBurstAt(now, atOnce)
	}
	return l
}
