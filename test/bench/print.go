// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// print shows the summary on the terminal.
func (c *Comparison) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprintln(w, "load\tclients\tmode\ta second\tof limit\tp50 ms\tp99 ms\tof limit\tfailed\tCPU of limit\tCPU s for 1000\t")
	for _, s := range c.Summary {
		fmt.Fprintf(w, "%s\t%d\t%s\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\t%d\t%.2f\t%s\t\n",
			s.Load, s.Clients, s.Mode, s.PerSecond, s.Ratio, s.P50, s.P99, s.P99Ratio, s.Failed, s.CPURatio, cpuText(s.CPU))
		if j := s.Journal; j != nil {
			fmt.Fprintf(w, "\t\t\t%.0f commits/s\t%.0f conflicts/s\t%.0f reads/s\tbatch %.1f\tentries %.0f\t\t\t\t\n",
				j.CommitsPerSecond, j.ConflictsPerSecond, j.ReadsPerSecond, j.MeanBatch, j.MeanEntries)
		}
	}
}

// print shows what a large cluster costs.
func (s *Scale) print() {
	fmt.Printf("ready %.1f s, standby %.1f s; judgement p50 %.0f µs, p99 %.0f µs\n", s.Ready, s.StandbyReady, s.Judgement.P50, s.Judgement.P99)
	fmt.Printf("bytes a membership: heap %.0f, resident %.0f, standby %.0f, leader %.0f; the leader had %d MiB at most\n",
		s.HeapBytesPerMembership, s.RSSBytesPerMembership, s.StandbyRSSBytesPerMembership, s.LeaderRSSBytesPerMembership, s.LeaderRSS>>20)
	fmt.Printf("access p50 %.0f ms, at most %.0f ms; takeover %.1f s\n", s.Access.P50, s.Access.Max, s.Takeover)
	for _, e := range s.Settlings {
		fmt.Printf("%s: %.1f s, %d writes, %d objects Ready, CPU %s\n", e.What, e.Seconds, e.Writes, e.Objects, cpuText(e.CPU))
		for _, what := range slices.Sorted(maps.Keys(e.Requests)) {
			fmt.Printf("%8d  %s\n", e.Requests[what], what)
		}
	}
}

func cpuText(cpu map[string]float64) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(cpu)) {
		parts = append(parts, fmt.Sprintf("%s %.2f", name, cpu[name]))
	}
	return strings.Join(parts, ", ")
}
