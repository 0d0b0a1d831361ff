// SPDX-License-Identifier: Apache-2.0

// Package roster invites many people: it reads their addresses from a file, sends the invitations, and reports what became of each.
package roster

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Person is one who is to be invited.
type Person struct {
	Line     int // where the file names them; 0: it does not
	Email    string
	Role     v1alpha1.Role
	UserType v1alpha1.UserType
}

// columns are those of a file without a heading.
var columns = []string{"email", "role", "type"}

// Read reads one person a line: an address, or columns separated by commas. The first line can name the columns. Lines that begin with #
// are comments. A column that is empty has the value of all. Nobody is on a line without any text.
func Read(r io.Reader, all Person) (people []Person, err error) {
	lines := csv.NewReader(r)
	lines.Comment, lines.FieldsPerRecord, lines.TrimLeadingSpace = '#', -1, true
	names := columns
	for first := true; ; first = false {
		cells, err := lines.Read()
		switch {
		case errors.Is(err, io.EOF):
			return people, nil
		case err != nil:
			return nil, err
		case first && isHeading(cells):
			if names, err = heading(cells); err != nil {
				return nil, fmt.Errorf("line 1: %w", err)
			}
			continue
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue // spreadsheets write such lines for empty rows
		}
		line, _ := lines.FieldPos(0)
		p, err := person(names, cells, all)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		p.Line = line
		people = append(people, p)
	}
}

// isHeading reports whether a first line names columns: it begins with a word, and has no address.
func isHeading(cells []string) bool {
	return cells[0] != "" && !strings.Contains(strings.Join(cells, ""), "@")
}

// heading are the columns that the first line names.
func heading(cells []string) ([]string, error) {
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(cell, "\ufeff")))
		if names[i] != "email" && names[i] != "role" && names[i] != "type" {
			return nil, fmt.Errorf("there is no column %q; the columns are email, role and type, separated by commas", cell)
		}
	}
	if !slices.Contains(names, "email") {
		return nil, errors.New("the column email is missing")
	}
	return names, nil
}

func person(names, cells []string, all Person) (Person, error) {
	if len(cells) > len(names) {
		return Person{}, fmt.Errorf("%d columns, where there are %d: %s", len(cells), len(names), strings.Join(names, ", "))
	}
	p := all
	for i, cell := range cells {
		cell = strings.TrimSpace(cell)
		switch names[i] {
		case "email":
			p.Email = strings.TrimPrefix(cell, "\ufeff")
		case "role":
			p.Role = cmp.Or(v1alpha1.Role(cell), all.Role)
		case "type":
			p.UserType = cmp.Or(v1alpha1.UserType(cell), all.UserType)
		}
	}
	return p, p.Check()
}

// Check finds a person who cannot be meant so. Everything else about them is for the rules.
func (p Person) Check() error {
	switch {
	case p.Email == "":
		return errors.New("no e-mail address")
	case strings.Contains(p.Email, ";"):
		return fmt.Errorf("columns are separated by commas, and %q has a semicolon", p.Email)
	case p.Role != v1alpha1.RoleStandard && p.Role != v1alpha1.RoleAdministrator:
		return fmt.Errorf("the role is Standard or Administrator, not %q", p.Role)
	case p.UserType != v1alpha1.UserTypeInternal && p.UserType != v1alpha1.UserTypeExternal:
		return fmt.Errorf("the type is Internal or External, not %q", p.UserType)
	}
	return nil
}
