// SPDX-License-Identifier: Apache-2.0

package show

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/polyorg/polyorg/internal/cli/tally"
)

// Limits shows a person's limits. One that is used up, or exceeded, has a mark.
func Limits(w io.Writer, lines []tally.Line, wide bool) error {
	t := NewTable("Limit", "Used", "Of", "Rule", "Organizations")
	for _, l := range lines {
		t.Add(l.What, l.Used, strconv.Itoa(int(l.Limit))+full(l), l.Rule, strings.Join(l.Organizations, ","))
	}
	return t.Print(w, wide)
}

func full(l tally.Line) string {
	switch {
	case l.Used > l.Limit:
		return " (over)"
	case l.Used == l.Limit:
		return " (full)"
	}
	return ""
}

// Forecast shows what a policy would leave beyond a limit.
func Forecast(w io.Writer, f tally.Forecast, wide bool) error {
	if len(f.People)+len(f.Organizations) == 0 {
		fmt.Fprintln(w, "This policy would leave nobody, and no organization, beyond a limit.")
		return nil
	}
	people := NewTable("Person", "Limit", "Rule", "Used", "Now", "Then")
	for _, p := range f.People {
		people.Add(p.Email, p.What, p.Rule, p.Used, p.Now, p.Then)
	}
	if err := people.Print(w, wide); err != nil {
		return err
	}
	if len(f.People) > 0 && len(f.Organizations) > 0 {
		fmt.Fprintln(w)
	}
	organizations := NewTable("Organization", "Limit", "Rule", "Used", "Now", "Then")
	for _, o := range f.Organizations {
		organizations.Add(o.Name, o.What, o.Rule, o.Used, o.Now, o.Then)
	}
	if err := organizations.Print(w, wide); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nThey keep what they have, and get nothing new until they are within the limit (L9).")
	return nil
}
