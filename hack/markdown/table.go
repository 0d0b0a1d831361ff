// SPDX-License-Identifier: Apache-2.0

// Package markdown writes the parts that generated pages have in common.
package markdown

import (
	"slices"
	"strings"
)

// Table writes a table; rows calls row with each of its lines.
func Table(b *strings.Builder, heads []string, rows func(row func(...string))) {
	line := func(cells ...string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(heads...)
	line(slices.Repeat([]string{"---"}, len(heads))...)
	rows(line)
}
