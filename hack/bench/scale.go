// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// scale is the figures of a large cluster.
type scale struct {
	Machine       machine `json:"machine"`
	Organizations int     `json:"organizations"`
	Memberships   int     `json:"memberships"`
	Ready         float64 `json:"readySeconds"`
	Heap          float64 `json:"heapBytesPerMembership"`
	RSS           float64 `json:"rssBytesPerMembership"`
	StandbyReady  float64 `json:"standbyReadySeconds"`
	StandbyRSS    float64 `json:"standbyRSSBytesPerMembership"`
	LeaderRSS     float64 `json:"leaderRSSBytesPerMembership"`
	LeaderPeak    int64   `json:"leaderPeakRSSBytes"`
	Takeover      float64 `json:"takeoverSeconds"`
	Judgement     struct {
		P50 float64 `json:"p50us"`
		P99 float64 `json:"p99us"`
	} `json:"judgement"`
	Access struct {
		P50 float64 `json:"p50ms"`
		Max float64 `json:"maxms"`
	} `json:"access"`
	Settlings []settling `json:"settlings"`
}

type settling struct {
	What     string             `json:"what"`
	Seconds  float64            `json:"seconds"`
	Writes   int                `json:"writes"`
	Objects  int                `json:"objects"`
	Requests map[string]int     `json:"requests"`
	CPU      map[string]float64 `json:"cpuSeconds"`
}

const notMeasured = "Not measured yet.\n"

func (s *scale) machine() string {
	if s == nil {
		return notMeasured
	}
	return s.Machine.describe()
}

func (s *scale) table() string {
	if s == nil || s.StandbyRSS == 0 { // results of a time when standby and leader were one
		return notMeasured
	}
	rows := []struct{ what, value string }{
		{"A replica without controllers judges after", fmt.Sprintf("%.1f s", s.Ready)},
		{"Its heap in use, a membership", fmt.Sprintf("%.2f KiB", s.Heap/1024)},
		{"Its resident memory, a membership", fmt.Sprintf("%.2f KiB", s.RSS/1024)},
		{"A standby is ready after", fmt.Sprintf("%.1f s", s.StandbyReady)},
		{"Its resident memory, a membership", fmt.Sprintf("%.2f KiB", s.StandbyRSS/1024)},
		{"The leader's resident memory, a membership", fmt.Sprintf("%.2f KiB", s.LeaderRSS/1024)},
		{"The leader's resident memory, at most", fmt.Sprintf("%d MiB", s.LeaderPeak>>20)},
		{"A standby that takes over has given a new member access after", fmt.Sprintf("%.1f s", s.Takeover)},
		{"One judgement, p50", fmt.Sprintf("%.0f µs", s.Judgement.P50)},
		{"One judgement, p99", fmt.Sprintf("%.0f µs", s.Judgement.P99)},
		{"A new member has access after, p50", fmt.Sprintf("%.0f ms", s.Access.P50)},
		{"A new member has access after, at most", fmt.Sprintf("%.0f ms", s.Access.Max)},
	}
	for _, e := range s.Settlings {
		if e.Objects > 0 && e.Seconds > 0 {
			rows = append(rows, struct{ what, value string }{
				"Objects brought to Ready a second (" + e.What + ")", fmt.Sprintf("%.0f", float64(e.Objects)/e.Seconds),
			})
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| %d memberships in %d organizations | |\n|---|--:|\n", s.Memberships, s.Organizations)
	for _, row := range rows {
		fmt.Fprintf(&b, "| %s | %s |\n", row.what, row.value)
	}
	return b.String()
}

// settlings shows the operator's work after each event.
func (s *scale) settlings() string {
	if s == nil {
		return notMeasured
	}
	var b strings.Builder
	b.WriteString("| What happens | Settled after, s | Writes | Operator, CPU s | API server, CPU s | etcd, CPU s |\n|---|--:|--:|--:|--:|--:|\n")
	for _, e := range s.Settlings {
		fmt.Fprintf(&b, "| %s | %.1f | %d | %.1f | %.1f | %.1f |\n", e.What, e.Seconds, e.Writes, e.CPU["replica-0"], e.CPU["kube-apiserver"], e.CPU["etcd"])
	}
	return b.String()
}

// fewest is the number of requests from which a kind gets a row.
const fewest = 10

// requests shows the writes of the operator's first start, by kind.
func (s *scale) requests() string {
	if s == nil || len(s.Settlings) == 0 {
		return notMeasured
	}
	first := s.Settlings[0]
	names := slices.SortedFunc(maps.Keys(first.Requests), func(a, b string) int {
		return cmp.Or(first.Requests[b]-first.Requests[a], strings.Compare(a, b))
	})
	var b strings.Builder
	fmt.Fprintf(&b, "| Requests (%s) | |\n|---|--:|\n", first.What)
	for _, name := range names {
		if n := first.Requests[name]; n >= fewest {
			fmt.Fprintf(&b, "| %s | %d |\n", name, n)
		}
	}
	return b.String()
}
