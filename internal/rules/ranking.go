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

// Admission keeps the limits. Objects can come past admission: a backup is restored, or webhooks are missing for a while. They are ranked
// here, so that the surplus has no power. Each object is judged once, like a creation, in a world that has only the objects that outrank
// it. It keeps the power that it is granted then (L9).

// Active reports whether a membership gives power: it was granted once (L9), and it is neither suspended nor being deleted (R7).
func Active(m *v1alpha1.Membership) bool {
	return Granted(m) && !m.Spec.Suspended && m.DeletionTimestamp == nil
}

// Granted reports whether an object was granted its place by the limits of its day. It keeps the place (L9).
func Granted(obj metav1.Object) bool {
	return meta.IsStatusConditionTrue(conditionsOf(obj), v1alpha1.ConditionGranted)
}

// Judged reports whether the operator has decided about an object's place. A refusal can still become a grant.
func Judged(obj metav1.Object) bool {
	return meta.FindStatusCondition(conditionsOf(obj), v1alpha1.ConditionGranted) != nil
}

// conditionsOf are the conditions of an object of a kind that is granted places.
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

// Rank is an object's order among all that want the same places.
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

// Surplus finds the limits (L1–L7, E5, G1) that leave no room for an object's facts, in a world of the objects that outrank it. Without
// any, the object is granted its place.
func Surplus(o Outlook, stated []Fact) Violations { return Limits(o, Act{}, nil, stated) }

// Ahead is the facts of an object beside another that it outranks. An object without a place has none to carry over to the other. So if
// both are about one user in one organization, it states only its claim.
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

// about is the user and the organization of a place or an offer.
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

// SeatsForAll reports whether an organization has seats for all who want one (E5), so that no ranking is needed. If the outlook does not
// know the organization, the number of its seats is unknown.
func SeatsForAll(o Outlook, organization string) (forAll, known bool) {
	j := newJudgement(o, Act{}, nil, nil)
	seats, known := j.seats(organization)
	return known && j.seatsUsed(organization, "") <= seats, known
}

// Outranks reports whether one organization gets a host that another asks for too (A2): the one that serves it, else the older. One that has
// not proved a custom domain gets it before nobody (A8).
func Outranks(a, b *v1alpha1.Organization, host string) bool {
	onlyAsks := host == CustomDomain(a) && !HoldsDomain(a, host)
	return !onlyAsks && rankAt(a, host).Before(rankAt(b, host))
}

// rankAt is an organization's rank among those that ask for a host: to serve it is to have been granted it.
func rankAt(org *v1alpha1.Organization, host string) Rank {
	r := RankOf(org)
	r.Granted = slices.Contains(org.Status.Hosts, host)
	return r
}
