// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/polyorg/polyorg/internal/rules"
)

// atOnce is how many records are looked up at the same time. Each look-up is of another organization. So the domains of one tenant, who
// can have only a few organizations, never take all of them, however slowly their servers answer.
const atOnce = 32

// Looker looks a challenge up, as a Resolver does.
type Looker interface {
	Look(ctx context.Context, c Challenge) (rules.DomainLook, error)
}

// Question is a challenge to look up for an organization.
type Question struct {
	Holder    types.UID
	Domain    string
	Challenge Challenge
	// Requested is the time of the request that the look-up answers; zero: nobody asked for it.
	Requested time.Time
}

// Result is what came of a question.
type Result struct {
	Question

	Look rules.DomainLook
}

// Lookups looks challenges up in the background, so that nobody waits for DNS. It has one question of an organization at a time. It is safe
// for concurrent use.
type Lookups struct {
	resolver Looker
	queue    workqueue.TypedInterface[string]

	mutex   sync.Mutex
	asked   map[string]Question // by organization, until the result is there
	results map[string]Result   // until somebody takes them
}

// NewLookups makes look-ups by a resolver. They begin with Run.
func NewLookups(resolver Looker) *Lookups {
	return &Lookups{
		resolver: resolver, queue: workqueue.NewTyped[string](), asked: map[string]Question{}, results: map[string]Result{},
	}
}

// Ask begins to look up the challenge of an organization, by its name. It does nothing if another question of that organization is under way.
func (l *Lookups) Ask(organization string, q Question) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if _, underWay := l.asked[organization]; underWay {
		return
	}
	delete(l.results, organization)
	l.asked[organization] = q
	l.queue.Add(organization)
}

// Take returns the result of an organization's last question, once.
func (l *Lookups) Take(organization string) (Result, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	r, there := l.results[organization]
	delete(l.results, organization)
	return r, there
}

// Run looks up until the context ends. It calls ended for each organization whose result is there.
func (l *Lookups) Run(ctx context.Context, ended func(organization string)) {
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for l.next(ctx, ended) {
			}
		})
	}
	<-ctx.Done()
	l.queue.ShutDown()
	workers.Wait()
}

// next looks up the challenge that was asked for first. It reports whether more may come.
func (l *Lookups) next(ctx context.Context, ended func(organization string)) bool {
	organization, over := l.queue.Get()
	if over {
		return false
	}
	defer l.queue.Done(organization)
	l.mutex.Lock()
	q := l.asked[organization]
	l.mutex.Unlock()
	look, err := l.resolver.Look(ctx, q.Challenge)
	if ctx.Err() != nil {
		return false // the operator stops, and that says nothing of the domain
	}
	if err != nil {
		log.FromContext(ctx).Info("A custom domain could not be looked up", "organization", organization, "error", err.Error())
	}
	count(look.Answer)
	l.store(organization, Result{q, look})
	ended(organization)
	return true
}

func (l *Lookups) store(organization string, r Result) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	delete(l.asked, organization)
	l.results[organization] = r
}
