// SPDX-License-Identifier: Apache-2.0

// Package show writes what a command found: for people as tables and sentences, for programs as kubectl does.
package show

import (
	"io"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/printers"
)

// Table is rows under headings, as kubectl prints them.
type Table struct{ table metav1.Table }

// NewTable makes a table without rows.
func NewTable(headings ...string) *Table {
	t := &Table{}
	for _, heading := range headings {
		t.table.ColumnDefinitions = append(t.table.ColumnDefinitions, metav1.TableColumnDefinition{Name: heading, Type: "string"})
	}
	return t
}

// Wide marks the last columns as those of `-o wide` alone.
func (t *Table) Wide(n int) *Table {
	all := t.table.ColumnDefinitions
	for i := len(all) - n; i < len(all); i++ {
		all[i].Priority = 1
	}
	return t
}

// Add adds a row.
func (t *Table) Add(cells ...any) {
	for i, cell := range cells {
		if cell == "" {
			cells[i] = "-"
		}
	}
	t.table.Rows = append(t.table.Rows, metav1.TableRow{Cells: cells})
}

// Print writes the table, unless it has no rows.
func (t *Table) Print(w io.Writer, wide bool) error {
	if len(t.table.Rows) == 0 {
		return nil
	}
	return printers.NewTablePrinter(printers.PrintOptions{Wide: wide}).PrintObj(&t.table, w)
}
