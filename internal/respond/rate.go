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

// The bounds of one replica. One organization can invite addresses of its own and use their links. The page stays open for all others.
var (
	ofAll          = bound{1000, 250}
	ofOrganization = bound{100, 20}
	ofInvitation   = bound{10, 1}
	ofRefusals     = bound{100, 20}
)

// remembered is how many invitations, and how many organizations, are counted apart. One that was forgotten begins anew.
const remembered = 10_000

// Rate bounds the requests that carry a valid token, and apart from them the pages of those that do not. Beyond its bound, a request without
// a valid token costs the check of a signature and one line of text. It takes no place from a request with a valid token.
type Rate struct {
	all, refusals              *rate.Limiter
	mu                         sync.Mutex
	organizations, invitations *lru.Cache
}

// NewRate makes a Rate with the bounds of one replica.
func NewRate() *Rate {
	return &Rate{all: ofAll.limiter(), refusals: ofRefusals.limiter(), organizations: lru.New(remembered), invitations: lru.New(remembered)}
}

// Allow takes one request about an invitation, unless there were too many.
func (r *Rate) Allow(link rules.Link) bool {
	return r.of(r.invitations, string(link.Invitation), ofInvitation).Allow() &&
		r.of(r.organizations, link.Namespace, ofOrganization).Allow() && r.all.Allow()
}

// AllowRefusal takes one page for a request that is refused: it has no valid token, or comes too often.
func (r *Rate) AllowRefusal() bool { return r.refusals.Allow() }

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
