// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

type access struct {
	Machine machine      `json:"machine"`
	Steps   []accessStep `json:"steps"`
}

type accessStep struct {
	Namespaces int   `json:"namespaces"`
	Own        int   `json:"own"`
	Heap       int64 `json:"apiServerHeapBytes"`
	Cells      []struct {
		Who     string      `json:"who"`
		What    string      `json:"what"`
		Review  accessTimes `json:"review"`
		Request accessTimes `json:"request"`
	} `json:"cells"`
}

type accessTimes struct {
	P50      float64 `json:"p50us"`
	P99      float64 `json:"p99us"`
	CPU      float64 `json:"cpuUs"`
	CPURatio float64 `json:"cpuRatio"`
}

func (a *access) describe() string {
	if a == nil {
		return "Not measured yet.\n"
	}
	return a.Machine.describe()
}

// memory shows what the API server keeps for each step's bindings.
func (a *access) memory() string {
	if a == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("| Organizations with RoleBindings | with a ClusterRoleBinding | API server's heap |\n|--:|--:|--:|\n")
	for _, s := range a.Steps {
		fmt.Fprintf(&b, "| %d | %d | %d MiB |\n", s.Namespaces, s.Own, s.Heap>>20)
	}
	return b.String()
}

// times shows each question at each step.
func (a *access) times() string {
	if a == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("| Who asks for what | RoleBindings of | ClusterRoleBindings of | Review p50 µs | CPU µs | of first | Request p50 µs | CPU µs | of first |\n" +
		"|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i := range a.cells() {
		for _, s := range a.Steps {
			c := s.Cells[i]
			fmt.Fprintf(&b, "| %s: %s | %d | %d | %s | %s |\n", c.Who, c.What, s.Namespaces, s.Own, c.Review.row(), c.Request.row())
		}
	}
	return b.String()
}

func (a *access) cells() int {
	if len(a.Steps) == 0 {
		return 0
	}
	return len(a.Steps[0].Cells)
}

func (t accessTimes) row() string {
	return fmt.Sprintf("%.0f | %.0f | %.2f", t.P50, t.CPU, t.CPURatio)
}
