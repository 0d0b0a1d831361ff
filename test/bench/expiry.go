// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"k8s.io/client-go/kubernetes"
)

// expiring is the number of invitations that end, and of the objects around them.
type expiring struct {
	// invitations is how many end while the operator leads; missed is how many end while there is no operator.
	invitations, missed int
	// each is how many invitations a person has. No two are from one organization.
	each          int
	organizations int
	// within is the time in which all of them end.
	within time.Duration
	// quiet is how long the probes run before that, for a comparison.
	quiet time.Duration
}

func (e *expiring) flags() {
	flag.IntVar(&e.invitations, "expiry-invitations", 50000, "how many invitations end within a minute")
	flag.IntVar(&e.missed, "expiry-missed", 10000, "how many end while there is no operator")
	flag.IntVar(&e.each, "expiry-each", 5, "how many invitations each person has, at most 20")
	flag.IntVar(&e.organizations, "expiry-organizations", 200, "over how many organizations they are spread")
	flag.DurationVar(&e.within, "expiry-within", time.Minute, "the time in which they end")
	flag.DurationVar(&e.quiet, "expiry-quiet", 30*time.Second, "how long other work is measured before that")
}

// check refuses numbers that would measure nothing, or that a limit forbids (L7).
func (e expiring) check() error {
	switch {
	case e.invitations < 1 || e.missed < 1:
		return fmt.Errorf("some invitations must end, and some must be missed, and not %d and %d", e.invitations, e.missed)
	case e.each < 1 || e.each > 20 || e.each > e.organizations:
		return fmt.Errorf("a person has 1 to 20 invitations, each from another one of %d organizations, and not %d", e.organizations, e.each)
	case e.within < time.Second:
		return fmt.Errorf("deadlines are whole seconds, so they are not all within %s", e.within)
	}
	return nil
}

// ExpiryCost is how the operator expires many invitations that end together.
type ExpiryCost struct {
	Machine       Machine     `json:"machine"`
	Organizations int         `json:"organizations"`
	Each          int         `json:"invitationsEach"`
	Within        float64     `json:"withinSeconds"`
	Runs          []ExpiryRun `json:"runs"`
	// Probes are what else went on, in the quiet before and while invitations expired.
	Probes []ExpiryProbe `json:"probes"`
}

// ExpiryRun is many invitations that expire.
type ExpiryRun struct {
	What        string `json:"what"`
	Invitations int    `json:"invitations"`
	// P50, P99 and Max are how late an invitation was seen Expired: after its deadline and ClockSkew, or after the operator started.
	P50 float64 `json:"p50s"`
	P99 float64 `json:"p99s"`
	Max float64 `json:"maxs"`
	// PerSecond is of the time from the first expiry to the last.
	PerSecond float64 `json:"perSecond"`
	// Overtaken is how many expired after one with a later deadline, and OvertakenBy is the largest difference of the two deadlines.
	Overtaken   int     `json:"overtaken"`
	OvertakenBy float64 `json:"overtakenBySeconds"`
	// Requests are those to the API server for each expiry, by verb, resource and answer. Those of the probes are among them.
	Requests map[string]float64 `json:"requestsEach"`
	// PeakHeap and PeakRSS are the leader's, and PeakQueue its longest queue.
	PeakHeap  int64 `json:"peakHeapBytes"`
	PeakRSS   int64 `json:"peakRSSBytes"`
	PeakQueue int   `json:"peakQueue"`
	// CPU is seconds for a thousand expiries, by process.
	CPU map[string]float64 `json:"cpuSecondsPer1000"`
}

// ExpiryProbe is one kind of other work.
type ExpiryProbe struct {
	What      string     `json:"what"`
	Quiet     ProbeTimes `json:"quiet"`
	Meanwhile ProbeTimes `json:"meanwhile"`
	// Ratio is the p50 meanwhile divided by the p50 in the quiet.
	Ratio float64 `json:"ratio"`
}

func (o options) measureExpiry(ctx context.Context) error {
	cost, err := o.expiring.measure(ctx)
	if err != nil {
		return err
	}
	cost.print()
	return o.save(func(r *Results) { r.Expiry = cost })
}

// measure lets invitations end in a fresh cluster, first while the operator leads, and then while there is none.
func (e expiring) measure(ctx context.Context) (*ExpiryCost, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	c, err := startCluster(ctx)
	if err != nil {
		return nil, err
	}
	defer c.stop()
	kube, err := kubernetes.NewForConfig(c.control.Config())
	if err != nil {
		return nil, err
	}
	m := &expiryMeter{settler: settler{c, kube}, expiring: e, prober: prober{cluster: c}}
	if err := m.prepare(ctx); err != nil {
		return nil, err
	}
	quiet, err := m.prober.during(ctx, func(ctx context.Context) error { return pass(ctx, e.quiet) })
	if err != nil {
		return nil, err
	}
	led, meanwhile, err := m.whileLed(ctx)
	if err != nil {
		return nil, err
	}
	missed, err := m.whileDown(ctx)
	return &ExpiryCost{
		Machine: thisMachine(), Organizations: e.organizations, Each: e.each, Within: e.within.Seconds(),
		Runs: []ExpiryRun{led, missed}, Probes: besideQuiet(quiet, meanwhile),
	}, err
}

// besideQuiet compares the probes of each kind.
func besideQuiet(quiet, meanwhile []ProbeTimes) (all []ExpiryProbe) {
	for i, p := range probes {
		all = append(all, ExpiryProbe{p.what, quiet[i], meanwhile[i], meanwhile[i].P50 / quiet[i].P50})
	}
	return all
}
