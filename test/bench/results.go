// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"
)

// Results is everything that is kept of the benchmark, in docs/benchmarks/results.json.
type Results struct {
	Comparison *Comparison `json:"comparison,omitempty"`
	Scale      *Scale      `json:"scale,omitempty"`
	Access     *AccessCost `json:"access,omitempty"`
	Storm      *StormCost  `json:"storm,omitempty"`

	Answers *AnswersCost `json:"answers,omitempty"`
	Review  *ReviewCost  `json:"review,omitempty"`
	Expiry  *ExpiryCost  `json:"expiry,omitempty"`
	Mail    *MailCost    `json:"mail,omitempty"`
	Serving *ServingCost `json:"serving,omitempty"`
}

// Comparison is the cost of the modes beside each other.
type Comparison struct {
	Machine Machine   `json:"machine"`
	Summary []Summary `json:"summary"`
	Cells   []Cell    `json:"cells"`
}

// Cell is one measurement.
type Cell struct {
	Mode      string  `json:"mode"`
	Load      string  `json:"load"`
	Clients   int     `json:"clients"`
	Round     int     `json:"round"`
	PerSecond float64 `json:"perSecond"`
	P50       float64 `json:"p50ms"`
	P99       float64 `json:"p99ms"`
	Failed    int     `json:"failed"`
	// CPU is seconds for a thousand creations, by process.
	CPU     map[string]float64 `json:"cpuSecondsPer1000"`
	Journal *JournalCell       `json:"journal,omitempty"`
}

// JournalCell is how the journal was used meanwhile.
type JournalCell struct {
	CommitsPerSecond   float64 `json:"commitsPerSecond"`
	ConflictsPerSecond float64 `json:"conflictsPerSecond"`
	ReadsPerSecond     float64 `json:"readsPerSecond"`
	// MeanBatch is creations divided by commits. Commits that only tidy count too.
	MeanBatch   float64 `json:"meanBatch"`
	MeanEntries float64 `json:"meanEntries"`
}

// fill computes a cell from the creations of some time.
func (c *Cell) fill(took []time.Duration, span time.Duration, before, after usage) {
	n := float64(len(took))
	c.PerSecond = n / span.Seconds()
	c.P50, c.P99 = milliseconds(percentile(took, 50)), milliseconds(percentile(took, 99))
	c.CPU = map[string]float64{}
	for name, seconds := range after.cpu {
		c.CPU[name] = (seconds - before.cpu[name]) / max(n, 1) * 1000
	}
	if commits := float64(after.journal.Commits - before.journal.Commits); commits > 0 {
		c.Journal = &JournalCell{
			CommitsPerSecond:   commits / span.Seconds(),
			ConflictsPerSecond: float64(after.journal.Conflicts-before.journal.Conflicts) / span.Seconds(),
			ReadsPerSecond:     float64(after.journal.Reads-before.journal.Reads) / span.Seconds(),
			MeanBatch:          n / commits,
			MeanEntries:        float64(after.journal.Entries-before.journal.Entries) / commits,
		}
	}
}

func (c Cell) cpuTotal() float64 {
	var sum float64
	for _, seconds := range c.CPU {
		sum += seconds
	}
	return sum
}

// Summary is one mode under one load: medians over the rounds. Ratios are to the same round's limit, the mode without webhook.
type Summary struct {
	Mode      string             `json:"mode"`
	Title     string             `json:"title"`
	Load      string             `json:"load"`
	Clients   int                `json:"clients"`
	PerSecond float64            `json:"perSecond"`
	Ratio     float64            `json:"ratio"`
	P50       float64            `json:"p50ms"`
	P99       float64            `json:"p99ms"`
	P99Ratio  float64            `json:"p99Ratio"`
	Failed    int                `json:"failed"`
	CPU       map[string]float64 `json:"cpuSecondsPer1000"`
	// CPURatio is the limit's CPU time divided by this mode's. A machine without a core to spare would show this ratio.
	CPURatio float64      `json:"cpuRatio"`
	Journal  *JournalCell `json:"journal,omitempty"`
}

