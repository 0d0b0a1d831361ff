// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"fmt"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// Table has a part for each kind.
var Table = []Part{organizations, memberships, invitations, responses, wishes, bindings, users, reservations, policies}

// Part is all acts on one kind.
type Part struct {
	Kind string
	Acts []Act
}

// Act is one row.
type Act struct {
	// Cells has one word a class, in the order of Classes; ParseCell reads them.
	Cells string
	// Text describes the act.
	Text string
	// By makes its request; the request is nil for a class that lacks the object for the act.
	By Maker
	// Policy is in force during the act, unless it is nil.
	Policy *v1alpha1.PlatformPolicySpec
}

// Maker makes the request of an actor of a class.
type Maker func(Class) *Request

// Verb is how a request reaches the API server: RBAC's verb, and "status" for a patch of the status.
type Verb string

// These are the verbs of the table's acts.
const (
	Create           Verb = "create"
	Patch            Verb = "patch"
	Delete           Verb = "delete"
	DeleteCollection Verb = "deletecollection"
	Get              Verb = "get"
	List             Verb = "list"
	Status           Verb = "status"
)

// Request is the request of one act by one actor.
type Request struct {
	Verb          Verb
	Before, After client.Object // Before is nil for a creation; After is nil for a deletion or a read
}

// Subject is the object that the request is about.
func (r Request) Subject() client.Object {
	if r.Before == nil {
		return r.After
	}
	return r.Before
}

// Judged reports whether admission judges the request.
func (r Request) Judged() bool {
	switch r.Verb {
	case Create, Patch, Delete, DeleteCollection:
		return true
	}
	return false
}

// Cell is the answer to one class's act.
type Cell struct {
	// Applies says that the class has the object for the act.
	Applies bool
	// Door says that the roles that are shipped let the request through to admission.
	Door bool
	// Rule refuses the act. It is empty if the act is allowed.
	Rule string
}

// ParseCell reads a cell: "yes" is allowed, "R4" is refused by that rule, and "-" does not apply. In brackets, RBAC refuses first, and the
// word within is admission's answer with an open door.
func ParseCell(word string) (Cell, error) {
	if word == "-" {
		return Cell{}, nil
	}
	inner, shut := strings.CutPrefix(word, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	if shut != closed {
		return Cell{}, fmt.Errorf("cell %q lacks a bracket", word)
	}
	if inner == "yes" {
		return Cell{true, !shut, ""}, nil
	}
	if r, ok := rules.RuleOf(inner); ok && !r.Later {
		return Cell{true, !shut, inner}, nil
	}
	return Cell{}, fmt.Errorf("cell %q is neither yes, nor a rule, nor -", word)
}

// Row reads an act's cells, by the order of Classes.
func (a Act) Row() ([]Cell, error) {
	words := strings.Fields(strings.ReplaceAll(a.Cells, ")", ") ")) // a bracket needs no space after it
	if len(words) != len(Classes) {
		return nil, fmt.Errorf("%s: %d cells for %d classes", a.Text, len(words), len(Classes))
	}
	row := make([]Cell, len(words))
	for i, word := range words {
		var err error
		if row[i], err = ParseCell(word); err != nil {
			return nil, fmt.Errorf("%s: %w", a.Text, err)
		}
	}
	return row, nil
}

// Cited are the rules that refuse something in the table.
func Cited() (map[string]bool, error) {
	ids := map[string]bool{}
	for _, part := range Table {
		for _, act := range part.Acts {
			row, err := act.Row()
			if err != nil {
				return nil, err
			}
			for _, cell := range row {
				ids[cell.Rule] = true
			}
		}
	}
	return ids, nil
}
