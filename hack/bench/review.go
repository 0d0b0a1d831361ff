// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

type review struct {
	Machine machine      `json:"machine"`
	People  int          `json:"people"`
	Each    int          `json:"organizationsEach"`
	Cells   []reviewCell `json:"cells"`
}

type reviewCell struct {
	Organizations int     `json:"organizations"`
	Clients       int     `json:"clients"`
	What          string  `json:"what"`
	PerSecond     float64 `json:"perSecond"`
	P50           float64 `json:"p50ms"`
	P99           float64 `json:"p99ms"`
	Failed        int     `json:"failed"`
	Ratio         float64 `json:"ratio"`
}

func (r *review) describe() string {
	if r == nil {
		return notMeasured
	}
	return r.Machine.describe()
}

// table shows each kind of request in a row.
func (r *review) table() string {
	if r == nil {
		return notMeasured
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d people ask, each with %d organizations.\n\n", r.People, r.Each)
	b.WriteString("| Organizations | Clients | Request | A second | p50 ms | p99 ms | Failed | The review takes, times this |\n|--:|--:|---|--:|--:|--:|--:|--:|\n")
	for _, c := range r.Cells {
		fmt.Fprintf(&b, "| %d | %d | %s | %.0f | %.1f | %.1f | %d | %.2f |\n", c.Organizations, c.Clients, c.What, c.PerSecond, c.P50, c.P99, c.Failed, c.Ratio)
	}
	return b.String()
}
