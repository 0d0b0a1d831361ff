// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// pages are the tables of each page, by the marks between which they stand.
func (r results) pages() map[string]map[string]string {
	return map[string]map[string]string{
		"README.md": {
			"machine":    r.Comparison.Machine.describe(),
			"comparison": comparison(r.Comparison.Summary),
			"cpu":        cpu(r.Comparison.Summary),
			"journal":    journal(r.Comparison.Summary),
		},
		"scale.md": {
			"machine":   r.Scale.machine(),
			"scale":     r.Scale.table(),
			"settlings": r.Scale.settlings(),
			"requests":  r.Scale.requests(),
		},
		"access.md": {
			"machine": r.Access.describe(),
			"times":   r.Access.times(),
			"memory":  r.Access.memory(),
		},
		"storm.md": {
			"machine": r.Storm.describe(),
			"storms":  r.Storm.table(),
		},
		"answers.md": {
			"machine": r.Answers.describe(),
			"answers": r.Answers.table(),
		},
		"review.md": {
			"machine": r.Review.describe(),
			"review":  r.Review.table(),
		},
		"expiry.md": {
			"machine":  r.Expiry.describe(),
			"expiry":   r.Expiry.table(),
			"load":     r.Expiry.load(),
			"requests": r.Expiry.requests(),
			"probes":   r.Expiry.probes(),
		},
		"mail.md": {
			"machine": r.Mail.describe(),
			"single":  r.Mail.single(),
			"bursts":  r.Mail.bursts(),
			"pace":    r.Mail.pace(),
		},
		"serving.md": {
			"machine":  r.Serving.describe(),
			"single":   r.Serving.single(),
			"bursts":   r.Serving.bursts(),
			"requests": r.Serving.requests(),
		},
	}
}

// write puts the tables between their marks in the pages of a folder, and leaves what people wrote around them.
func write(pages map[string]map[string]string, dir string) error {
	for name, tables := range pages {
		if err := writePage(tables, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func writePage(tables map[string]string, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	page := string(text)
	for name, table := range tables {
		if page, err = replace(page, name, table); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return os.WriteFile(path, []byte(page), 0o644)
}

func replace(page, name, table string) (string, error) {
	begin, end := "<!-- generated: "+name+" -->\n", "<!-- end: "+name+" -->"
	before, rest, ok1 := strings.Cut(page, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		return "", fmt.Errorf("the page has no place for %s", name)
	}
	return before + begin + table + end + after, nil
}

func (m machine) describe() string {
	return fmt.Sprintf("%s, %d cores, %s of memory, Linux %s, %s; %s.\n", m.CPU, m.Cores, m.Memory, m.Kernel, m.Go, m.Measured)
}

func comparison(all []summary) string {
	var b strings.Builder
	b.WriteString("| Load | Clients | Mode | Creates a second | of no webhook | p50 ms | p99 ms | p99 of no webhook |\n|---|--:|---|--:|--:|--:|--:|--:|\n")
	for _, s := range all {
		fmt.Fprintf(&b, "| %s | %d | %s | %.0f | %.2f | %.1f | %.1f | %.2f |\n", s.Load, s.Clients, s.Title, s.PerSecond, s.Ratio, s.P50, s.P99, s.P99Ratio)
	}
	return b.String()
}

// cpu shows the CPU time of each process for a thousand creations.
func cpu(all []summary) string {
	seen := map[string]bool{}
	for _, s := range all {
		for name := range s.CPU {
			seen[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(seen))
	var b strings.Builder
	fmt.Fprintf(&b, "| Load | Clients | Mode | %s | no webhook's part |\n|---|--:|---|%s--:|\n", strings.Join(names, " | "), strings.Repeat("--:|", len(names)))
	for _, s := range all {
		fmt.Fprintf(&b, "| %s | %d | %s |", s.Load, s.Clients, s.Title)
		for _, name := range names {
			if seconds, ok := s.CPU[name]; ok {
				fmt.Fprintf(&b, " %.2f |", seconds)
			} else {
				b.WriteString(" |")
			}
		}
		fmt.Fprintf(&b, " %.2f |\n", s.CPURatio)
	}
	return b.String()
}

func journal(all []summary) string {
	var b strings.Builder
	b.WriteString("| Load | Clients | Writes a second | Conflicts a second | Creates a write | Entries |\n|---|--:|--:|--:|--:|--:|\n")
	for _, s := range all {
		if j := s.Journal; j != nil {
			fmt.Fprintf(&b, "| %s | %d | %.0f | %.1f | %.1f | %.0f |\n", s.Load, s.Clients, j.CommitsPerSecond, j.ConflictsPerSecond, j.MeanBatch, j.MeanEntries)
		}
	}
	return b.String()
}
