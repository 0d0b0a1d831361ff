// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Admission keeps the limits. Objects can come past admission: a backup is restored, or webhooks are taken away for a while. They are
// ranked here, so that the surplus has no power. Each object is asked once the question that admission asks of a creation, in a world
// of those alone that outrank it. It keeps what it is granted then (L9).

// Active reports whether a membership gives power: its limits were granted once (L9), and it is neither suspended nor on
// its way out (R7).
func Active(m *v1alpha1.Membership) bool {
	return Granted(m) && !m.Spec.Suspended && m.DeletionTimestamp == nil
}

// Granted reports whether an object was given its place by the limits of its day. It keeps the place for good (L9).
func Granted(obj metav1.Object) bool {
	return meta.IsStatusConditionTrue(conditionsOf(obj), v1alpha1.ConditionGranted)
}

// Judged reports whether it was decided of an object whether it is given its place; the answer may still become yes.
func Judged(obj metav1.Object) bool {
	return meta.FindStatusCondition(conditionsOf(obj), v1alpha1.ConditionGranted) != nil
}

// conditionsOf are the conditions of the kinds that are granted places.
func conditionsOf(obj metav1.Object) []metav1.Condition {
	switch o := obj.(type) {
	case *v1alpha1.Organization:
		return o.Status.Conditions
	case *v1alpha1.Membership:
		return o.Status.Conditions
	case *v1alpha1.Invitation:
		return o.Status.Conditions
	case *v1alpha1.IntegrationBinding:
		return o.Status.Conditions
	}
	return nil
}

// Rank is where an object stands among all that want the same places.
type Rank struct {
	Granted bool // it has its place
	Since   time.Time
	UID     types.UID
}

// RankOf is the rank that an object states of itself.
func RankOf(obj metav1.Object) Rank {
	return Rank{Granted(obj), obj.GetCreationTimestamp().Time, obj.GetUID()}
}

// Before reports whether one rank goes before another. An object with a place goes before one without, then the older goes first. Of
// two made in one second the smaller UID goes first, which is arbitrary but the same on every replica.
func (r Rank) Before(other Rank) bool {
	if r.Granted != other.Granted {
		return r.Granted
	}
	if c := r.Since.Compare(other.Since); c != 0 {
		return c < 0
	}
	return r.UID < other.UID
}

// Surplus tells which limits (L1–L7, E5, G1) leave no room for what an object states, in a world of all that outranks it. Without any,
// the object is given its place.
func Surplus(o Outlook, stated []Fact) Violations { return Limits(o, Act{}, nil, stated) }

// Ahead is what an object states beside another that it outranks. One without a place has none to carry over to the other. Where both
// are about one user in one organization, it states only its claim.
func Ahead(rank Rank, stated, asks []Fact) []Fact {
	if rank.Granted {
		return stated
	}
	return slices.DeleteFunc(slices.Clone(stated), func(f Fact) bool {
		who, ok := about(f)
		return ok && slices.ContainsFunc(asks, func(a Fact) bool {
			asking, ok := about(a)
			return ok && asking == who
		})
	})
}

// about is the user, and the organization, of which a place or an offer speaks.
func about(f Fact) (Seat, bool) {
	if p, ok := placeOf(f); ok {
		return Seat{p.Organization, p.User}, true
	}
	if f, ok := f.(Offer); ok {
		return Seat{f.Organization, f.User}, true
	}
	return Seat{}, false
}

// OwnerPlace is the place of an organization's super admin (L1–L5). The Organization states it together with the person's membership,
// if there is one yet. It asks for no seat: the super admin's goes before all others (R3).
func OwnerPlace(org *v1alpha1.Organization, own *v1alpha1.Membership) Place {
	p := Place{Organization: org.Name, User: org.Spec.SuperAdmin, Role: v1alpha1.RoleSuperAdmin, UserType: v1alpha1.UserTypeInternal}
	if own != nil {
		p.Origin = cmp.Or(own.Spec.Origin, v1alpha1.OriginProvisioned)
	}
	return p
}

// SeatsForAll reports whether there are seats for all who want one of an organization (E5), so that no ranking is needed. The number of
// seats is unknown of an organization that the outlook does not know.
func SeatsForAll(o Outlook, organization string) (forAll, known bool) {
	j := newJudgement(o, Act{}, nil, nil)
	seats, known := j.seats(organization)
	return known && j.seatsUsed(organization, "") <= seats, known
}

// Outranks reports whether one organization gets a host that another asks for too (A2): the one that serves it, else the older.
func Outranks(a, b *v1alpha1.Organization, host string) bool {
	return rankAt(a, host).Before(rankAt(b, host))
}

// rankAt is an organization's rank among those that ask for a host: to serve it is to have been granted it.
func rankAt(org *v1alpha1.Organization, host string) Rank {
	r := RankOf(org)
	r.Granted = slices.Contains(org.Status.Hosts, host)
	return r
}