func newComparison(cells []Cell) *Comparison {
	c := &Comparison{Machine: thisMachine(), Cells: cells}
	for _, l := range loads {
		for _, clients := range clientCounts {
			for _, m := range modes {
				of := func(mode string) []Cell {
					return filter(cells, func(c Cell) bool { return c.Mode == mode && c.Load == l.name && c.Clients == clients })
				}
				if measured := of(m.name); len(measured) > 0 {
					s := summarize(measured, of(modes[0].name))
					s.Title = m.title
					c.Summary = append(c.Summary, s)
				}
			}
		}
	}
	return c
}

func summarize(cells, limit []Cell) Summary {
	s := Summary{Mode: cells[0].Mode, Load: cells[0].Load, Clients: cells[0].Clients, CPU: map[string]float64{}}
	s.PerSecond = medianOf(cells, func(c Cell) float64 { return c.PerSecond })
	s.P50 = medianOf(cells, func(c Cell) float64 { return c.P50 })
	s.P99 = medianOf(cells, func(c Cell) float64 { return c.P99 })
	s.Ratio = medianOf(cells, func(c Cell) float64 {
		return ratio(c.PerSecond, limit, c.Round, func(l Cell) float64 { return l.PerSecond })
	})
	s.P99Ratio = medianOf(cells, func(c Cell) float64 { return ratio(c.P99, limit, c.Round, func(l Cell) float64 { return l.P99 }) })
	s.CPURatio = medianOf(cells, func(c Cell) float64 { return 1 / ratio(c.cpuTotal(), limit, c.Round, Cell.cpuTotal) })
	for name := range cells[0].CPU {
		s.CPU[name] = medianOf(cells, func(c Cell) float64 { return c.CPU[name] })
	}
	for _, c := range cells {
		s.Failed += c.Failed
	}
	if with := filter(cells, func(c Cell) bool { return c.Journal != nil }); len(with) > 0 {
		s.Journal = &JournalCell{
			CommitsPerSecond:   medianOf(with, func(c Cell) float64 { return c.Journal.CommitsPerSecond }),
			ConflictsPerSecond: medianOf(with, func(c Cell) float64 { return c.Journal.ConflictsPerSecond }),
			ReadsPerSecond:     medianOf(with, func(c Cell) float64 { return c.Journal.ReadsPerSecond }),
			MeanBatch:          medianOf(with, func(c Cell) float64 { return c.Journal.MeanBatch }),
			MeanEntries:        medianOf(with, func(c Cell) float64 { return c.Journal.MeanEntries }),
		}
	}
	return s
}

// ratio compares a value with the limit's in the same round. It is 1 if that was not measured.
func ratio(value float64, limit []Cell, round int, of func(Cell) float64) float64 {
	for _, l := range limit {
		if l.Round == round && value > 0 && of(l) > 0 {
			return value / of(l)
		}
	}
	return 1
}

func medianOf(cells []Cell, of func(Cell) float64) float64 {
	values := make([]float64, len(cells))
	for i, c := range cells {
		values[i] = of(c)
	}
	return median(values)
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

func filter[T any](all []T, wanted func(T) bool) []T {
	var some []T
	for _, t := range all {
		if wanted(t) {
			some = append(some, t)
		}
	}
	return some
}

// save changes its own part of the results, and leaves the rest.
func (o options) save(change func(*Results)) error {
	if o.results == "" {
		return nil
	}
	var r Results
	text, err := os.ReadFile(o.results)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	change(&r)
	if text, err = json.MarshalIndent(r, "", "  "); err != nil {
		return err
	}
	return os.WriteFile(o.results, append(text, '\n'), 0o644) //nolint:gosec // everybody may read it
}
