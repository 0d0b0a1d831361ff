// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

type storm struct {
	Machine machine     `json:"machine"`
	Members int         `json:"members"`
	Cells   []stormCell `json:"cells"`
}

type stormCell struct {
	What     string     `json:"what"`
	Quiet    stormTimes `json:"quiet"`
	Storm    stormTimes `json:"storm"`
	P99Ratio float64    `json:"p99Ratio"`
	Asked    int64      `json:"asked"`
	Admitted int64      `json:"admitted"`
}

type stormTimes struct {
	Creates int     `json:"creates"`
	P50     float64 `json:"p50ms"`
	P99     float64 `json:"p99ms"`
	Failed  int     `json:"failed"`
}

// stormLimit bounds the quiet tenant's p99 in a storm, as a multiple of its quiet value.
const stormLimit = 3

func (s *storm) describe() string {
	if s == nil {
		return notMeasured
	}
	return s.Machine.describe()
}

// table shows the quiet tenant's creates beside each storm.
func (s *storm) table() string {
	if s == nil {
		return notMeasured
	}
	var b strings.Builder
	b.WriteString("| The other tenant's storm | Requests | of them stored | Quiet p50 ms | p99 ms | In the storm p50 ms | p99 ms | of quiet | Not created | Under 3 times |\n" +
		"|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n")
	for _, c := range s.Cells {
		fmt.Fprintf(&b, "| %s | %d | %d | %.1f | %.1f | %.1f | %.1f | %.2f | %d of %d | %s |\n", c.What, c.Asked, c.Admitted,
			c.Quiet.P50, c.Quiet.P99, c.Storm.P50, c.Storm.P99, c.P99Ratio, c.Storm.Failed, c.Storm.Creates, c.verdict())
	}
	return b.String()
}

func (c stormCell) verdict() string {
	if c.P99Ratio < stormLimit && c.Storm.Failed == 0 {
		return "yes"
	}
	return "**no**"
}
