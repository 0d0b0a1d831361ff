// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/rules"
)

// seat counts the seats that an object adds to those which others give: before it is in the index, or after it has left it.
func (v *View) seat(o *object, add int32) {
	var seen []rules.Seat
	for _, s := range o.said {
		seat, ok := rules.SeatOf(s.fact)
		if !ok || slices.Contains(seen, seat) || v.isSeated(seat) {
			continue
		}
		seen = append(seen, seat)
		if v.seated[seat.Organization] += add; v.seated[seat.Organization] == 0 {
			delete(v.seated, seat.Organization)
		}
	}
}

// isSeated reports whether any object that was seen gives a user a seat.
func (v *View) isSeated(wanted rules.Seat) bool {
	return slices.ContainsFunc(v.index[rules.UserKey(wanted.User)], func(s saying) bool {
		seat, ok := rules.SeatOf(s.said())
		return ok && seat == wanted
	})
}

// Seats counts the users who hold a seat of an organization, but for some. The view knows how many it has seen; only those whom
// something in flight or the object under judgement may touch are looked at one by one.
func (w World) Seats(organization string, but ...string) (certain, possible int32) {
	users := map[string]bool{}
	for _, user := range but {
		users[user] = false
	}
	w.touched(organization, func(user string) {
		if _, known := users[user]; !known {
			users[user] = true
		}
	})
	settled := w.view.seated[organization]
	for user, counts := range users {
		seat := rules.Seat{Organization: organization, User: user}
		if w.view.isSeated(seat) {
			settled--
		}
		if counts {
			sure, perhaps := w.seat(seat)
			certain, possible = certain+sure, possible+perhaps
		}
	}
	return settled + certain, settled + possible
}

// touched names the users whose seats may differ between the outcomes, or are spoken of by the object under judgement.
func (w World) touched(organization string, user func(string)) {
	for _, c := range w.overlay.byKey[rules.MembersKey(organization)] {
		tell(c.fact, organization, user)
	}
	for uid := range w.overlay.byUID {
		w.spokenOf(uid, organization, user)
	}
	if w.self != nil {
		w.spokenOf(w.self.UID, organization, user)
	}
}

func (w World) spokenOf(uid types.UID, organization string, user func(string)) {
	if o := w.view.byUID[uid]; o != nil {
		for _, s := range o.said {
			tell(s.fact, organization, user)
		}
	}
}

func tell(f rules.Fact, organization string, user func(string)) {
	if seat, ok := rules.SeatOf(f); ok && seat.Organization == organization {
		user(seat.User)
	}
}

// seat counts one user: 1 for whoever holds the seat in every outcome, and 1 for whoever does in some.
func (w World) seat(wanted rules.Seat) (certain, possible int32) {
	for _, k := range w.Facts(rules.UserKey(wanted.User)) {
		if seat, ok := rules.SeatOf(k.Fact); ok && seat == wanted {
			possible = 1
			if k.Certain {
				return 1, 1
			}
		}
	}
	return 0, possible
}
