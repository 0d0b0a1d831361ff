// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"sync"

	"golang.org/x/time/rate"
	"k8s.io/utils/lru"

	"github.com/polyorg/polyorg/internal/rules"
)

// bound is how many requests come at once, and how many each second from then on.
type bound struct {
	atOnce    int
	perSecond rate.Limit
}

// The bounds of one replica. Links of one organization's own addresses cannot close the page for everybody else.
var (
	ofAll          = bound{1000, 250}
	ofOrganization = bound{100, 20}
	ofInvitation   = bound{10, 1}
)

// remembered is how many invitations, and how many organizations, are counted apart. One that was forgotten begins anew.
const remembered = 10_000

// Rate bounds the requests that carry a valid token. The others cost nothing but the check of a signature.
type Rate struct {
	all                        *rate.Limiter
	mu                         sync.Mutex
	organizations, invitations *lru.Cache
}

// NewRate makes a Rate with the bounds of one replica.
func NewRate() *Rate {
	return &Rate{all: ofAll.limiter(), organizations: lru.New(remembered), invitations: lru.New(remembered)}
}

// Allow takes one request about an invitation, unless there were too many.
func (r *Rate) Allow(link rules.Link) bool {
	return r.of(r.invitations, string(link.Invitation), ofInvitation).Allow() &&
		r.of(r.organizations, link.Namespace, ofOrganization).Allow() && r.all.Allow()
}

func (r *Rate) of(counted *lru.Cache, key string, b bound) *rate.Limiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := counted.Get(key); ok {
		return known.(*rate.Limiter)
	}
	limiter := b.limiter()
	counted.Add(key, limiter)
	return limiter
}

func (b bound) limiter() *rate.Limiter { return rate.NewLimiter(b.perSecond, b.atOnce) }
