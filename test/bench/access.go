// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"
)

// AccessCost is the cost of organizations' bindings for the API server. For each request that RBAC decides, it looks at all
// ClusterRoleBindings, and at the RoleBindings of one namespace.
type AccessCost struct {
	Machine Machine      `json:"machine"`
	Steps   []AccessStep `json:"steps"`
}

// AccessStep is the cost with one number of bindings.
type AccessStep struct {
	// Namespaces is how many organizations have RoleBindings. Own is how many have a ClusterRole and a ClusterRoleBinding for their
	// Organization itself.
	Namespaces int `json:"namespaces"`
	Own        int `json:"own"`
	// Heap is the API server's heap that is in use after a garbage collection.
	Heap  int64        `json:"apiServerHeapBytes"`
	Cells []AccessCell `json:"cells"`
}

// AccessCell is one question about one actor.
type AccessCell struct {
	Who  string `json:"who"`
	What string `json:"what"`
	// Review asks by SubjectAccessReview, Request by the actor's own request. Times are in microseconds; CPU is the API server's.
	Review  AccessTimes `json:"review"`
	Request AccessTimes `json:"request"`
}

// AccessTimes are the times of one kind of question, in microseconds each.
type AccessTimes struct {
	P50 float64 `json:"p50us"`
	P99 float64 `json:"p99us"`
	CPU float64 `json:"cpuUs"`
	// CPURatio is CPU divided by that of the first step in the same run.
	CPURatio float64 `json:"cpuRatio"`
}

// measureAccess begins with one organization. Then it adds the namespaces of all others, and then their own bindings, first a part and then
// all. So the figures show the cost of each.
func (o options) measureAccess(ctx context.Context) error {
	c, err := startCluster(ctx)
	if err != nil {
		return err
	}
	defer c.stop()
	all := o.large.organizations
	meter := accessMeter{cluster: c, rounds: o.rounds, cell: o.cell / time.Duration(o.rounds)}
	cost := &AccessCost{Machine: thisMachine()}
	if err := meter.prepare(ctx); err != nil {
		return err
	}
	for _, step := range []AccessStep{{}, {Namespaces: all}, {Namespaces: all, Own: all / 10}, {Namespaces: all, Own: all}} {
		if err := errors.Join(meter.bind(ctx, step), meter.measure(ctx, &step)); err != nil {
			return err
		}
		cost.add(step)
	}
	cost.print()
	return o.save(func(r *Results) { r.Access = cost })
}

// add keeps a step, with its ratios to the first.
func (a *AccessCost) add(step AccessStep) {
	a.Steps = append(a.Steps, step)
	for i := range step.Cells {
		first, cell := a.Steps[0].Cells[i], &step.Cells[i]
		cell.Review.CPURatio = cell.Review.CPU / first.Review.CPU
		cell.Request.CPURatio = cell.Request.CPU / first.Request.CPU
	}
}

func (a *AccessCost) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprintln(w, "namespaces\town\theap MiB\twho\twhat\treview p50 µs\tp99\tCPU\tof first\trequest p50 µs\tp99\tCPU\tof first\t")
	for _, s := range a.Steps {
		for _, c := range s.Cells {
			fmt.Fprintf(w, "%d\t%d\t%d\t%s\t%s\t%s\t%s\t\n", s.Namespaces, s.Own, s.Heap>>20, c.Who, c.What, c.Review, c.Request)
		}
	}
}

func (t AccessTimes) String() string {
	return fmt.Sprintf("%.0f\t%.0f\t%.0f\t%.2f", t.P50, t.P99, t.CPU, t.CPURatio)
}
