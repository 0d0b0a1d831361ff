// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"github.com/polyorg/polyorg/internal/rules"
)

// Again is the one answer that is not final: the same request may be sent again, as it is.
type Again struct {
	Reason Reason
	// Because is the rule that asks for patience; only with Early.
	Because rules.Violations
}

// Reason says why a request must be sent again.
type Reason int

// The reasons. All but Unavailable say that this replica works, and that something else must happen first.
const (
	Unavailable Reason = iota // the journal could not be read or written in time, or this replica has not seen enough yet
	Contended                 // another change in flight stands in the way, and its outcome was not known in time
	Crowded                   // too many changes of this actor, or of this organization, wait already
	Early                     // the operator has something to do first, which takes a moment
)

var reasons = map[Reason]string{
	Unavailable: "the journal cannot be reached, or this replica is still catching up",
	Contended:   "another change of the same things is being stored",
	Crowded:     "too many changes of yours, or of your organization, are waiting already",
}

// Error is the answer to the sender.
func (a *Again) Error() string {
	if a.Reason == Early {
		return a.Because.String()
	}
	return reasons[a.Reason] + "; try again"
}

// tryAgain is the answer to a request that no rule has refused.
func tryAgain(reason Reason) *Again { return &Again{Reason: reason} }

// outcome is the label of a reason in metrics and traces.
func (a *Again) outcome() string {
	switch a.Reason {
	case Contended, Crowded:
		return outcomeContended
	case Early:
		return outcomeEarly
	}
	return outcomeUnavailable
}
