// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"encoding/csv"
	"io"
	"strings"
)

// Outcome is what became of one person.
type Outcome string

// The outcomes.
const (
	Invited  Outcome = "Invited"
	Member   Outcome = "AlreadyMember"
	Pending  Outcome = "AlreadyInvited"
	Repeated Outcome = "TwiceInFile"
	Refused  Outcome = "Refused"
	NotSent  Outcome = "NotSent"
)

// Entry is what became of one person, and why.
type Entry struct {
	Email   string  `json:"email"`
	Outcome Outcome `json:"outcome"`
	Why     string  `json:"why,omitempty"`
}

// Report is what became of all, in the order of the file.
type Report struct {
	Organization string  `json:"organization"`
	Entries      []Entry `json:"entries"`
	// Stopped says why the rest was not sent.
	Stopped string `json:"stopped,omitempty"`
}

// Count counts the people with one outcome.
func (r Report) Count(of Outcome) (n int) {
	for _, e := range r.Entries {
		if e.Outcome == of {
			n++
		}
	}
	return n
}

// Whole reports whether everybody has an invitation or a membership.
func (r Report) Whole() bool { return r.Count(Refused)+r.Count(NotSent) == 0 }

// Reason is one reason for refusals, with the people whom it refused.
type Reason struct {
	Why    string
	Emails []string
}

// Reasons are the reasons for refusals, in the order of the file. The address in a reason does not make it another one.
func (r Report) Reasons() (reasons []Reason) {
	at := map[string]int{}
	for _, e := range r.Entries {
		if e.Outcome != Refused {
			continue
		}
		why := strings.ReplaceAll(e.Why, e.Email, "the person")
		i, known := at[why]
		if !known {
			i = len(reasons)
			at[why], reasons = i, append(reasons, Reason{Why: why})
		}
		reasons[i].Emails = append(reasons[i].Emails, e.Email)
	}
	return reasons
}

// WriteCSV writes the whole report.
func (r Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"email", "outcome", "why"}}
	for _, e := range r.Entries {
		rows = append(rows, []string{e.Email, string(e.Outcome), e.Why})
	}
	return out.WriteAll(rows)
}
