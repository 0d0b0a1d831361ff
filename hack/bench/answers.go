// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

type answers struct {
	Machine       machine       `json:"machine"`
	Members       int           `json:"members"`
	Organizations int           `json:"organizations"`
	Cells         []answersCell `json:"cells"`
}

type answersCell struct {
	What      string             `json:"what"`
	Answers   int                `json:"answers"`
	Failed    int                `json:"failed"`
	Seconds   float64            `json:"seconds"`
	PerSecond float64            `json:"perSecond"`
	P50       float64            `json:"p50ms"`
	P99       float64            `json:"p99ms"`
	Lists     int                `json:"lists"`
	CPU       map[string]float64 `json:"cpuSecondsPer1000"`
}

func (a *answers) describe() string {
	if a == nil {
		return notMeasured
	}
	return a.Machine.describe()
}

// table shows each load in a row.
func (a *answers) table() string {
	if a == nil {
		return notMeasured
	}
	var b strings.Builder
	fmt.Fprintf(&b, "One organization has %d members; %d others have few.\n\n", a.Members, a.Organizations)
	b.WriteString("| Answers | | Failed | A second | p50 ms | p99 ms | Lists of memberships | Operator, CPU s for 1,000 | API server | etcd |\n" +
		"|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, c := range a.Cells {
		fmt.Fprintf(&b, "| %s | %d | %d | %.0f | %.0f | %.0f | %d | %.1f | %.1f | %.1f |\n", c.What, c.Answers, c.Failed, c.PerSecond,
			c.P50, c.P99, c.Lists, c.CPU["replica-0"], c.CPU["kube-apiserver"], c.CPU["etcd"])
	}
	return b.String()
}
