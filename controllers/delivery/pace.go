// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/utils/lru"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// counted is how many organizations, and how many domains, have a count. One that sent nothing for long is forgotten first, and begins anew.
const counted = 10_000

// pace bounds the messages of each organization, and those to each recipient's domain (I13). A new leader begins to count anew.
type pace struct {
	mu                    sync.Mutex
	organizations, domain *lru.Cache
}

func newPace() *pace { return &pace{organizations: lru.New(counted), domain: lru.New(counted)} }

// turn takes a turn for the message of an invitation, and is the time until then. A turn that is taken is not given back.
func (p *pace) turn(policy rules.Policy, i *v1alpha1.Invitation, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, domain, _ := strings.Cut(i.Spec.Email, "@")
	ofOrganization := limiter(p.organizations, i.Namespace, policy.PerMinute, now)
	ofDomain := limiter(p.domain, domain, policy.PerMinuteToDomain, now)
	return max(ofOrganization.ReserveN(now, 1).DelayFrom(now), ofDomain.ReserveN(now, 1).DelayFrom(now))
}

// limiter is the one of a key, with the bound of the policy as it is now. A minute's messages may come at once.
func limiter(of *lru.Cache, key string, perMinute int32, now time.Time) *rate.Limiter {
	each := rate.Limit(float64(perMinute) / 60)
	known, is := of.Get(key)
	if !is {
		fresh := rate.NewLimiter(each, int(perMinute))
		of.Add(key, fresh)
		return fresh
	}
	l := known.(*rate.Limiter)
	if l.Limit() != each {
		l.SetLimitAt(now, each)
		l.SetBurstAt(now, int(perMinute))
	}
	return l
}
