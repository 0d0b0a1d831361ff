// SPDX-License-Identifier: Apache-2.0

// Package member names the memberships that the operator makes.
package member

import (
	"fmt"
	"slices"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// FreeName is a name that no Membership of an organization bears, as like the wanted one as can be: somebody else's may have it.
func FreeName(wanted string, members []v1alpha1.Membership) string {
	name := wanted
	for i := 2; slices.ContainsFunc(members, func(m v1alpha1.Membership) bool { return m.Name == name }); i++ {
		name = fmt.Sprintf("%s-%d", wanted, i)
	}
	return name
}
