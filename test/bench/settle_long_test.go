// SPDX-License-Identifier: Apache-2.0

//go:build long

package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"k8s.io/client-go/kubernetes"

	"github.com/polyorg/polyorg/internal/facts"
)

// TestSettledClusterIsLeftAlone starts the operator on a cluster that it has never seen. It makes each object Ready once, and then writes
// nothing but what new members need. The next leader writes nothing either.
func TestSettledClusterIsLeftAlone(t *testing.T) {
	ctx, l := t.Context(), large{organizations: 60, memberships: 600, newcomers: 1, steady: 10 * time.Second}
	c, err := startCluster(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer c.stop()
	buildManager(t)
	if err := c.weighAll(ctx, l, &Scale{}, "operator"); err != nil {
		t.Fatal(err)
	}
	kube, err := kubernetes.NewForConfig(c.control.Config())
	if err != nil {
		t.Fatal(err)
	}
	s := settler{c, kube}
	// Once a minute the leader tries by a dry run whether a User of a wrong name is refused. The first start has no such request: its webhooks
	// are installed after that.
	const tried = "POST users 422"
	// The event of the new leader, the attempt to create a journal, and the operator's question for its own name.
	leads := map[string]int{"POST events 201": 1, "POST configmaps 409": 1, "POST selfsubjectreviews 201": 1, tried: 1}
	for _, happens := range []struct {
		what    string
		deed    deed
		allowed map[string]int
	}{
		// Each object gets its status once, or twice if it waits for its own children. Now and then the operator loses a race.
		{"first start", s.begin, map[string]int{
			"PUT memberships/status 200": l.memberships, "PUT organizations/status 200": 2 * l.organizations,
			"POST users 201": l.people() + 1, "PUT users/status 200": l.people() * 3 / 2,
			"POST events 201": l.organizations + 1, "PATCH organizations 200": l.organizations,
		}},
		{"nothing", l.nothing, map[string]int{tried: 1}},
		// What a member costs: one write of each object that says something new, and one of the journal. A second one may remove its entry.
		{"a new person joins", s.joins(s.orgs[1], 0, 1), map[string]int{
			created: 1, "PUT configmaps 200": 2, "PUT memberships/status 200": 1, "POST users 201": 1, "PUT users/status 200": 1,
			"PUT organizations/status 200": 1, "APPLY rolebindings 200": 1, tried: 1,
		}},
		{"a known person joins", s.joins(s.orgs[2], 0, 1), map[string]int{
			created: 1, "PUT configmaps 200": 2, "PUT memberships/status 200": 1, "PUT users/status 200": 1,
			"PUT organizations/status 200": 1, "APPLY rolebindings 200": 1, tried: 1,
		}},
		// Those who come within a moment share the writes of what they have in common.
		{"ten people join at once", s.joins(s.orgs[3], 1, 11), map[string]int{
			created: 10, "PUT configmaps 200": 11, "PUT memberships/status 200": 10, "POST users 201": 10, "PUT users/status 200": 10,
			"PUT organizations/status 200": 5, "APPLY rolebindings 200": 5, tried: 1,
		}},
		{"restart", s.restart, leads},
	} {
		done, err := s.settle(ctx, happens.what, happens.deed)
		if err != nil {
			t.Fatal(err)
		}
		for what, n := range done.Requests {
			limit, known := happens.allowed[what]
			if first := happens.what == "first start"; n > limit && (known || !first) {
				t.Errorf("%s: %d times %s, want %d at most", happens.what, n, what, limit)
			}
		}
		if ready, err := s.allReady(ctx, l); err != nil {
			t.Errorf("%s: %d are Ready: %v", happens.what, ready, err)
		}
	}
	watchedOnce(t, s, "by the leader", 1)
	if _, err := s.addStandby(ctx); err != nil {
		t.Fatal(err)
	}
	watchedOnce(t, s, "by the leader and a standby", 2)
}

// joins lets people join an organization at once.
func (s settler) joins(organization string, from, to int) deed {
	return func(ctx context.Context) (int, error) {
		return to - from, inParallel(to-from, func(i int) error {
			return s.admin.Create(ctx, membership(organization, fmt.Sprintf("joins-%d", from+i), person("joins", from+i)))
		})
	}
}

// watchedOnce demands that each replica watches a kind of the view once. The leader's cache takes its events from the view, and a standby
// has no cache. Nobody else watches in this cluster.
func watchedOnce(t *testing.T, s settler, sentence string, replicas int) {
	t.Helper()
	watches, err := countWatches(t.Context(), s.kube)
	if err != nil {
		t.Fatal(err)
	}
	if len(watches) < len(facts.Kinds()) {
		t.Errorf("%s: only these are watched: %v", sentence, watches)
	}
	for resource, n := range watches {
		if n != replicas {
			t.Errorf("%s: %s are watched %d times, want %d", sentence, resource, n, replicas)
		}
	}
}
