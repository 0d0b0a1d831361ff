// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"text/tabwriter"
)

func (m *MailCost) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprintln(w, "one after another\t\tp50 ms\tp90 ms\tp99 ms\t")
	for _, s := range m.Singles {
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.0f\t%.0f\t\n", s.What, s.Invitations, s.P50, s.P90, s.P99)
	}
	for _, s := range m.Stages {
		fmt.Fprintf(w, "%s\t\t%.1f\t\t%.1f\t\n", s.What, s.P50, s.P99)
	}
	fmt.Fprintln(w, "at once\t\tmessages\tMessage-IDs\ta second\tmail server\tratio\tp50 ms\tp99 ms\tpeak heap MiB\tRSS MiB\tCPU s for 1000\t")
	for _, b := range m.Bursts {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.1f\t%.0f\t%.2f\t%.0f\t%.0f\t%d\t%d\t%s\t\n", b.What, b.Invitations, b.Messages, b.Distinct, b.PerSecond,
			b.Capacity, b.Ratio, b.P50, b.P99, b.PeakHeap>>20, b.PeakRSS>>20, cpuText(b.CPU))
	}
	p := m.Pace
	fmt.Fprintf(w, "%d made at once, at %d a minute: %.1f a minute, %.1f ahead at most\t\n", p.Invitations, p.Rate, p.PerMinute, p.Ahead)
}
