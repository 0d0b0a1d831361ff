// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"sync"

	"golang.org/x/time/rate"
	"k8s.io/utils/lru"
)

const (
	// atOnce and perSecond bound the requests of all people together on one replica.
	atOnce    = 200
	perSecond = 50
	// ofOne is how many requests about one invitation come at once, and one more every second.
	ofOne = 10
	// remembered is how many invitations are counted apart. One that was forgotten begins anew.
	remembered = 10_000
)

// Rate bounds the requests that carry a valid token. The others cost nothing but the check of a signature.
type Rate struct {
	all *rate.Limiter
	mu  sync.Mutex
	of  *lru.Cache
}

// NewRate makes a Rate with the bounds of one replica.
func NewRate() *Rate {
	return &Rate{all: rate.NewLimiter(perSecond, atOnce), of: lru.New(remembered)}
}

// Allow takes one request about an invitation, unless there were too many.
func (r *Rate) Allow(invitation string) bool {
	return r.limiter(invitation).Allow() && r.all.Allow()
}

func (r *Rate) limiter(invitation string) *rate.Limiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.of.Get(invitation); ok {
		return known.(*rate.Limiter)
	}
	limiter := rate.NewLimiter(1, ofOne)
	r.of.Add(invitation, limiter)
	return limiter
}
