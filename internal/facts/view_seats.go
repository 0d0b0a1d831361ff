// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/rules"
)

// seat counts the seats that only this object gives. It runs before the object is in the index, or after it has left.
func (v *View) seat(o *object, add int32) {
	var seen []rules.Seat
	for _, s := range o.stated {
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
	return slices.ContainsFunc(v.index.under(rules.UserKey(wanted.User)), func(s listing) bool {
		seat, ok := rules.SeatOf(s.stated())
		return ok && seat == wanted
	})
}

// Seats counts the users who hold a seat of an organization, except some. The view has the number of seats that it has seen. Seats looks
// one by one only at users whom a change in flight, or the object under judgement, may touch.
func (w World) Seats(organization string, but ...string) (certain, possible int32) {
	settled := w.view.seated[organization]
	touched := w.touched(organization)
	for _, user := range but {
		touched[user] = false
	}
	for user, counts := range touched {
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

// touched are the users whose seats may differ between the outcomes, or whom the object under judgement names. A creation of an object that
// the view holds has ended.
func (w World) touched(organization string) map[string]bool {
	coming := w.overlay.byKey[rules.MembersKey(organization)]
	users := make(map[string]bool, len(coming)+2)
	for _, c := range coming {
		touch(users, c.fact, organization)
	}
	for _, e := range w.overlay.entries {
		if e.Operation != Create {
			w.spokenOf(users, e.UID, organization)
		}
	}
	if w.self != nil {
		w.spokenOf(users, w.self.UID, organization)
	}
	return users
}

func (w World) spokenOf(users map[string]bool, uid types.UID, organization string) {
	if o := w.view.byUID[uid]; o != nil {
		for _, s := range o.stated {
			touch(users, s.fact, organization)
		}
	}
}

func touch(users map[string]bool, f rules.Fact, organization string) {
	if seat, ok := rules.SeatOf(f); ok && seat.Organization == organization {
		users[seat.User] = true
	}
}

// seat counts one user: certain is 1 if they hold the seat in every outcome, possible is 1 if they do in some.
func (w World) seat(wanted rules.Seat) (certain, possible int32) {
	for k := range w.others(rules.UserKey(wanted.User)) {
		if seat, ok := rules.SeatOf(k.Fact); ok && seat == wanted {
			possible = 1
			if k.Certain {
				return 1, 1
			}
		}
	}
	return 0, possible
}
