// SPDX-License-Identifier: Apache-2.0

// Package member names the memberships that the operator makes.
package member

import (
	"fmt"
	"slices"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// FreeName is the first of a person's names that no Membership of an organization has. Another member may have an earlier one.
func FreeName(wanted string, members []v1alpha1.Membership) string {
	n := 1
	for slices.ContainsFunc(members, func(m v1alpha1.Membership) bool { return m.Name == Nth(wanted, n) }) {
		n++
	}
	return Nth(wanted, n)
}

// Nth is the name of a person's Membership when the names before it are taken. The first is the wanted name, the second adds a 2.
func Nth(wanted string, n int) string {
	if n == 1 {
		return wanted
	}
	return fmt.Sprintf("%s-%d", wanted, n)
}
