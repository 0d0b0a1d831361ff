// SPDX-License-Identifier: Apache-2.0

package show

import (
	"fmt"
	"io"
)

// RuleText is a rule of the rulebook, as people read it.
type RuleText struct {
	ID       string `json:"id"`
	Sentence string `json:"sentence"`
	// Field of the PlatformPolicy with the rule's number.
	Field string `json:"field,omitempty"`
	// Example is a refused example in config/samples.
	Example string `json:"example,omitempty"`
}

// Rule shows a rule.
func Rule(w io.Writer, r RuleText) error {
	fmt.Fprintf(w, "%s  %s\n", r.ID, r.Sentence)
	details := pairs{{"Number", r.Field}, {"Refused example", r.Example}}
	if r.Field+r.Example != "" {
		fmt.Fprintln(w)
	}
	return details.print(w)
}
