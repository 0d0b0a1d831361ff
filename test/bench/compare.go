// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"
)

// clientCounts are how many clients create at once.
var clientCounts = []int{1, 16, 64}

// comparedOrganizations is enough to keep 64 clients from meeting in one by chance, plus one for the load on one organization.
const comparedOrganizations = 257

// compare measures every mode once a round. Each round starts with another mode.
func (o options) compare(ctx context.Context) error {
	chosen, err := o.chosen()
	if err != nil {
		return err
	}
	var cells []Cell
	for round := range o.rounds {
		for i := range chosen {
			m := chosen[(i+round)%len(chosen)]
			say("round %d of %d: %s", round+1, o.rounds, m.title)
			measured, err := o.measure(ctx, m, round)
			if err != nil {
				return err
			}
			cells = append(cells, measured...)
		}
	}
	comparison := newComparison(cells)
	comparison.print()
	return o.save(func(r *Results) { r.Comparison = comparison })
}

// measure measures one mode under every load, on a cluster of its own.
func (o options) measure(ctx context.Context, m mode, round int) ([]Cell, error) {
	c, err := m.start(ctx, comparedOrganizations)
	if err != nil {
		return nil, err
	}
	defer c.stop()
	if err := o.warm(ctx, c); err != nil {
		return nil, err
	}
	var cells []Cell
	for _, clients := range clientCounts {
		for _, l := range loads {
			cell, err := o.measureCell(ctx, c, m, l, clients)
			if err != nil {
				return nil, err
			}
			cell.Round = round
			say("  %-4s %2d clients: %6.0f a second, p50 %6.2f ms, p99 %6.2f ms, %d failed", l.name, clients, cell.PerSecond, cell.P50, cell.P99, cell.Failed)
			cells = append(cells, cell)
		}
	}
	return cells, nil
}

// warm lets a fresh API server do the work of its first seconds, under some load.
func (o options) warm(ctx context.Context, c *cluster) error {
	g := &generator{cluster: c, load: loads[0], cell: "warm", failed: map[string]int{}}
	stop, err := g.run(ctx, many)
	if err != nil {
		return err
	}
	defer stop()
	return pass(ctx, 4*o.warmUp)
}

func (o options) measureCell(ctx context.Context, c *cluster, m mode, l load, clients int) (Cell, error) {
	cell := Cell{Mode: m.name, Load: l.name, Clients: clients}
	if err := c.quiet(ctx, quietBetween); err != nil {
		return cell, err
	}
	g := &generator{cluster: c, load: l, cell: fmt.Sprintf("%s-%d", l.name, clients), failed: map[string]int{}}
	stop, err := g.run(ctx, clients)
	if err != nil {
		return cell, err
	}
	defer stop()
	if err := pass(ctx, o.warmUp); err != nil {
		return cell, err
	}
	before, err := c.usage(ctx, m)
	if err != nil {
		return cell, err
	}
	from := time.Now()
	if err := pass(ctx, o.cell); err != nil {
		return cell, err
	}
	until := time.Now()
	after, err := c.usage(ctx, m)
	if err != nil {
		return cell, err
	}
	stop()
	for why, n := range g.failed {
		say("  %d failed: %s", n, why)
		cell.Failed += n
	}
	cell.fill(g.between(from, until), until.Sub(from), before, after)
	return cell, ctx.Err()
}

// pass returns after a while, or with an error if the context ends first.
func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
