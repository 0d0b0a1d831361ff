// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	// endsLed and endsMissed begin the names of the invitations of each run, and of their invitees.
	endsLed, endsMissed = "ends", "missed"
	// writeTime is more than a status takes that is written from outside, and startTime more than an operator needs to be calm.
	writeTime, startTime = 8 * time.Millisecond, time.Minute
	// expiryAtMost bounds the wait until all invitations of a run have expired.
	expiryAtMost = time.Hour
)

// expiryMeter lets invitations expire.
type expiryMeter struct {
	settler
	expiring

	prober prober
	// firstStart is how long the first leader had work. A later one has less: each status is there.
	firstStart time.Duration
}

// prepare writes the organizations and the invitations, and lets an operator give all of them their status.
func (m *expiryMeter) prepare(ctx context.Context) error {
	say("writing %d invitations of %d organizations", m.invitations+m.missed, m.organizations)
	if err := m.populate(ctx, m.organizations); err != nil {
		return err
	}
	for what, n := range map[string]int{endsLed: m.invitations, endsMissed: m.missed} {
		if err := inParallel(n, func(i int) error { return m.admin.Create(ctx, m.invitation(what, i)) }); err != nil {
			return err
		}
	}
	first, err := m.settle(ctx, "first start", m.begin)
	m.firstStart = time.Duration(first.Seconds * float64(time.Second))
	return err
}

func (m *expiryMeter) invitation(what string, i int) *v1alpha1.Invitation {
	return invitation(m.orgs[i%len(m.orgs)], fmt.Sprintf("%s-%d", what, i), person(what, i/m.each))
}

// whileLed lets invitations end while the operator leads, and other work goes on.
func (m *expiryMeter) whileLed(ctx context.Context) (run ExpiryRun, meanwhile []ProbeTimes, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	run = ExpiryRun{What: "while the operator leads", Invitations: m.invitations}
	if err := m.end(); err != nil {
		return run, nil, err
	}
	work := time.Duration(m.invitations)*writeTime + m.firstStart
	first := time.Now().Add(startTime + work).Truncate(time.Second)
	if err := m.setDeadlines(ctx, endsLed, m.invitations, first); err != nil {
		return run, nil, err
	}
	seen, err := m.expiries(ctx, endsLed)
	if err != nil {
		return run, nil, err
	}
	if err := m.lead(ctx); err != nil {
		return run, nil, err
	}
	if _, err := m.awaitCalm(ctx); err != nil {
		return run, nil, err
	}
	due := first.Add(rules.ClockSkew)
	if err := m.until(ctx, due.Add(-time.Second)); err != nil {
		return run, nil, err
	}
	err = m.spend(ctx, &run, func(ctx context.Context) error {
		var all []expiry
		meanwhile, err = m.prober.during(ctx, func(ctx context.Context) (err error) {
			all, err = collectExpiries(ctx, seen, m.invitations)
			return err
		})
		run.fill(all, func(e expiry) time.Time { return e.deadline.Add(rules.ClockSkew) })
		return err
	})
	return run, meanwhile, err
}

// until waits for an instant, which must not have passed.
func (m *expiryMeter) until(ctx context.Context, at time.Time) error {
	left := time.Until(at)
	if left < 0 {
		return fmt.Errorf("the operator was calm %.0f s after the invitations began to end: the machine is too slow, or has other work", -left.Seconds())
	}
	say("the operator is calm; invitations end in %.0f s", left.Seconds())
	return pass(ctx, left)
}

// whileDown lets invitations end while there is no operator, and starts one.
func (m *expiryMeter) whileDown(ctx context.Context) (ExpiryRun, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	run := ExpiryRun{What: "while it is down", Invitations: m.missed}
	if err := m.end(); err != nil {
		return run, err
	}
	if err := m.setDeadlines(ctx, endsMissed, m.missed, time.Now().Add(-rules.ClockSkew-m.within)); err != nil {
		return run, err
	}
	seen, err := m.expiries(ctx, endsMissed)
	if err != nil {
		return run, err
	}
	started := time.Now()
	if err := m.serve(ctx, "operator", 1); err != nil {
		return run, err
	}
	err = m.spend(ctx, &run, func(ctx context.Context) error {
		all, err := collectExpiries(ctx, seen, m.missed)
		run.fill(all, func(expiry) time.Time { return started })
		return err
	})
	return run, err
}

