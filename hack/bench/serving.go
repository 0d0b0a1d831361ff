// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

type serving struct {
	Machine machine       `json:"machine"`
	Modes   []servingMode `json:"modes"`
}

type servingMode struct {
	Mode    string          `json:"mode"`
	Singles []servingSingle `json:"singles"`
	Burst   servingBurst    `json:"burst"`
	Alone   struct {
		Routes int     `json:"routes"`
		Made   float64 `json:"madeSeconds"`
		Served float64 `json:"servedSeconds"`
	} `json:"alone"`
}

type servingSingle struct {
	What          string `json:"what"`
	Organizations int    `json:"organizations"`
	Entered       times  `json:"entered"`
	Operator      times  `json:"operator"`
	Controller    times  `json:"controller"`
}

type times struct {
	P50 float64 `json:"p50ms"`
	P99 float64 `json:"p99ms"`
}

type servingBurst struct {
	Organizations int                `json:"organizations"`
	Made          float64            `json:"madeSeconds"`
	Routed        float64            `json:"routedSeconds"`
	Served        float64            `json:"servedSeconds"`
	Writes        float64            `json:"writesEach"`
	Requests      map[string]float64 `json:"requestsEach"`
	Steady        int                `json:"steadyWrites"`
	SteadySeconds float64            `json:"steadySeconds"`
	CPU           map[string]float64 `json:"cpuSecondsPer1000"`
}

func (s *serving) describe() string {
	if s == nil {
		return notMeasured
	}
	return s.Machine.describe()
}

// single shows organizations that are made one after another.
func (s *serving) single() string {
	if s == nil {
		return notMeasured
	}
	var b strings.Builder
	b.WriteString("| Mode | One after another | | Entered, p50 ms | p99 ms | The operator's part, p50 ms | p99 ms | Traefik's part, p50 ms | p99 ms |\n" +
		"|---|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, m := range s.Modes {
		for _, o := range m.Singles {
			fmt.Fprintf(&b, "| %s | %s | %d | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f |\n", m.Mode, o.What, o.Organizations,
				o.Entered.P50, o.Entered.P99, o.Operator.P50, o.Operator.P99, o.Controller.P50, o.Controller.P99)
		}
	}
	return b.String()
}

// bursts shows organizations that are made at once, beside routes that are made by hand.
func (s *serving) bursts() string {
	if s == nil {
		return notMeasured
	}
	var b strings.Builder
	b.WriteString("| Mode | At once | Made, s | Routed, s | Served, s | Traefik alone, s | Writes each | Writes at rest " +
		"| Operator, CPU s for 1,000 | API server | etcd | load and CRM |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, m := range s.Modes {
		o := m.Burst
		fmt.Fprintf(&b, "| %s | %d | %.1f | %.1f | %.1f | %.1f | %.1f | %d in %.0f s | %.1f | %.1f | %.1f | %.1f |\n", m.Mode, o.Organizations,
			o.Made, o.Routed, o.Served, m.Alone.Served, o.Writes, o.Steady, o.SteadySeconds,
			o.CPU["replica-0"], o.CPU["kube-apiserver"], o.CPU["etcd"], o.CPU["load"])
	}
	return b.String()
}

// requests shows the writes for each organization of a burst, in all modes beside each other.
func (s *serving) requests() string {
	if s == nil {
		return notMeasured
	}
	all := map[string]bool{}
	head, line := "| Write |", "|---|"
	for _, m := range s.Modes {
		head, line = head+" "+m.Mode+" |", line+"--:|"
		for what := range m.Burst.Requests {
			all[what] = true
		}
	}
	var b strings.Builder
	b.WriteString(head + "\n" + line + "\n")
	for _, what := range slices.Sorted(maps.Keys(all)) {
		b.WriteString("| `" + what + "` |")
		for _, m := range s.Modes {
			fmt.Fprintf(&b, " %.2f |", m.Burst.Requests[what])
		}
		b.WriteString("\n")
	}
	return b.String()
}
