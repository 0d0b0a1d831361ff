// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// A Fact is one thing that one object states, from itself alone. It is never a join of two objects. It does not come from a status that
// arrives later, unless that only adds power (Grant). Facts are comparable values; two equal facts of two objects are still two facts.
type Fact interface {
	// Keys names the look-ups that find this fact.
	Keys() []Key
}

// A Key looks facts up. Keys of different kinds never collide.
type Key struct{ Kind, Name string }

// UserKey finds the facts about a user.
func UserKey(email string) Key { return Key{"user", email} }

// OrganizationKey finds an organization's account and its super admin.
func OrganizationKey(name string) Key { return Key{"organization", name} }

// EditionKey finds the organizations on an edition that has a limit for each user (L3–L5).
func EditionKey(edition v1alpha1.Edition) Key { return Key{"edition", string(edition)} }

// MembersKey finds the users who hold, or may get, a place in an organization.
func MembersKey(name string) Key { return Key{"members", name} }

// AccountKey finds the bindings of one account of one application's component, in any spelling. The application's row says whether two
// spellings are one account.
func AccountKey(application, component, account string) Key {
	return Key{"account", application + "/" + component + "/" + loosely(account)}
}

// SlotKey finds the accounts of one application's component that an organization is joined to.
func SlotKey(organization, application, component string) Key {
	return Key{"slot", organization + "/" + application + "/" + component}
}

// BindingsKey finds all bindings of an organization.
func BindingsKey(name string) Key { return Key{"bindings", name} }

// PolicyKey finds the facts of the PlatformPolicy.
var PolicyKey = Key{"policy", ""}

// A Lapsing fact can be ended by a status that the operator writes. Such a write leaves no entry in the journal and raises no fence,
// so a replica whose watch is late still sees the fact. It counts against a change, but a change relies on it only after a live read.
type Lapsing interface {
	Fact
	// StatedBy is the UID of the object that states the fact.
	StatedBy() types.UID
}

// Place states that a user belongs to an organization (L1–L5), with a role and a seat. The Organization states it for its super admin, and
// a Membership for its user: both mean the same place.
type Place struct {
	Organization string            `json:"o,omitempty"`
	User         string            `json:"u"`
	Role         v1alpha1.Role     `json:"r,omitempty"` // the power it gives; empty for none (suspended, or not a member yet)
	Origin       v1alpha1.Origin   `json:"g,omitempty"`
	UserType     v1alpha1.UserType `json:"t,omitempty"`
	Seat         bool              `json:"s,omitempty"` // holds one of the organization's seats (E5)
	Grant        Grant             `json:"w,omitempty"` // whether the role is in force (R7)
}

// Keys finds a place by its user and among the organization's members; the super admin's by the organization too.
func (p Place) Keys() []Key {
	keys := []Key{UserKey(p.User), MembersKey(p.Organization)}
	if p.Role == v1alpha1.RoleSuperAdmin {
		keys = append(keys, OrganizationKey(p.Organization))
	}
	return keys
}

// created reports whether the place counts among those that the user created or is super admin of (L2).
func (p Place) created() bool {
	return p.Origin == v1alpha1.OriginCreated || p.Role == v1alpha1.RoleSuperAdmin
}

// joined reports whether the place was not made by creating the organization (L4).
func (p Place) joined() bool {
	return p.Origin != "" && p.Origin != v1alpha1.OriginCreated
}

// Acceptance is the place that an accepted invitation is about to become. An InvitationResponse states it, without a role, until its status
// ends it. Then a Membership has taken the place, or the answer could not be carried out.
type Acceptance struct {
	Place
	Response string `json:"i"` // the InvitationResponse's UID
}

// StatedBy is the UID of the InvitationResponse.
func (a Acceptance) StatedBy() types.UID { return types.UID(a.Response) }

// placeOf is the place that a fact states, if it states one.
func placeOf(f Fact) (Place, bool) {
	switch f := f.(type) {
	case Place:
		return f, true
	case Acceptance:
		return f.Place, true
	}
	return Place{}, false
}

// Account states an organization's own facts: the edition in force, its licences, its trial, and what suspends it.
type Account struct {
	Organization       string           `json:"o,omitempty"`
	Edition            v1alpha1.Edition `json:"e"`
	Licenses           int32            `json:"l,omitempty"`  // purchased; 0 on trial
	CreatedAt          int64            `json:"c,omitempty"`  // Unix seconds; the trial runs from here
	TrialDays          int32            `json:"td,omitempty"` // after CreatedAt, once they have been promised; 0: the policy's
	TrialEndsAt        int64            `json:"te,omitempty"` // Unix seconds, where a platform actor set it; 0: TrialDays after CreatedAt
	SubscriptionEndsAt int64            `json:"se,omitempty"` // Unix seconds; 0: it has no end (E8)
	Stopped            bool             `json:"sp,omitempty"` // the platform suspends it (E8)
	Restricted         bool             `json:"ip,omitempty"` // has an IP restriction (I6)
	Terminating        bool             `json:"x,omitempty"`  // its deletion was accepted: it holds nothing any more
	Grant              Grant            `json:"w,omitempty"`  // whether it gives power to its people (R7)
}

// Keys finds an account by its organization, and by its edition where that is limited.
func (a Account) Keys() []Key {
	keys := []Key{OrganizationKey(a.Organization)}
	if limitedEdition(a.Edition) {
		keys = append(keys, EditionKey(a.Edition))
	}
	return keys
}

