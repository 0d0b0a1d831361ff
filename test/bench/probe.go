// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

const (
	// probePace is the time from one probe to the next of the same kind. A slow one delays no other.
	probePace = time.Second
	// probeAtMost bounds the wait of one probe.
	probeAtMost = 2 * time.Minute
)

// probe is work that goes on while something else is measured: somebody creates an object, and waits until it is Ready.
type probe struct {
	what string
	list client.ObjectList
	make func(c *cluster, n int) client.Object
}

var probes = []probe{
	{"an organization is created", &v1alpha1.OrganizationList{}, func(_ *cluster, n int) client.Object {
		return &v1alpha1.Organization{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("probe-%05d", n)},
			Spec:       v1alpha1.OrganizationSpec{DisplayName: "Zylker", SuperAdmin: person("probe-owner", n), Subscription: subscription()},
		}
	}},
	{"a member is added", &v1alpha1.MembershipList{}, func(c *cluster, n int) client.Object {
		return membership(c.orgs[n%len(c.orgs)], fmt.Sprint("probe-", n), person("probe-member", n))
	}},
	{"a person is invited", &v1alpha1.InvitationList{}, func(c *cluster, n int) client.Object {
		return invitation(c.orgs[n%len(c.orgs)], fmt.Sprint("probe-", n), person("probe-guest", n))
	}},
}

// ProbeTimes is how long probes of one kind took until their object was Ready.
type ProbeTimes struct {
	Probes int     `json:"probes"`
	P50    float64 `json:"p50ms"`
	P99    float64 `json:"p99ms"`
	Failed int     `json:"failed"`
}

// prober makes probes of all kinds. Each probe has a number of its own.
type prober struct {
	*cluster
	next int
}

// during makes probes until something is done, and returns the times of each kind.
func (p *prober) during(ctx context.Context, something func(context.Context) error) ([]ProbeTimes, error) {
	probing, done := context.WithCancel(ctx)
	runs := make([]*probeRun, len(probes))
	var all sync.WaitGroup
	for i, kind := range probes {
		runs[i] = &probeRun{probe: kind, cluster: p.cluster, first: p.next}
		all.Go(func() { runs[i].repeat(ctx, probing) })
	}
	err := something(ctx)
	done()
	all.Wait()
	times := make([]ProbeTimes, len(probes))
	for i, r := range runs {
		times[i] = r.times()
		p.next = max(p.next, r.first+r.made)
	}
	return times, errors.Join(err, ctx.Err())
}

// probeRun is the probes of one kind.
type probeRun struct {
	probe
	*cluster
	first, made int

	mu     sync.Mutex
	took   []time.Duration
	failed int
}

// repeat begins a probe at each tick until the second context ends, and returns when the last has ended.
func (r *probeRun) repeat(ctx, until context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	tick := time.NewTicker(probePace)
	defer tick.Stop()
	for {
		n := r.first + r.made
		r.made++
		all.Go(func() { r.note(r.readyAfter(ctx, r.make(r.cluster, n), r.list.DeepCopyObject().(client.ObjectList))) })
		select {
		case <-tick.C:
		case <-until.Done():
			return
		}
	}
}

func (r *probeRun) note(took time.Duration, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		say("  %s: %v", r.what, err)
		r.failed++
		return
	}
	r.took = append(r.took, took)
}

func (r *probeRun) times() ProbeTimes {
	return ProbeTimes{
		Probes: r.made, Failed: r.failed,
		P50: milliseconds(percentile(r.took, 50)), P99: milliseconds(percentile(r.took, 99)),
	}
}

// readyAfter creates an object, and returns the time until it was Ready. The list is of the object's kind.
func (c *cluster) readyAfter(ctx context.Context, obj client.Object, list client.ObjectList) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, probeAtMost)
	defer cancel()
	named := client.MatchingFields{"metadata.name": obj.GetName()}
	seen, err := c.admin.Watch(ctx, list, client.InNamespace(obj.GetNamespace()), named)
	if err != nil {
		return 0, err
	}
	defer seen.Stop()
	started := time.Now()
	if err := c.admin.Create(ctx, obj); err != nil {
		return 0, err
	}
	for e := range seen.ResultChan() {
		if isReady(conditionsOf(e.Object)) {
			return time.Since(started), nil
		}
	}
	return 0, fmt.Errorf("%s is not Ready: %w", obj.GetName(), ctx.Err())
}

// conditionsOf are the conditions of a probe's object.
func conditionsOf(obj runtime.Object) []metav1.Condition {
	switch o := obj.(type) {
	case *v1alpha1.Organization:
		return o.Status.Conditions
	case *v1alpha1.Membership:
		return o.Status.Conditions
	case *v1alpha1.Invitation:
		return o.Status.Conditions
	}
	return nil
}
