// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

type mail struct {
	Machine       machine      `json:"machine"`
	Organizations int          `json:"organizations"`
	Singles       []mailSingle `json:"singles"`
	Stages        []mailStage  `json:"stages"`
	Bursts        []mailBurst  `json:"bursts"`
	Pace          struct {
		Invitations int     `json:"invitations"`
		Rate        int     `json:"ratePerMinute"`
		AtOnce      int     `json:"atOnce"`
		PerMinute   float64 `json:"perMinute"`
		Ahead       float64 `json:"ahead"`
	} `json:"pace"`
}

type mailSingle struct {
	What        string  `json:"what"`
	Invitations int     `json:"invitations"`
	P50         float64 `json:"p50ms"`
	P90         float64 `json:"p90ms"`
	P99         float64 `json:"p99ms"`
}

type mailStage struct {
	What string  `json:"what"`
	P50  float64 `json:"p50ms"`
	P99  float64 `json:"p99ms"`
}

type mailBurst struct {
	What        string             `json:"what"`
	Invitations int                `json:"invitations"`
	Messages    int                `json:"messages"`
	Distinct    int                `json:"distinct"`
	PerSecond   float64            `json:"perSecond"`
	Capacity    float64            `json:"capacityPerSecond"`
	Ratio       float64            `json:"ratio"`
	P50         float64            `json:"p50ms"`
	P99         float64            `json:"p99ms"`
	PeakHeap    int64              `json:"peakHeapBytes"`
	PeakRSS     int64              `json:"peakRSSBytes"`
	CPU         map[string]float64 `json:"cpuSecondsPer1000"`
}

func (m *mail) describe() string {
	if m == nil {
		return notMeasured
	}
	return m.Machine.describe()
}

// single shows invitations that are made one after another, and the parts of their way.
func (m *mail) single() string {
	if m == nil {
		return notMeasured
	}
	var b strings.Builder
	b.WriteString("| One after another | | p50 ms | p90 ms | p99 ms |\n|---|--:|--:|--:|--:|\n")
	for _, s := range m.Singles {
		fmt.Fprintf(&b, "| %s | %d | %.0f | %.0f | %.0f |\n", s.What, s.Invitations, s.P50, s.P90, s.P99)
	}
	b.WriteString("\n| The way of those by a request | p50 ms | p99 ms |\n|---|--:|--:|\n")
	for _, s := range m.Stages {
		fmt.Fprintf(&b, "| %s | %.1f | %.1f |\n", s.What, s.P50, s.P99)
	}
	return b.String()
}

// bursts shows invitations that are made at once.
func (m *mail) bursts() string {
	if m == nil {
		return notMeasured
	}
	var b strings.Builder
	b.WriteString("| At once | | Messages | Message-IDs | A second | The mail server alone | Ratio | p50 s | p99 s " +
		"| Leader's heap, at most MiB | resident MiB | Operator, CPU s for 1,000 | API server | etcd | load and mail server |\n" +
		"|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, c := range m.Bursts {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %.0f | %.0f | %.2f | %.1f | %.1f | %d | %d | %.1f | %.1f | %.1f | %.1f |\n", c.What, c.Invitations,
			c.Messages, c.Distinct, c.PerSecond, c.Capacity, c.Ratio, c.P50/1000, c.P99/1000, c.PeakHeap>>20, c.PeakRSS>>20,
			c.CPU["replica-0"], c.CPU["kube-apiserver"], c.CPU["etcd"], c.CPU["load"])
	}
	return b.String()
}

// pace shows whether a rate is kept.
func (m *mail) pace() string {
	if m == nil {
		return notMeasured
	}
	return fmt.Sprintf("| Made at once, by one organization | Rate a minute | May leave at once | A minute, after these | Ahead of the rate, at most |\n"+
		"|--:|--:|--:|--:|--:|\n| %d | %d | %d | %.1f | %.1f |\n", m.Pace.Invitations, m.Pace.Rate, m.Pace.AtOnce, m.Pace.PerMinute, m.Pace.Ahead)
}
