// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
)

func (e *ExpiryCost) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprintln(w, "they end\t\tlate p50 s\tp99\tmax\ta second\tovertaken\tby s\tpeak heap MiB\tRSS MiB\tqueue\tCPU s for 1000\t")
	for _, r := range e.Runs {
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.0f\t%d\t%.0f\t%d\t%d\t%d\t%s\t\n", r.What, r.Invitations, r.P50, r.P99, r.Max, r.PerSecond,
			r.Overtaken, r.OvertakenBy, r.PeakHeap>>20, r.PeakRSS>>20, r.PeakQueue, cpuText(r.CPU))
		for _, what := range slices.Sorted(maps.Keys(r.Requests)) {
			fmt.Fprintf(w, "\t%.2f\t%s\t\n", r.Requests[what], what)
		}
	}
	fmt.Fprintln(w, "other work\tquiet\tp50 ms\tp99 ms\tfailed\tmeanwhile\tp50 ms\tp99 ms\tfailed\tratio of p50\t")
	for _, p := range e.Probes {
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.0f\t%d\t%d\t%.0f\t%.0f\t%d\t%.2f\t\n", p.What, p.Quiet.Probes, p.Quiet.P50, p.Quiet.P99, p.Quiet.Failed,
			p.Meanwhile.Probes, p.Meanwhile.P50, p.Meanwhile.P99, p.Meanwhile.Failed, p.Ratio)
	}
}
