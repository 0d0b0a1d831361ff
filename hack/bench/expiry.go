// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type expiry struct {
	Machine       machine       `json:"machine"`
	Organizations int           `json:"organizations"`
	Each          int           `json:"invitationsEach"`
	Within        float64       `json:"withinSeconds"`
	Runs          []expiryRun   `json:"runs"`
	Probes        []expiryProbe `json:"probes"`
}

type expiryRun struct {
	What        string             `json:"what"`
	Invitations int                `json:"invitations"`
	P50         float64            `json:"p50s"`
	P99         float64            `json:"p99s"`
	Max         float64            `json:"maxs"`
	PerSecond   float64            `json:"perSecond"`
	Overtaken   int                `json:"overtaken"`
	OvertakenBy float64            `json:"overtakenBySeconds"`
	Requests    map[string]float64 `json:"requestsEach"`
	PeakHeap    int64              `json:"peakHeapBytes"`
	PeakRSS     int64              `json:"peakRSSBytes"`
	PeakQueue   int                `json:"peakQueue"`
	CPU         map[string]float64 `json:"cpuSecondsPer1000"`
}

type expiryProbe struct {
	What      string     `json:"what"`
	Quiet     probeTimes `json:"quiet"`
	Meanwhile probeTimes `json:"meanwhile"`
	Ratio     float64    `json:"ratio"`
}

type probeTimes struct {
	Probes int     `json:"probes"`
	P50    float64 `json:"p50ms"`
	P99    float64 `json:"p99ms"`
	Failed int     `json:"failed"`
}

func (e *expiry) describe() string {
	if e == nil {
		return notMeasured
	}
	return e.Machine.describe()
}

// table shows how late invitations expire.
func (e *expiry) table() string {
	if e == nil {
		return notMeasured
	}
	var b strings.Builder
	fmt.Fprintf(&b, "They are of %d organizations, end within %.0f s, and each person has %d of them.\n\n", e.Organizations, e.Within, e.Each)
	b.WriteString("| They end | Invitations | Late p50 s | p99 s | At most s | Expired a second | Overtaken | by s at most |\n" +
		"|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, r := range e.Runs {
		fmt.Fprintf(&b, "| %s | %d | %.1f | %.1f | %.1f | %.0f | %d | %.0f |\n", r.What, r.Invitations, r.P50, r.P99, r.Max, r.PerSecond,
			r.Overtaken, r.OvertakenBy)
	}
	return b.String()
}

// load shows what the expiries cost.
func (e *expiry) load() string {
	if e == nil {
		return notMeasured
	}
	var b strings.Builder
	b.WriteString("| They end | Leader's heap, at most MiB | resident MiB | Longest queue | Operator, CPU s for 1,000 | API server | etcd |\n" +
		"|---|--:|--:|--:|--:|--:|--:|\n")
	for _, r := range e.Runs {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %.1f | %.1f | %.1f |\n", r.What, r.PeakHeap>>20, r.PeakRSS>>20, r.PeakQueue,
			r.CPU["replica-0"], r.CPU["kube-apiserver"], r.CPU["etcd"])
	}
	return b.String()
}

// requests shows the requests to the API server for each expiry, the most frequent first.
func (e *expiry) requests() string {
	if e == nil {
		return notMeasured
	}
	first := e.Runs[0].Requests
	names := slices.SortedFunc(maps.Keys(first), func(a, b string) int {
		return cmp.Or(cmp.Compare(first[b], first[a]), cmp.Compare(a, b))
	})
	var b strings.Builder
	b.WriteString("| Requests for each expiry (" + e.Runs[0].What + ") | |\n|---|--:|\n")
	for _, name := range names {
		fmt.Fprintf(&b, "| %s | %.2f |\n", name, first[name])
	}
	return b.String()
}

// probes shows what else went on.
func (e *expiry) probes() string {
	if e == nil {
		return notMeasured
	}
	var b strings.Builder
	b.WriteString("| Each second | Quiet p50 ms | p99 ms | Meanwhile p50 ms | p99 ms | p50 of quiet | Not Ready in time |\n" +
		"|---|--:|--:|--:|--:|--:|--:|\n")
	for _, p := range e.Probes {
		fmt.Fprintf(&b, "| %s | %.0f | %.0f | %.0f | %.0f | %.1f | %d of %d |\n", p.What, p.Quiet.P50, p.Quiet.P99, p.Meanwhile.P50, p.Meanwhile.P99,
			p.Ratio, p.Quiet.Failed+p.Meanwhile.Failed, p.Quiet.Probes+p.Meanwhile.Probes)
	}
	return b.String()
}