// setDeadlines spreads the deadlines of invitations over the time in which they end. Their order has nothing to do with that of their names.
func (m *expiryMeter) setDeadlines(ctx context.Context, what string, n int, first time.Time) error {
	say("writing the deadlines of %d invitations", n)
	places := rand.New(rand.NewPCG(1, 1)).Perm(n) //nolint:gosec // the same order each time
	return inParallel(n, func(i int) error {
		deadline := first.Add(m.within * time.Duration(places[i]) / time.Duration(n))
		patch := fmt.Sprintf(`{"status":{"expiresAt":%q}}`, deadline.UTC().Format(time.RFC3339))
		return m.admin.Status().Patch(ctx, m.invitation(what, i), client.RawPatch(types.MergePatchType, []byte(patch)))
	})
}

// expiry is an invitation that was seen Expired.
type expiry struct{ deadline, at time.Time }

// expiries are the invitations whose name begins so, as they expire, in the order in which that is stored.
func (m *expiryMeter) expiries(ctx context.Context, what string) (<-chan expiry, error) {
	over := client.MatchingFields{"status.state": string(v1alpha1.InvitationExpired)}
	seen, err := m.admin.Watch(ctx, &v1alpha1.InvitationList{}, over)
	if err != nil {
		return nil, err
	}
	all := make(chan expiry, m.invitations+m.missed)
	go func() {
		defer close(all)
		known := map[types.UID]bool{}
		for e := range seen.ResultChan() {
			i, ok := e.Object.(*v1alpha1.Invitation)
			if ok && strings.HasPrefix(i.Name, what+"-") && !known[i.UID] {
				known[i.UID] = true
				all <- expiry{i.Status.ExpiresAt.Time, time.Now()}
			}
		}
	}()
	return all, nil
}

// collectExpiries returns so many of them.
func collectExpiries(ctx context.Context, seen <-chan expiry, n int) (all []expiry, err error) {
	ctx, cancel := context.WithTimeout(ctx, expiryAtMost)
	defer cancel()
	for len(all) < n {
		select {
		case e, open := <-seen:
			if !open {
				return all, fmt.Errorf("the watch ended when %d of %d invitations were Expired", len(all), n)
			}
			all = append(all, e)
		case <-ctx.Done():
			return all, fmt.Errorf("%d of %d invitations are Expired: %w", len(all), n, ctx.Err())
		}
	}
	return all, nil
}

// spend notes what the operator uses while something happens, and until it is calm again.
func (m *expiryMeter) spend(ctx context.Context, run *ExpiryRun, something func(context.Context) error) error {
	asked, spent, err := m.look(ctx)
	if err != nil {
		return err
	}
	stop := m.replicas[0].peaks(ctx)
	err = something(ctx)
	most := stop()
	if err != nil {
		return err
	}
	say("  %s: p50 %.1f s, p99 %.1f s, at most %.1f s late; %.0f a second", run.What, run.P50, run.P99, run.Max, run.PerSecond)
	if _, err := m.awaitCalm(ctx); err != nil {
		return err
	}
	askedSince, spentSince, err := m.look(ctx)
	if err != nil {
		return err
	}
	run.PeakHeap, run.PeakRSS, run.PeakQueue = most.heap, most.rss, most.queue
	run.Requests, run.CPU = askedSince.each(asked, run.Invitations), map[string]float64{}
	for name, seconds := range spentSince.cpu {
		run.CPU[name] = (seconds - spent.cpu[name]) / float64(run.Invitations) * 1000
	}
	return nil
}

// fill computes a run from its expiries. Due is when each should have been.
func (r *ExpiryRun) fill(all []expiry, due func(expiry) time.Time) {
	if len(all) == 0 {
		return
	}
	late := make([]time.Duration, len(all))
	for i, e := range all {
		late[i] = e.at.Sub(due(e))
	}
	r.P50, r.P99, r.Max = percentile(late, 50).Seconds(), percentile(late, 99).Seconds(), slices.Max(late).Seconds()
	r.PerSecond = float64(len(all)) / max(all[len(all)-1].at.Sub(all[0].at).Seconds(), 1e-3)
	var by time.Duration
	r.Overtaken, by = overtaken(all)
	r.OvertakenBy = by.Seconds()
}

// overtaken is how many invitations expired after one with a later deadline, and the largest difference of the two deadlines.
func overtaken(all []expiry) (n int, by time.Duration) {
	var latest time.Time
	for _, e := range all {
		if e.deadline.Before(latest) {
			n, by = n+1, max(by, latest.Sub(e.deadline))
		} else {
			latest = e.deadline
		}
	}
	return n, by
}

// each is how many requests of a kind there were since an earlier count for each of n. Requests that were rare are left out.
func (r requests) each(before requests, n int) map[string]float64 {
	const rare = 0.005
	since := map[string]float64{}
	for what, count := range r {
		if more := (count - before[what]) / float64(n); more >= rare && !strings.Contains(what, " leases ") {
			since[what] = more
		}
	}
	return since
}
