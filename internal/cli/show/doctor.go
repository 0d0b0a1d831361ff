// SPDX-License-Identifier: Apache-2.0

package show

import (
	"fmt"
	"io"

	"github.com/polyorg/polyorg/internal/cli/doctor"
)

// Findings shows what the doctor found, and then what to do.
func Findings(w io.Writer, all []doctor.Finding) error {
	t := NewTable("Part", "State", "Found")
	for _, f := range all {
		t.Add(f.Part, string(f.State), f.Found)
	}
	if err := t.Print(w, false); err != nil {
		return err
	}
	first, warned := true, false
	for _, f := range all {
		warned = warned || f.State == doctor.Warning
		if f.Do == "" {
			continue
		}
		if first {
			fmt.Fprintln(w, "\nWhat to do:")
			first = false
		}
		fmt.Fprintf(w, "  %s: %s.\n", f.Part, f.Do)
	}
	if warned {
		fmt.Fprintln(w, "\nA part with a warning works. Only a fault gives the exit code 7.")
	}
	return nil
}
