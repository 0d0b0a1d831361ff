// SPDX-License-Identifier: Apache-2.0

// Command bench draws the benchmark's results, and writes them into the tables of its page.
//
//	go run . ../../docs/benchmarks
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// results are the parts of results.json that the pages show; test/bench writes the file.
type results struct {
	Comparison *struct {
		Machine machine   `json:"machine"`
		Summary []summary `json:"summary"`
	} `json:"comparison"`
	Scale  *scale  `json:"scale"`
	Access *access `json:"access"`
	Storm  *storm  `json:"storm"`

	Answers *answers `json:"answers"`
	Review  *review  `json:"review"`
	Expiry  *expiry  `json:"expiry"`
	Mail    *mail    `json:"mail"`
	Serving *serving `json:"serving"`
}

type machine struct {
	CPU      string `json:"cpu"`
	Cores    int    `json:"cores"`
	Memory   string `json:"memory"`
	Kernel   string `json:"kernel"`
	Go       string `json:"go"`
	Measured string `json:"measured"`
}

type summary struct {
	Mode      string             `json:"mode"`
	Title     string             `json:"title"`
	Load      string             `json:"load"`
	Clients   int                `json:"clients"`
	PerSecond float64            `json:"perSecond"`
	Ratio     float64            `json:"ratio"`
	P50       float64            `json:"p50ms"`
	P99       float64            `json:"p99ms"`
	P99Ratio  float64            `json:"p99Ratio"`
	CPURatio  float64            `json:"cpuRatio"`
	Failed    int                `json:"failed"`
	CPU       map[string]float64 `json:"cpuSecondsPer1000"`
	Journal   *struct {
		CommitsPerSecond   float64 `json:"commitsPerSecond"`
		ConflictsPerSecond float64 `json:"conflictsPerSecond"`
		MeanBatch          float64 `json:"meanBatch"`
		MeanEntries        float64 `json:"meanEntries"`
	} `json:"journal"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bench FOLDER_OF_THE_RESULTS")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if err != nil {
		return err
	}
	var r results
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	if r.Comparison == nil {
		return errors.New("results.json has no comparison yet")
	}
	return errors.Join(
		draw(r.Comparison.Summary, filepath.Join(dir, "results.svg")),
		write(r.pages(), dir))
}
