// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// What admission lets through is within the limits. What got past admission (a backup restored, webhooks taken away for a
// while) is ranked by age here, so that the surplus has no power.

// Active reports whether a membership gives power: its limits were granted once (L9), and it is neither suspended nor on
// its way out (R7).
func Active(m *v1alpha1.Membership) bool {
	return Granted(m) && !m.Spec.Suspended && m.DeletionTimestamp == nil
}

// Granted reports whether a membership was given its place by the limits of its day. It keeps the place for good (L9).
func Granted(m *v1alpha1.Membership) bool {
	return meta.IsStatusConditionTrue(m.Status.Conditions, v1alpha1.ConditionGranted)
}

// MayGrant reports whether a membership is within L1 beside all others of its user: those with a place keep it, and the rest
// get what is left by age.
func MayGrant(p Policy, m *v1alpha1.Membership, all []v1alpha1.Membership) bool {
	var ahead int32
	for i := range all {
		other := &all[i]
		if other.UID == m.UID || other.DeletionTimestamp != nil {
			continue
		}
		if Granted(other) || Older(other, m) {
			ahead++
		}
	}
	return Granted(m) || ahead < p.OrganizationsPerUser
}

// Older reports whether one membership ranks before another: the one made earlier, or of two made in one second the one with
// the smaller UID, which is arbitrary but the same for everybody.
func Older(a, b *v1alpha1.Membership) bool {
	return older(a.CreationTimestamp.Time, string(a.UID), b.CreationTimestamp.Time, string(b.UID))
}

// Outranks reports whether the host goes to one organization rather than to another that asks for it too (A2): to the one
// that serves it, else to the older.
func Outranks(a, b *v1alpha1.Organization, host string) bool {
	if serves := slices.Contains(a.Status.Hosts, host); serves != slices.Contains(b.Status.Hosts, host) {
		return serves
	}
	return older(a.CreationTimestamp.Time, string(a.UID), b.CreationTimestamp.Time, string(b.UID))
}

func older(a time.Time, aUID string, b time.Time, bUID string) bool {
	if c := a.Compare(b); c != 0 {
		return c < 0
	}
	return cmp.Less(aUID, bUID)
}
