// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/rules"
)

// burst says which organization each invitation is of, and what the mail server is like.
type burst struct {
	what, name string
	place      func(organizations, i int) int
	slow       bool
}

func alone(int, int) int              { return 0 }
func spread(organizations, i int) int { return 1 + i%organizations }
func (b burst) guest(i int) (name, to string) {
	return fmt.Sprintf("%s-%d", b.name, i), guest(b.name, i)
}

// bursts have guests of their own. The first organization makes a burst alone.
var bursts = []burst{
	{"of one organization", "alone", alone, false},
	{"of many organizations", "spread", spread, false},
	{"of many organizations, slow mail server", "slowly", spread, true},
}

const (
	// capacitySample is how many messages say what the mail server is capable of.
	capacitySample = 500
	// burstAtMost bounds the wait for the messages of a burst.
	burstAtMost = time.Hour
)

// measureBurst makes invitations, as many at once as prepare a cluster, and waits for all their messages.
func (m *mailMeter) measureBurst(ctx context.Context, b burst) (cell MailBurst, err error) {
	cell = MailBurst{What: b.what, Invitations: m.burst, CPU: map[string]float64{}}
	m.office.delay(0)
	if b.slow {
		m.office.delay(m.takes)
	}
	if cell.Capacity, err = m.office.capacity(ctx, min(capacitySample, m.burst)); err != nil {
		return cell, err
	}
	say("%d invitations at once, %s; the mail server takes %.0f messages a second", m.burst, b.what, cell.Capacity)
	_, spent, err := m.look(ctx)
	if err != nil {
		return cell, err
	}
	stop := m.replicas[0].peaks(ctx)
	took, span, err := m.send(ctx, b)
	most := stop()
	if err != nil {
		return cell, err
	}
	cell.PerSecond, cell.P50, cell.P99 = float64(m.burst)/span.Seconds(), milliseconds(percentile(took, 50)), milliseconds(percentile(took, 99))
	cell.Ratio, cell.PeakHeap, cell.PeakRSS = cell.PerSecond/cell.Capacity, most.heap, most.rss
	say("  %.0f a second", cell.PerSecond)
	if _, err := m.awaitCalm(ctx); err != nil { // a second message of an invitation would come by then
		return cell, err
	}
	_, spentSince, err := m.look(ctx)
	if err != nil {
		return cell, err
	}
	for name, seconds := range spentSince.cpu {
		cell.CPU[name] = (seconds - spent.cpu[name]) / float64(m.burst) * 1000
	}
	cell.Messages, cell.Distinct, err = m.office.empty()
	return cell, err
}

// send makes the invitations of a burst. It returns the time from each request until the mail server has the message, and the time of all
// together.
func (m *mailMeter) send(ctx context.Context, b burst) (took []time.Duration, span time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, burstAtMost)
	defer cancel()
	var asked sync.Map // when, by recipient
	started := time.Now()
	inviting := make(chan error, 1)
	go func() {
		inviting <- inParallel(m.burst, func(i int) error {
			name, to := b.guest(i)
			asked.Store(to, time.Now())
			return patiently(func() error {
				return client.IgnoreAlreadyExists(m.invite(ctx, b.place(m.organizations, i), name, to))
			})
		})
	}()
	for len(took) < m.burst {
		select {
		case a := <-m.office.taken:
			if at, known := asked.LoadAndDelete(a.to); known { // a second message counts at the end
				took, span = append(took, a.at.Sub(at.(time.Time))), a.at.Sub(started)
			}
		case err := <-inviting:
			if err != nil {
				return took, span, err
			}
			inviting = nil
		case <-ctx.Done():
			return took, span, fmt.Errorf("%d of %d messages came: %w", len(took), m.burst, ctx.Err())
		}
	}
	return took, span, nil
}

// pace makes invitations of one organization at once, under the default rate.
func (m *mailMeter) pace(ctx context.Context, p *MailPace) error {
	say("%d invitations at once, at the default rate", m.paced)
	organization := m.organizations // the last: the singles of others used some of their rate
	ctx, cancel := context.WithTimeout(ctx, burstAtMost)
	defer cancel()
	err := inParallel(m.paced, func(i int) error {
		return patiently(func() error {
			return client.IgnoreAlreadyExists(m.invite(ctx, organization, fmt.Sprint("paced-", i), guest("paced", i)))
		})
	})
	if err != nil {
		return err
	}
	at := make([]time.Time, m.paced)
	for i := range at {
		a, err := m.office.await(ctx)
		if err != nil {
			return err
		}
		at[i] = a.at
	}
	*p = paceOf(at, defaultRate())
	say("  %.1f a minute after the first %d; %.1f ahead of the rate at most", p.PerMinute, p.AtOnce, p.Ahead)
	_, _, err = m.office.empty()
	return err
}

// paceOf compares the times of messages with a rate of so many a minute, and with what may come at once.
func paceOf(at []time.Time, perMinute int32) MailPace {
	slices.SortFunc(at, time.Time.Compare)
	p := MailPace{Invitations: len(at), Rate: int(perMinute), AtOnce: rules.AtOnce(perMinute)}
	allowed := func(until time.Time) float64 { return float64(p.AtOnce) + float64(p.Rate)*until.Sub(at[0]).Minutes() }
	for i, t := range at {
		p.Ahead = max(p.Ahead, float64(i+1)-allowed(t))
	}
	p.PerMinute = float64(len(at)-p.AtOnce) / at[len(at)-1].Sub(at[0]).Minutes()
	return p
}
