// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
)

func (s *ServingCost) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprintln(w, "one after another\t\tentered p50 ms\tp99 ms\toperator p50 ms\tp99 ms\tcontroller p50 ms\tp99 ms\t")
	for _, m := range s.Modes {
		for _, o := range m.Singles {
			fmt.Fprintf(w, "%s, %s\t%d\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t\n", m.Mode, o.What, o.Organizations, o.Entered.P50, o.Entered.P99,
				o.Operator.P50, o.Operator.P99, o.Controller.P50, o.Controller.P99)
		}
	}
	fmt.Fprintln(w, "at once\t\tmade s\trouted s\tserved s\talone s\twrites each\twrites in steady state\tCPU s for 1000\t")
	for _, m := range s.Modes {
		b := m.Burst
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%d\t%s\t\n", m.Mode, b.Organizations, b.Made, b.Routed, b.Served, m.Alone.Served,
			b.Writes, b.Steady, cpuText(b.CPU))
		for _, what := range slices.Sorted(maps.Keys(b.Requests)) {
			fmt.Fprintf(w, "%s\t%.2f\t\n", what, b.Requests[what])
		}
	}
}
