// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// DeleteFinishedAt is when a finished invitation is deleted. It stays where nobody asked for that: a Git repository that applies it again
// would invite a person who declined (I2). A platform actor without an address made each invitation that names no inviter.
func DeleteFinishedAt(p Policy, i *v1alpha1.Invitation) (at time.Time, ends bool) {
	if !isFinished(i) || i.Status.FinishedAt == nil {
		return time.Time{}, false
	}
	since := i.Status.FinishedAt.Time
	switch ttl := i.Spec.TTLSecondsAfterFinished; {
	case ttl != nil:
		return since.Add(time.Duration(*ttl) * time.Second), true
	case p.FinishedDays != Forever && i.Annotations[v1alpha1.InvitedByAnnotation] != "":
		return since.Add(days(p.FinishedDays)), true
	}
	return time.Time{}, false
}
