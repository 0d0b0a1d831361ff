// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"
	"time"
)

func TestSummary(t *testing.T) {
	cell := func(mode string, round int, perSecond, cpu float64) Cell {
		return Cell{Mode: mode, Load: "many", Clients: 16, Round: round, PerSecond: perSecond, P99: 1000 / perSecond, CPU: map[string]float64{"etcd": cpu}}
	}
	// The second round was slow for every mode. Its ratios are as good as those of the others.
	c := newComparison([]Cell{
		cell("none", 0, 1000, 1), cell("journal", 0, 500, 2),
		cell("journal", 1, 60, 2.5), cell("none", 1, 100, 1),
		cell("none", 2, 1000, 1), cell("journal", 2, 700, 4),
	})
	if len(c.Summary) != 2 {
		t.Fatalf("want a line a mode, got %+v", c.Summary)
	}
	s := c.Summary[1]
	if s.Mode != "journal" || s.PerSecond != 500 || s.Ratio != 0.6 || s.CPURatio != 0.4 || s.CPU["etcd"] != 2.5 {
		t.Errorf("not the medians of each round's ratios: %+v", s)
	}
}

func TestPercentile(t *testing.T) {
	var all []time.Duration
	for i := range 100 {
		all = append(all, time.Duration(100-i))
	}
	if p50, p99 := percentile(all, 50), percentile(all, 99); p50 != 51 || p99 != 100 {
		t.Errorf("p50 %d, p99 %d", p50, p99)
	}
	if none := percentile(nil, 99); none != 0 {
		t.Errorf("of nothing: %d", none)
	}
}
