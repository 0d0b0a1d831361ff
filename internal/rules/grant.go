// SPDX-License-Identifier: Apache-2.0

package rules

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Grant says whether the facts of an object give power (R7). The operator decides that in the object's status, which comes late. A fact may
// carry it all the same, because it only ever adds power. Given is final (L9), and no change relies on the others.
type Grant uint8

// The grants. Their numbers are the journal's; the first is that of an object that needs none.
const (
	Given    Grant = 0 // within the limits of its day
	Awaited  Grant = 1 // not judged yet
	Withheld Grant = 2 // came past admission and is beyond a limit; it gives power when there is room
)

// GrantOf is the operator's decision about an object.
func GrantOf(obj metav1.Object) Grant {
	switch {
	case Granted(obj):
		return Given
	case Judged(obj):
		return Withheld
	}
	return Awaited
}

// inForce reports whether a grant gives power. Power that may come counts for the Best outlook alone. So an actor who uses it at once
// is asked to try again.
func (o Outlook) inForce(g Grant) bool { return g == Given || g == Awaited && !o.worst }
