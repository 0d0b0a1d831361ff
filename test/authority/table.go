// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"fmt"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Table has a part for each kind.
var Table = []Part{organizations, memberships, invitations, responses, bindings, users, reservations, policies}

// Part is what can be done with one kind.
type Part struct {
	Kind string
	Acts []Act
}

// Act is one row.
type Act struct {
	// Cells has one word a class, in the order of Classes; ParseCell reads them.
	Cells string
	// Text says what is done.
	Text string
	// By makes the request for it; nil where a class has nothing with which to do it.
	By Maker
	// Policy is in force, where an act depends on one.
	Policy *v1alpha1.PlatformPolicySpec
}

// Maker makes the request of somebody of a class.
type Maker func(Class) *Request

// Verb is how a request reaches the API server: RBAC's word for it, and "status" for a patch of the status.
type Verb string

// The verbs of which the table has acts.
const (
	Create           Verb = "create"
	Patch            Verb = "patch"
	Delete           Verb = "delete"
	DeleteCollection Verb = "deletecollection"
	Get              Verb = "get"
	List             Verb = "list"
	Status           Verb = "status"
)

// Request is what somebody asks for.
type Request struct {
	Verb          Verb
	Before, After client.Object // Before is nil for a creation, After for all that leaves nothing or changes nothing
}

// Subject is the object that the request is about.
func (r Request) Subject() client.Object {
	if r.Before == nil {
		return r.After
	}
	return r.Before
}

// Judged reports whether admission is asked about the request.
func (r Request) Judged() bool {
	switch r.Verb {
	case Create, Patch, Delete, DeleteCollection:
		return true
	}
	return false
}

// Cell is what becomes of an act of a class.
type Cell struct {
	// Applies: the class has with what to do it.
	Applies bool
	// Door: the roles that are shipped let the request through to admission.
	Door bool
	// Rule refuses it; empty where it is allowed.
	Rule string
}

// ParseCell reads a cell: "yes" is allowed, "R4" refused by that rule; in brackets, RBAC refuses first, and what is within is what
// admission says if it is asked nevertheless; "-" does not apply.
func ParseCell(word string) (Cell, error) {
	if word == "-" {
		return Cell{}, nil
	}
	inner, shut := strings.CutPrefix(word, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	if shut != closed {
		return Cell{}, fmt.Errorf("cell %q lacks a bracket", word)
	}
	switch {
	case inner == "yes":
		return Cell{true, !shut, ""}, nil
	case Rules[inner] != "":
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