// Subscribed reports whether licences were bought (E3). They are the organization's seats also once the subscription has ended (E8).
func (a Account) Subscribed() bool { return a.Licenses > 0 }

// Seats is the number of active memberships and pending invitations that the organization may have (E5).
func (a Account) Seats(p Policy) int32 {
	if a.Subscribed() {
		return a.Licenses
	}
	return p.TrialLicenses
}

// Offer states that an invitation is pending. It holds a seat, is one of the invitee's pending ones (L7), and is the right that an
// answer needs (I2). It lapses when the Invitation's status is Accepted, Declined or Expired.
type Offer struct {
	Organization string            `json:"o,omitempty"`
	User         string            `json:"u"`
	Invitation   string            `json:"i,omitempty"` // the Invitation's UID
	Role         v1alpha1.Role     `json:"r,omitempty"`
	UserType     v1alpha1.UserType `json:"t,omitempty"`
	CreatedAt    int64             `json:"c,omitempty"` // Unix seconds; the deadline runs from here (I1)
	ExpiresAt    int64             `json:"e,omitempty"` // Unix seconds; the deadline once it has been promised
}

// Keys finds an offer by its invitee and by its organization.
func (o Offer) Keys() []Key { return []Key{UserKey(o.User), MembersKey(o.Organization)} }

// StatedBy is the UID of the Invitation.
func (o Offer) StatedBy() types.UID { return types.UID(o.Invitation) }

// ClockSkew is the largest difference between the clocks of two replicas. An invitation is written Expired only that long after its
// deadline. By then every replica refuses an answer, so that no acceptance rests on a seat that was given away.
const ClockSkew = 10 * time.Second

// Deadline is the first instant at which the offer can no longer be answered (I1).
func (o Offer) Deadline(p Policy) time.Time {
	if o.ExpiresAt != 0 {
		return time.Unix(o.ExpiresAt, 0)
	}
	return time.Unix(o.CreatedAt, 0).Add(days(p.InvitationDays))
}

// Claim states that one holder has a name, and no other can have it at the same time. An Organization's claim to a host lapses by its status,
// which gives the host up.
type Claim struct {
	Kind   ClaimKind `json:"k"`
	Name   string    `json:"n,omitempty"`
	Holder string    `json:"h,omitempty"` // a UID: a later object of the same name is another holder
}

// StatedBy is the UID of the holder. A HostReservation for an organization states the claim too; only the holder itself is read live.
func (c Claim) StatedBy() types.UID { return types.UID(c.Holder) }

// ClaimKind is the kind of name that is claimed.
type ClaimKind string

// The names that can be held once.
const (
	ClaimHost       ClaimKind = "host"       // by an organization; while reserved, by its HostReservation (A2)
	ClaimMembership ClaimKind = "membership" // of a user in an organization, by one Membership (L6)
	ClaimInvitation ClaimKind = "invitation" // of a user to an organization, by one pending Invitation (L6)
	ClaimAnswer     ClaimKind = "answer"     // to an invitation, by one InvitationResponse (I2)
	ClaimRequest    ClaimKind = "request"    // of an action by a person, by one OrganizationRequest (R9)
)

// ClaimAsked counts the requests of a person. It is no name that one holder has: as many hold it as a person may have requests (R9).
const ClaimAsked ClaimKind = "asked"

// Keys finds a claim by its name.
func (c Claim) Keys() []Key { return []Key{ClaimKey(c.Kind, c.Name)} }

// ClaimKey finds the holder of a name. The kinds of claims differ from the kinds of other keys, so a look-up need not build a prefix.
func ClaimKey(kind ClaimKind, name string) Key { return Key{string(kind), name} }

// Reservation states for whom a HostReservation keeps its host, and until when (A6, A7). It takes nothing, because the claim beside it does.
type Reservation struct {
	Host         string `json:"n,omitempty"`
	Holder       string `json:"h,omitempty"` // as in the claim: the organization's UID, or else the HostReservation's
	Organization string `json:"o,omitempty"` // the name of the organization; empty: it is kept for none
	ExpiresAt    int64  `json:"e,omitempty"` // Unix seconds; 0: it has no end
}

// Keys finds a reservation by its host, and by the name of the organization for which the host is kept.
func (r Reservation) Keys() []Key {
	keys := []Key{ReservationKey(r.Host)}
	if r.Organization != "" {
		keys = append(keys, ReservedToKey(r.Organization))
	}
	return keys
}

// ReservationKey finds the reservation of a host.
func ReservationKey(host string) Key { return Key{"reservation", host} }

// ReservedToKey finds the reservations for an organization, and for former ones of its name.
func ReservedToKey(organization string) Key { return Key{"reserved-to", organization} }

// SeatName is the name under which a user's membership in an organization, or invitation to it, is claimed.
func SeatName(organization, user string) string { return organization + "/" + user }

// Binding states that an organization is joined to an account of an application (G1).
type Binding struct {
	Organization string `json:"o,omitempty"`
	Application  string `json:"a"`
	Component    string `json:"c,omitempty"`
	Account      string `json:"n"` // as it is written; compared by the row's own rule
}

// Keys finds a binding by its organization, by its organization's slot, and by its account.
func (b Binding) Keys() []Key {
	return []Key{
		BindingsKey(b.Organization),
		SlotKey(b.Organization, b.Application, b.Component),
		AccountKey(b.Application, b.Component, b.Account),
	}
}

func days(n int32) time.Duration { return time.Duration(n) * 24 * time.Hour }
