// SPDX-License-Identifier: Apache-2.0

package rules

import "slices"

// World is the knowledge of one instant: the objects seen, and the changes that are in flight.
type World interface {
	// Facts yields every fact under the key that stands in some outcome of what is in flight. Facts of the object under judgement
	// itself are left out.
	Facts(Key) []Known
	// Size is no less than the number of facts under a key, and is known without a look at them.
	Size(Key) int
	// Roles yields the places under the key that give power, those of the object under judgement included. A member who leaves is still
	// a member while the leaving is judged.
	Roles(Key) []Known
	// Seats counts the users who hold a seat of an organization by the facts under its MembersKey, except some. The first number is those
	// who hold it in every outcome by one and the same fact. The second is those who hold it in some outcome. The result is that of
	// CountSeats; a world may get it without a look at every member.
	Seats(organization string, but ...string) (certain, possible int32)
}

// Known is a fact and how sure it is.
type Known struct {
	Fact Fact
	// Certain: it stands in every outcome of what is in flight.
	Certain bool
}

// Outlook reads an uncertain world one way.
type Outlook struct {
	world     World
	worst     bool
	confirmed func(Lapsing) bool // nil: no lapsing fact is known to stand
}

// Worst counts everything that may stand against a change, and relies on nothing that may end.
func Worst(w World) Outlook { return Outlook{world: w, worst: true} }

// Best counts against a change only the facts that stand in every outcome, and relies on all that may stand.
func Best(w World) Outlook { return Outlook{world: w} }

// Confirming is an outlook that also relies on the lapsing facts that a live read has shown to stand. The Best outlook relies on all of
// them anyway.
func (o Outlook) Confirming(stands func(Lapsing) bool) Outlook {
	o.confirmed = stands
	return o
}

// opposite is the other outlook, for facts that speak for a change where this one is for facts that speak against it.
func (o Outlook) opposite() Outlook {
	o.worst = !o.worst
	return o
}

// countedAgainst yields the facts of one type under a key that count against a change.
func countedAgainst[F Fact](o Outlook, k Key) []F { return pick[F](o.world.Facts(k), o.worst) }

// firm are the facts that only admitted changes end, so that a journal entry or a fence tells of the end.
type firm interface {
	Fact
	Place | Account | ReservedNames | Reservation
}

// reliedOn yields the facts of one type under a key that a change may rely on.
func reliedOn[F firm](o Outlook, k Key) []F { return relied[F](o, o.world.Facts(k)) }

// relied yields those of some facts that a change may rely on: in the Worst outlook none that may be ending.
func relied[F Fact](o Outlook, known []Known) []F { return pick[F](known, !o.worst) }

// reliedOnLapsing finds a lapsing fact that a change may rely on.
func (o Outlook) reliedOnLapsing(k Key, wanted func(Lapsing) bool) (Lapsing, bool) {
	for _, known := range o.world.Facts(k) {
		f, ok := known.Fact.(Lapsing)
		if ok && (known.Certain || !o.worst) && wanted(f) && (!o.worst || o.confirmed != nil && o.confirmed(f)) {
			return f, true
		}
	}
	return nil, false
}

// placesCountedAgainst yields the places under a key that count against a change, those of acceptances included.
func (o Outlook) placesCountedAgainst(k Key) []Place {
	var places []Place
	for _, f := range countedAgainst[Fact](o, k) {
		if p, ok := placeOf(f); ok {
			places = append(places, p)
		}
	}
	return places
}

// hasPlace reports whether a user already has a place for which is returns true, as far as a change may rely on it.
func (o Outlook) hasPlace(user string, is func(Place) bool) bool {
	if slices.ContainsFunc(reliedOn[Place](o, UserKey(user)), is) {
		return true
	}
	_, ok := o.reliedOnLapsing(UserKey(user), func(f Lapsing) bool {
		p, ok := placeOf(f)
		return ok && is(p)
	})
	return ok
}

// in returns a test: is a place in an organization?
func in(organization string) func(Place) bool {
	return func(p Place) bool { return p.Organization == organization }
}

// certain yields the facts of one type under a key that stand in every outcome.
func certain[F Fact](o Outlook, k Key) []F { return pick[F](o.world.Facts(k), false) }

// possible yields the facts of one type under a key that stand in some outcome.
func possible[F Fact](o Outlook, k Key) []F { return pick[F](o.world.Facts(k), true) }

func pick[F Fact](known []Known, uncertainToo bool) []F {
	out := make([]F, 0, len(known))
	for _, k := range known {
		if f, ok := k.Fact.(F); ok && (k.Certain || uncertainToo) {
			out = append(out, f)
		}
	}
	return out
}
