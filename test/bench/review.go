// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// reviewing is the number of people who look at their own, and of the organizations of each.
type reviewing struct{ people, each int }

// ReviewCost is what a person's review of themselves costs, beside a create of the same object through a webhook that does nothing.
type ReviewCost struct {
	Machine Machine      `json:"machine"`
	People  int          `json:"people"`
	Each    int          `json:"organizationsEach"`
	Cells   []ReviewCell `json:"cells"`
}

// ReviewCell is one kind of request by so many clients in a cluster of so many organizations: medians over the rounds.
type ReviewCell struct {
	Organizations int     `json:"organizations"`
	Clients       int     `json:"clients"`
	What          string  `json:"what"`
	PerSecond     float64 `json:"perSecond"`
	P50           float64 `json:"p50ms"`
	P99           float64 `json:"p99ms"`
	Failed        int     `json:"failed"`
	// Ratio is the median review's time divided by that of this request in the same round.
	Ratio float64 `json:"ratio"`
}

// reviewGoal is the most that a review may cost of the cheapest create.
const reviewGoal = 2

// reviewSizes are the numbers of organizations of the clusters in which people ask. A person's answer is the same in all of them.
var reviewSizes = []int{10, 10000}

// reviewClients are how many clients ask at once.
var reviewClients = []int{1, 16}

func (o options) measureReview(ctx context.Context) error {
	if o.reviewing.people < 1 || o.reviewing.each < 1 || o.reviewing.each > reviewSizes[0] {
		return fmt.Errorf("there must be people, each with 1 to %d organizations, and not %d with %d", reviewSizes[0], o.reviewing.people, o.reviewing.each)
	}
	var rounds []reviewRound
	for _, organizations := range reviewSizes {
		measured, err := o.reviewIn(ctx, organizations)
		if err != nil {
			return err
		}
		rounds = append(rounds, measured...)
	}
	cost := &ReviewCost{Machine: thisMachine(), People: o.reviewing.people, Each: o.reviewing.each, Cells: summarizeReviews(rounds)}
	cost.print()
	return o.save(func(r *Results) { r.Review = cost })
}

// reviewIn measures all rounds in a cluster of its own.
func (o options) reviewIn(ctx context.Context, organizations int) (rounds []reviewRound, err error) {
	m := &reviewMeter{reviewing: o.reviewing, organizations: organizations}
	defer m.stop()
	if err := m.start(ctx); err != nil {
		return nil, err
	}
	for round := range o.rounds {
		say("round %d of %d", round+1, o.rounds)
		for _, clients := range reviewClients {
			measured, err := o.measureRound(ctx, m, round, clients)
			if err != nil {
				return nil, err
			}
			rounds = append(rounds, measured...)
		}
	}
	return rounds, nil
}

// reviewRound is one kind of request in one round.
type reviewRound struct {
	ReviewCell
	round int
}

// measureRound measures every kind of request in turn. Each round begins with another one.
func (o options) measureRound(ctx context.Context, m *reviewMeter, round, clients int) (cells []reviewRound, err error) {
	for i := range reviewLoads {
		l := reviewLoads[(i+round)%len(reviewLoads)]
		cell, err := m.measure(ctx, l, clients, o.warmUp, o.cell)
		if err == nil && cell.PerSecond == 0 {
			err = fmt.Errorf("%d requests failed and none succeeded", cell.Failed)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.what, err)
		}
		say("  %-38s %2d clients: %6.0f a second, p50 %6.2f ms, p99 %6.2f ms, %d failed", l.what, clients, cell.PerSecond, cell.P50, cell.P99, cell.Failed)
		cells = append(cells, reviewRound{cell, round})
	}
	return cells, nil
}

// summarizeReviews takes the medians over the rounds. A ratio is to the same round's review.
func summarizeReviews(rounds []reviewRound) (summary []ReviewCell) {
	for _, organizations := range reviewSizes {
		for _, clients := range reviewClients {
			in := filter(rounds, func(r reviewRound) bool { return r.Organizations == organizations && r.Clients == clients })
			of := func(what string) []reviewRound {
				return filter(in, func(r reviewRound) bool { return r.What == what })
			}
			for _, l := range reviewLoads {
				if cells := of(l.what); len(cells) > 0 {
					summary = append(summary, summarizeReview(cells, of(reviewLoads[0].what)))
				}
			}
		}
	}
	return summary
}

func summarizeReview(cells, reviews []reviewRound) ReviewCell {
	s := ReviewCell{Organizations: cells[0].Organizations, Clients: cells[0].Clients, What: cells[0].What}
	var perSecond, p50, p99, ratios []float64
	for _, c := range cells {
		perSecond, p50, p99 = append(perSecond, c.PerSecond), append(p50, c.P50), append(p99, c.P99)
		s.Failed += c.Failed
		for _, r := range reviews {
			if r.round == c.round {
				ratios = append(ratios, r.P50/c.P50)
			}
		}
	}
	s.PerSecond, s.P50, s.P99, s.Ratio = median(perSecond), median(p50), median(p99), median(ratios)
	return s
}

func (r *ReviewCost) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprintln(w, "organizations\tclients\trequest\ta second\tp50 ms\tp99 ms\tfailed\tratio of the review's p50\t")
	for _, c := range r.Cells {
		fmt.Fprintf(w, "%d\t%d\t%s\t%.0f\t%.2f\t%.2f\t%d\t%.2f\t\n", c.Organizations, c.Clients, c.What, c.PerSecond, c.P50, c.P99, c.Failed, c.Ratio)
	}
	fmt.Fprintf(w, "the goal is a ratio of at most %d\n", reviewGoal)
}

// reader is a person who looks at their own.
func reader(i int64, people int) string { return person("reader", int(i)%people) }

// joins makes a reader a member of one of the organizations, each time of another one.
func (m *reviewMeter) joins(ctx context.Context, i int) error {
	reader, nth := i/m.each, i%m.each
	obj := membership(m.orgs[(reader+nth)%len(m.orgs)], fmt.Sprintf("reader-%d", reader), person("reader", reader))
	if err := m.admin.Create(ctx, obj); err != nil {
		return err
	}
	return m.give(ctx, obj)
}

// grantAll gives the organizations their places.
func (m *reviewMeter) grantAll(ctx context.Context) error {
	return inParallel(len(m.orgs), func(i int) error {
		org := &v1alpha1.Organization{}
		org.Name = m.orgs[i]
		return m.give(ctx, org)
	})
}
