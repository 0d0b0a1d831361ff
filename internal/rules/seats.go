// SPDX-License-Identifier: Apache-2.0

package rules

// seat judges one more seat (E5). A seat that the same person holds already, as a pending invitation that is being accepted
// does, is carried over. An organization that is not there yet sells none; it is judged when it comes (R8).
func (j judgement) seat(organization, user string, wanted bool) Violations {
	if !wanted || seated(grantedSeats(j.Outlook, organization))[user] {
		return nil
	}
	limit, known := j.seats(organization)
	if !known {
		return nil
	}
	used := j.seatsUsed(organization, user)
	if used < limit {
		return nil
	}
	return exceeded("E5", used, limit, "every seat of %s is in use by an active membership or a pending invitation; buy licences or free a seat", organization)
}

// licenses judges licences lowered under the seats in use (E6), and those of an organization that comes after its members (R8).
func (j judgement) licenses(a, was Account) Violations {
	seats := a.Seats(j.policy)
	if a.Terminating || (was != Account{} && seats >= was.Seats(j.policy)) {
		return nil
	}
	used := j.seatsUsed(a.Organization, "")
	if used <= seats {
		return nil
	}
	if (was == Account{}) {
		return exceeded("E5", used, seats, "%s needs more seats than it has licences for: its memberships and pending invitations are here already", a.Organization)
	}
	return exceeded("E6", used, seats, "licences of %s cannot be lowered under the seats in use; suspend or remove members, or revoke invitations, first", a.Organization)
}

// seats is how many seats an organization has: the fewest that it may have for the Worst outlook, the most for the Best.
// It is unknown while there is no organization.
func (j judgement) seats(organization string) (seats int32, known bool) {
	if a, ok := find(j.after, func(a Account) bool { return a.Organization == organization }); ok {
		return a.Seats(j.policy), true
	}
	for _, a := range possible[Account](j.Outlook, OrganizationKey(organization)) {
		if !known {
			seats, known = a.Seats(j.policy), true
		}
		seats = stricter(j.Outlook, seats, a.Seats(j.policy))
	}
	return seats, known
}

// seatsUsed counts the people who hold a seat, the change under judgement included, but for one.
func (j judgement) seatsUsed(organization, except string) int32 {
	users := seated(append(knownSeats(j.Outlook, organization), j.after...))
	delete(users, except)
	return int32(len(users))
}

func knownSeats(o Outlook, organization string) []Fact {
	return seatFacts(held[Place](o, MembersKey(organization)), held[Offer](o, MembersKey(organization)))
}

func grantedSeats(o Outlook, organization string) []Fact {
	return seatFacts(granted[Place](o, MembersKey(organization)), granted[Offer](o, MembersKey(organization)))
}

func seatFacts(places []Place, offers []Offer) []Fact {
	facts := make([]Fact, 0, len(places)+len(offers))
	for _, p := range places {
		facts = append(facts, p)
	}
	for _, f := range offers {
		facts = append(facts, f)
	}
	return facts
}

// seated is the set of people who hold a seat by the facts.
func seated(facts []Fact) map[string]bool {
	users := map[string]bool{}
	for _, fact := range facts {
		switch f := fact.(type) {
		case Place:
			if f.Seat {
				users[f.User] = true
			}
		case Offer:
			users[f.User] = true
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
