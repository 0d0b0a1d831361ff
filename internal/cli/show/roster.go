// SPDX-License-Identifier: Apache-2.0

package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/polyorg/polyorg/internal/cli/roster"
)

// shownAddresses is how many addresses are shown with each reason; the file of --report has all.
const shownAddresses = 5

// Roster shows a report: the numbers first, then the reasons of refusals.
func Roster(w io.Writer, r roster.Report, file string, dryRun bool) {
	invited := "invited"
	if dryRun {
		invited = "would be invited"
	}
	fmt.Fprintf(w, "%s: %s.\n", r.Organization, strings.Join(numbers(r, invited), ", "))
	if dryRun {
		fmt.Fprintln(w, "A dry run judges each address alone, and counts no seats for the others of the list.\nFree seats: kubectl polyorg show "+r.Organization)
	}
	reasons := r.Reasons()
	if len(reasons) > 0 {
		fmt.Fprintln(w, "\nRefused:")
	}
	for _, reason := range reasons {
		fmt.Fprintf(w, "  %s\n    %d: %s\n", reason.Why, len(reason.Of), some(reason.Of))
	}
	stop(w, r)
	if len(reasons) > 0 && file == "" {
		fmt.Fprintln(w, "\nTo have all of it in a file, add --report FILE.")
	}
}

// stop says why the rest was not sent, and how to go on.
func stop(w io.Writer, r roster.Report) {
	switch r.Stopped {
	case "":
	case roster.Interrupted:
		fmt.Fprint(w, "\nYou stopped it. The same command goes on.\n")
	default:
		fmt.Fprintf(w, "\nStopped: %s\nOnce that is solved, the same command goes on.\n", r.Stopped)
	}
	if r.Count(roster.Unclear) > 0 {
		fmt.Fprintln(w, "Those without an answer may be invited. The same command finds that out.")
	}
}

func numbers(r roster.Report, invited string) (texts []string) {
	for _, n := range []struct {
		of   roster.Outcome
		text string
	}{
		{roster.Invited, invited}, {roster.Member, members(r.Count(roster.Member)) + " already"}, {roster.Pending, "invited already"},
		{roster.Repeated, "twice in the file"}, {roster.Refused, "refused"}, {roster.NotSent, "not sent"},
		{roster.Unclear, "without an answer"},
	} {
		if count := r.Count(n.of); count > 0 || n.of == roster.Invited {
			texts = append(texts, fmt.Sprintf("%d %s", count, n.text))
		}
	}
	return texts
}

func members(n int) string {
	if n == 1 {
		return "member"
	}
	return "members"
}

func some(entries []roster.Entry) string {
	var people []string
	for _, e := range entries[:min(len(entries), shownAddresses)] {
		people = append(people, e.Person())
	}
	text := strings.Join(people, ", ")
	if more := len(entries) - shownAddresses; more > 0 {
		return fmt.Sprintf("%s and %d more", text, more)
	}
	return text
}
