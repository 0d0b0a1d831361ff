// SPDX-License-Identifier: Apache-2.0

package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/polyorg/polyorg/internal/rules"
)

// Explanation is what people read of a rule: the rule, and a sample that it refuses, where there is one.
type Explanation struct {
	rules.Rule
	Sample string `json:"sample,omitempty"`
}

// Rule explains a rule of the rulebook.
func Rule(w io.Writer, r Explanation) error {
	fmt.Fprintf(w, "%s: %s\n\n%s\n", r.ID, r.Title, r.Sentence)
	if r.Later {
		fmt.Fprintln(w, "This version does not enforce it yet.")
	}
	details := pairs{
		{"Changed in the PlatformPolicy", strings.Join(r.Fields, ", ")},
		{"Refused, for example", r.Refused},
	}
	if len(r.Fields) > 0 || r.Refused != "" {
		fmt.Fprintln(w)
	}
	if err := details.print(w); err != nil || r.Sample == "" {
		return err
	}
	_, err := fmt.Fprintf(w, "\nA sample that it refuses:\n\n%s", r.Sample)
	return err
}
