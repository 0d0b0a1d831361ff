// SPDX-License-Identifier: Apache-2.0

package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/polyorg/polyorg/internal/rules"
)

// Rule shows a rule of the rulebook.
func Rule(w io.Writer, r rules.Rule) error {
	fmt.Fprintf(w, "%s: %s\n\n%s\n", r.ID, r.Title, r.Sentence)
	if r.Later {
		fmt.Fprintln(w, "This version does not enforce it yet.")
	}
	details := pairs{
		{"Changed in the PlatformPolicy", strings.Join(r.Fields, ", ")},
		{"Refused, for example", r.Refused},
		{"A refused sample", prefixed("config/samples/refused/", r.Example)},
	}
	if len(r.Fields) > 0 || r.Refused+r.Example != "" {
		fmt.Fprintln(w)
	}
	return details.print(w)
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}
