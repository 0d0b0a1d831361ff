// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"slices"
	"strings"
)

// A Violation is one reason why a change is refused, in words for the sender.
type Violation struct {
	Rule    string // ID in the rulebook
	Kind    ViolationKind
	Field   string // path of the field to change, where there is one
	Message string // what was refused, and what would be allowed
	Used    int32  // with KindLimit
	Limit   int32  // with KindLimit
}

// ViolationKind is the kind of answer to a violation; one kind is never presented as another.
type ViolationKind string

// Kinds of violation.
const (
	KindForbidden ViolationKind = "Forbidden"     // the actor may not do this
	KindInvalid   ViolationKind = "Invalid"       // the object itself is wrong, for any actor
	KindAgain     ViolationKind = "Again"         // the change is right; the operator has something to do first, which takes a moment
	KindLimit     ViolationKind = "LimitExceeded" // all places are taken
)

// String is the violation as people read it.
func (v Violation) String() string {
	text := v.Message
	if v.Kind == KindLimit {
		text = fmt.Sprintf("%s (used %d of %d)", text, v.Used, v.Limit)
	}
	if v.Field != "" {
		text = v.Field + ": " + text
	}
	return fmt.Sprintf("%s [%s]", text, v.Rule)
}

// Violations is every reason that was found; none means that the change is right.
type Violations []Violation

// String joins the reasons for people.
func (vs Violations) String() string {
	texts := make([]string, len(vs))
	for i, v := range vs {
		texts[i] = v.String()
	}
	return strings.Join(texts, "; ")
}

// Forbid reports whether the actor may not make the change, or not yet. Other reasons do not matter then.
func (vs Violations) Forbid() bool {
	return slices.ContainsFunc(vs, func(v Violation) bool { return v.Kind == KindForbidden || v.Kind == KindAgain })
}

// Again reports whether the same change may be sent again in a moment, because nothing else is in its way.
func (vs Violations) Again() bool {
	return slices.ContainsFunc(vs, func(v Violation) bool { return v.Kind == KindAgain }) &&
		!slices.ContainsFunc(vs, func(v Violation) bool { return v.Kind == KindForbidden || v.Kind == KindInvalid })
}

func forbidden(rule, format string, args ...any) Violations {
	return Violations{{Rule: rule, Kind: KindForbidden, Message: fmt.Sprintf(format, args...)}}
}

func again(rule, format string, args ...any) Violations {
	return Violations{{Rule: rule, Kind: KindAgain, Message: fmt.Sprintf(format, args...) + "; try again"}}
}

func invalid(rule, field, format string, args ...any) Violations {
	return Violations{{Rule: rule, Kind: KindInvalid, Field: field, Message: fmt.Sprintf(format, args...)}}
}

func exceeded(rule string, used, limit int32, format string, args ...any) Violations {
	return Violations{{Rule: rule, Kind: KindLimit, Used: used, Limit: limit, Message: fmt.Sprintf(format, args...)}}
}
