// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"maps"
	"slices"
)

// seat judges one more seat (E5). If the same person holds a seat already, for example by the pending invitation that they accept, it is
// carried over. An organization that is not there yet has no number of seats; it is judged when it comes (R8).
func (j judgement) seat(organization, user string, wanted bool) Violations {
	if !wanted {
		return nil
	}
	limit, known := j.seats(organization)
	if !known {
		return nil
	}
	used := j.seatsUsed(organization, user)
	switch {
	case used < limit || j.isSeated(Seat{organization, user}):
		return nil
	case j.isAnswer():
		return closedToInvitee()
	}
	return exceeded("E5", used, limit, "every seat of %s is in use by an active membership or a pending invitation; buy licences or free a seat", organization)
}

// isAnswer reports whether the change under judgement is the answer of an invitee.
func (j judgement) isAnswer() bool {
	_, answers := find(j.after, func(c Claim) bool { return c.Kind == ClaimAnswer })
	return answers
}

// licenses judges licences that are lowered under the seats in use (E6), and those of an organization that comes after its members (R8).
func (j judgement) licenses(a, was Account) Violations {
	comes := was == Account{}
	if a.Terminating || (!comes && !j.lowers(a, was)) {
		return nil
	}
	seats, used := a.Seats(j.policy), j.seatsUsed(a.Organization, "")
	if used <= seats {
		return nil
	}
	if comes {
		return exceeded("E5", used, seats, "%s needs more seats than it has licences for: its memberships and pending invitations are here already; buy more, or remove some of them first", a.Organization)
	}
	return exceeded("E6", used, seats, "licences of %s cannot be lowered under the seats in use; suspend or remove members, or revoke invitations, first", a.Organization)
}

// lowers reports whether a change counts as one to fewer seats. While the policy's number of seats on trial is changing, the Worst outlook
// takes the most as the former number, and the Best the fewest.
func (j judgement) lowers(a, was Account) bool {
	return a.Licenses != was.Licenses && a.Seats(j.policy) < was.Seats(j.opposite().Policy())
}

// seats is how many seats an organization has: the fewest that it may have for the Worst outlook, the most for the Best.
// It is unknown while there is no organization, and for the Best while there may be none.
func (j judgement) seats(organization string) (seats int32, known bool) {
	if a, ok := find(j.after, func(a Account) bool { return a.Organization == organization }); ok {
		return a.Seats(j.policy), true
	}
	if !j.worst && len(certain[Fact](j.Outlook, OrganizationKey(organization))) == 0 {
		return 0, false // it may not be there, and then has no number of seats
	}
	for _, a := range possible[Account](j.Outlook, OrganizationKey(organization)) {
		if !known {
			seats, known = a.Seats(j.policy), true
		}
		seats = stricter(j.Outlook, seats, a.Seats(j.policy))
	}
	return seats, known
}

// isSeated reports whether a user holds a seat already, as far as that may be relied on.
func (j judgement) isSeated(wanted Seat) bool {
	is := func(f Fact) bool {
		seat, ok := SeatOf(f)
		return ok && seat == wanted
	}
	if slices.ContainsFunc(reliedOn[Place](j.Outlook, UserKey(wanted.User)), func(p Place) bool { return is(p) }) {
		return true
	}
	_, ok := j.reliedOnLapsing(UserKey(wanted.User), func(f Lapsing) bool { return is(f) })
	return ok
}

// seatsUsed counts the people who hold a seat, except one; the change under judgement is included.
func (j judgement) seatsUsed(organization, except string) int32 {
	own := seated(j.after)
	used, possible := j.world.Seats(organization, append(slices.Collect(maps.Keys(own)), except)...)
	if j.worst {
		used = possible
	}
	delete(own, except)
	return used + int32(len(own))
}

// A Seat is one user's of one organization (E5). However many facts say that they hold it, they hold it once.
type Seat struct{ Organization, User string }

// SeatOf is the seat that a fact states, if it states one.
func SeatOf(fact Fact) (seat Seat, ok bool) {
	switch f := fact.(type) {
	case Place:
		return Seat{f.Organization, f.User}, f.Seat
	case Acceptance:
		return SeatOf(f.Place)
	case Offer:
		return Seat{f.Organization, f.User}, true
	}
	return Seat{}, false
}

// CountSeats counts the users who hold a seat by the facts known under an organization's MembersKey, as World.Seats requires.
func CountSeats(known []Known, but ...string) (certain, possible int32) {
	count := func(uncertainToo bool) int32 {
		users := seated(pick[Fact](known, uncertainToo))
		for _, user := range but {
			delete(users, user)
		}
		return int32(len(users))
	}
	return count(false), count(true)
}

func seatFacts(places []Place, offers []Offer) []Fact {
	return append(asFacts(places), asFacts(offers)...)
}

// seated is the set of people who hold a seat by the facts.
func seated(facts []Fact) map[string]bool {
	users := map[string]bool{}
	for _, f := range facts {
		if seat, ok := SeatOf(f); ok {
			users[seat.User] = true
		}
	}
	return users
}

// Seats counts the seats of an organization: in use by members, and held by pending invitations of people who are not members
// (E5). Each person holds one.
func Seats(places []Place, offers []Offer) (used, pending int32) {
	members := seated(seatFacts(places, nil))
	all := seated(seatFacts(places, offers))
	return int32(len(members)), int32(len(all) - len(members))
}
