// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"encoding/csv"
	"io"
	"regexp"
	"strconv"
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
	Unclear  Outcome = "Unclear" // sent, and nobody answered
)

// Interrupted is why the rest was not sent if the person stopped it.
const Interrupted = "interrupted"

// Entry is what became of one person, and why.
type Entry struct {
	Line    int     `json:"line,omitempty"` // where the file names them
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
func (r Report) Whole() bool { return r.Count(Refused)+r.Count(NotSent)+r.Count(Unclear) == 0 }

// Reason is one reason for refusals, with the people whom it refused.
type Reason struct {
	Why string
	Of  []Entry
}

// Reasons are the reasons for refusals, in the order of the file. The address in a reason does not make it another one.
func (r Report) Reasons() (reasons []Reason) {
	at := map[string]int{}
	for _, e := range r.Entries {
		if e.Outcome != Refused {
			continue
		}
		why := addresses.ReplaceAllStringFunc(e.Why, e.anonymous)
		i, known := at[why]
		if !known {
			i = len(reasons)
			at[why], reasons = i, append(reasons, Reason{Why: why})
		}
		reasons[i].Of = append(reasons[i].Of, e)
	}
	return reasons
}

// addresses finds the words of a reason that are e-mail addresses.
var addresses = regexp.MustCompile(`[^\s@]+@[^\s@]+`)

// anonymous is an address in a reason in words that fit everybody whom the reason refuses. Punctuation around it stays.
func (e Entry) anonymous(word string) string {
	address := strings.Trim(word, `.,;:"'()`)
	switch address {
	case e.Email:
		return strings.Replace(word, address, "the person", 1)
	case strings.ToLower(e.Email): // the correction of e.Email
		return strings.Replace(word, address, "name@domain", 1)
	}
	return word
}

// WriteCSV writes the whole report.
func (r Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"line", "email", "outcome", "why"}}
	for _, e := range r.Entries {
		rows = append(rows, []string{e.line(), e.Email, string(e.Outcome), e.Why})
	}
	return out.WriteAll(rows)
}

// line is the line of the file in words; a person of the command line has none.
func (e Entry) line() string {
	if e.Line == 0 {
		return ""
	}
	return strconv.Itoa(e.Line)
}

// Person is the address, and the line of the file that has it.
func (e Entry) Person() string {
	if e.Line == 0 {
		return e.Email
	}
	return e.Email + " (line " + e.line() + ")"
}
