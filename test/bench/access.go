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

// AccessCost is what organizations' bindings cost the API server, which looks at all ClusterRoleBindings, and at the RoleBindings of
// one namespace, for each request that RBAC decides.
type AccessCost struct {
	Machine Machine      `json:"machine"`
	Steps   []AccessStep `json:"steps"`
}

// AccessStep is the cost with so many bindings.
type AccessStep struct {
	// Namespaces is how many organizations have RoleBindings, Own how many have a ClusterRole and a ClusterRoleBinding for their
	// Organization itself.
	Namespaces int `json:"namespaces"`
	Own        int `json:"own"`
	// Heap is that of the API server, in use after a collection.
	Heap  int64        `json:"apiServerHeapBytes"`
	Cells []AccessCell `json:"cells"`
}

// AccessCell is one thing that is asked about one actor.
type AccessCell struct {
	Who  string `json:"who"`
	What string `json:"what"`
	// Review is by SubjectAccessReview, Request a request of the actor's own. Times are in microseconds; CPU is the API server's.
	Review  AccessTimes `json:"review"`
	Request AccessTimes `json:"request"`
}

// AccessTimes are those of one kind of question, in microseconds each.
type AccessTimes struct {
	P50 float64 `json:"p50us"`
	P99 float64 `json:"p99us"`
	CPU float64 `json:"cpuUs"`
	// CPURatio is of the first step's in the same run.
	CPURatio float64 `json:"cpuRatio"`
}

// measureAccess begins with one organization, adds the namespaces of all others, and then their own bindings, in part and whole: so
// it is seen which of them cost what.
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

// add keeps a step, with its part of the first.
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
