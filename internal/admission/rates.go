// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/lru"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

const (
	// reviewsPerSecond is how many reviews one actor gets from a replica in the long run, and reviewsAtOnce how many together.
	reviewsPerSecond = 10
	reviewsAtOnce    = 20
	// actorsWatched is how many actors' rates are kept. Those who asked longest ago are forgotten first.
	actorsWatched = 10_000
)

// rates bounds what each actor asks of this replica.
type rates struct {
	mu    sync.Mutex
	known *lru.Cache
}

// allow reports whether an actor may ask now.
func (r *rates) allow(username string, now time.Time) bool {
	return r.of(fingerprint(username)).AllowN(now, 1)
}

// of is the limiter of an actor. Requests at the same moment get the same one.
func (r *rates) of(actor string) *rate.Limiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil {
		r.known = lru.New(actorsWatched)
	}
	if limiter, known := r.known.Get(actor); known {
		return limiter.(*rate.Limiter)
	}
	limiter := rate.NewLimiter(reviewsPerSecond, reviewsAtOnce)
	r.known.Add(actor, limiter)
	return limiter
}

// tooMany asks an actor to slow down.
func tooMany(req admission.Request) admission.Response {
	s := status(req, http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, fmt.Sprintf(
		"you have asked for more reviews than one person gets, which are %d a second; wait a second, then ask again [R9]", reviewsPerSecond))
	s.Details.RetryAfterSeconds = retryAfter
	return denied(s)
}
