// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// users is how many people the load over many organizations has. Each joins ten organizations; then other people follow.
const users = 1000

// load is where Memberships are created. Each cell has users of its own.
type load struct {
	name, title string
	place       func(orgs []string, n int) (organization string, user int)
}

var loads = []load{
	{"many", "many organizations", func(orgs []string, n int) (string, int) {
		turn := n / users % 10 // how often the same people had their turn
		user := n%users + n/(10*users)*users
		return orgs[1+(n%users+turn)%(len(orgs)-1)], user
	}},
	{"one", "one organization", func(orgs []string, n int) (string, int) { return orgs[0], n }},
}

// generator creates Memberships from so many clients, each with a connection of its own.
type generator struct {
	cluster *cluster
	load    load
	cell    string // a part of its objects' names
	next    atomic.Int64
	done    atomic.Bool

	mu      sync.Mutex
	failed  map[string]int
	samples []sample
}

// sample is one creation.
type sample struct {
	ended time.Time
	took  time.Duration
}

// run creates Memberships until stop is called. It returns when the last answer has come.
func (g *generator) run(ctx context.Context, clients int) (stop func(), err error) {
	all := make([]client.Client, clients)
	for i := range all {
		if all[i], err = g.cluster.connection(); err != nil {
			return nil, err
		}
	}
	var running sync.WaitGroup
	for _, c := range all {
		running.Go(func() { g.create(ctx, c) })
	}
	return func() {
		g.done.Store(true)
		running.Wait()
	}, nil
}

func (g *generator) create(ctx context.Context, c client.Client) {
	var own []sample
	failed := map[string]int{}
	for !g.done.Load() && ctx.Err() == nil {
		n := int(g.next.Add(1)) - 1
		organization, user := g.load.place(g.cluster.orgs, n)
		m := membership(organization, fmt.Sprintf("%s-%d", g.cell, n), person(g.cell, user))
		started := time.Now()
		err := c.Create(ctx, m)
		if err != nil {
			failed[err.Error()]++
			continue
		}
		ended := time.Now()
		own = append(own, sample{ended, ended.Sub(started)})
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.samples = append(g.samples, own...)
	for why, n := range failed {
		g.failed[why] += n
	}
}

// between yields the times of the creations that ended between two instants.
func (g *generator) between(from, until time.Time) []time.Duration {
	var took []time.Duration
	for _, s := range g.samples {
		if s.ended.After(from) && s.ended.Before(until) {
			took = append(took, s.took)
		}
	}
	return took
}

// connection is a client with a connection of its own.
func (c *cluster) connection() (client.Client, error) {
	kube := c.control.Config()
	tls, err := rest.TLSConfigFor(kube)
	if err != nil {
		return nil, err
	}
	own := &http.Client{Transport: &http.Transport{TLSClientConfig: tls, ForceAttemptHTTP2: true}}
	return client.New(kube, client.Options{Scheme: c.scheme, Mapper: c.admin.RESTMapper(), HTTPClient: own})
}

// percentile is a percentile of some durations, or 0 without any.
func percentile(all []time.Duration, percent int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)]
}
