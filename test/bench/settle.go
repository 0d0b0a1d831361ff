// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
)

const (
	// calm is how long the operator must be idle to be settled: longer than any pause between two attempts.
	calm = 5 * time.Second
	// look is the time between two looks.
	look = 300 * time.Millisecond
	// leader is the only replica.
	leader = "replica-0"
	// settleAtMost bounds the wait until the operator is settled.
	settleAtMost = time.Hour
)

// Settling is the operator's work after one change.
type Settling struct {
	What string `json:"what"`
	// Seconds is the time from the begin of the change until the operator is idle.
	Seconds float64 `json:"seconds"`
	// Requests are the writes, without those of leases, by verb, resource and answer. Refused ones count too.
	Requests map[string]int `json:"requests,omitempty"`
	Writes   int            `json:"writes"`
	// CPU is seconds by process.
	CPU map[string]float64 `json:"cpuSeconds"`
	// Objects is how many objects became Ready, if the change is about that.
	Objects int `json:"objects,omitempty"`
}

// deed is a change in a settled cluster. It returns how many writes it made itself.
type deed func(context.Context) (own int, err error)

// settler watches one cluster.
type settler struct {
	*cluster
	kube kubernetes.Interface
}

// settle makes a change, and returns when the operator has done its part.
func (s settler) settle(ctx context.Context, what string, happen deed) (Settling, error) {
	done := Settling{What: what, CPU: map[string]float64{}}
	say("%s", what)
	before, spent, err := s.look(ctx)
	if err != nil {
		return done, err
	}
	replicas := s.replicas
	started := time.Now()
	own, err := happen(ctx)
	if err != nil {
		return done, fmt.Errorf("%s: %w", what, err)
	}
	last, err := s.awaitCalm(ctx)
	if err != nil {
		return done, err
	}
	after, spentSince, err := s.look(ctx)
	if err != nil {
		return done, err
	}
	done.Seconds = max(0, last.Sub(started).Seconds())
	done.Requests = after.writesSince(before)
	for _, n := range done.Requests {
		done.Writes += n
	}
	done.Writes -= own
	if len(replicas) > 0 && replicas[0] != s.replicas[0] {
		spent.cpu[leader] = spent.cpu[nameOf(slices.Index(replicas, s.replicas[0]))] // another process by now; nothing if it is new
	}
	for name, seconds := range spentSince.cpu {
		done.CPU[name] = seconds - spent.cpu[name]
	}
	say("  settled after %.1f s with %d writes; CPU %s", done.Seconds, done.Writes, cpuText(done.CPU))
	return done, nil
}

func (s settler) look(ctx context.Context) (requests, usage, error) {
	asked, err := countRequests(ctx, s.kube)
	if err != nil {
		return nil, usage{}, err
	}
	spent, err := s.usage(ctx, mode{})
	return asked, spent, err
}

// awaitCalm waits until the operator has been idle for a while, and returns when it was last busy.
func (s settler) awaitCalm(ctx context.Context) (last time.Time, err error) {
	last = time.Now()
	until := last.Add(settleAtMost)
	for time.Since(last) < calm {
		if err := pass(ctx, look); err != nil {
			return last, err
		}
		busy, err := s.replicas[0].busy(ctx)
		switch {
		case err != nil:
			return last, err
		case busy:
			last = time.Now()
		}
		if time.Now().After(until) {
			return last, fmt.Errorf("the operator is still at it after %s", settleAtMost)
		}
	}
	return last, nil
}

// busy reports whether the operator reconciles anything, or is about to.
func (r *replica) busy(ctx context.Context) (bool, error) {
	now, err := r.sums(ctx)
	return now["controller_runtime_active_workers"]+now["workqueue_depth"] > 0, err
}

// awaitLead returns when the replica leads, and its controllers have begun.
func (r *replica) awaitLead(ctx context.Context) error {
	return wait.PollUntilContextTimeout(ctx, look, settleAtMost, true, func(ctx context.Context) (bool, error) {
		now, err := r.sums(ctx)
		return now["controller_runtime_reconcile_total"] > 0, err
	})
}

// sums are the sums of a replica's metrics, by name.
func (r *replica) sums(ctx context.Context) (map[string]float64, error) {
	text, err := get(ctx, r.metrics+"/metrics")
	if err != nil {
		return nil, err
	}
	families, err := parseMetrics(text)
	sums := map[string]float64{}
	for name, family := range families {
		for _, m := range family.GetMetric() {
			sums[name] += m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return sums, err
}

// isWrite reports whether a request writes anything but a lease, which is written all the time.
func isWrite(what string) bool {
	verb, of, _ := strings.Cut(what, " ")
	resource, _, _ := strings.Cut(of, " ")
	return slices.Contains([]string{"POST", "PUT", "PATCH", "APPLY", "DELETE"}, verb) &&
		!slices.Contains([]string{"leases", "subjectaccessreviews", "tokenreviews", "serviceaccounts/token"}, resource)
}

func (r requests) writesSince(before requests) map[string]int {
	since := map[string]int{}
	for what, n := range r {
		if more := int(n - before[what]); more > 0 && isWrite(what) {
			since[what] = more
		}
	}
	return since
}
