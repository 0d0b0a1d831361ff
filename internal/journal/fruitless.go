// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// A Fruitless is an actor whose changes were admitted and never stored. Such changes hold places until the drop. So an actor that goes on
// with them may have fewer in flight, and others get a turn at the names that it held.
type Fruitless struct {
	Actor string
	// Times is the number of times. Each time halves the entries that the actor may have in flight. A change that arrives takes one off.
	Times int
	// Stamp is the journal's resource version when it happened last. A replica that watches this sees by it that it happened again.
	Stamp string
	// Names are hashes of the names that those changes held and others may want, the latest first. If a person's were many, it is the mark
	// for every name.
	Names []string
}

const (
	maxFruitless = 64 // actors
	maxTimes     = 5
	maxNames     = 8 // of one actor
	everything   = "*"
	// leastBytes is the room that every actor keeps: the largest entry of a person, with room to spare. That is the entry of a binding
	// whose account has 253 characters of four bytes each, about 1.5 KiB.
	leastBytes = 2 << 10

	// A turn is the time for which an actor leaves to others the names that its change held in vain. It is this part of the drop time, and
	// twice as long each time. A line is forgotten after so many drop times.
	turnsADrop, dropsRemembered = 6, 8
)

// fruitless is all such actors, the latest last.
type fruitless []Fruitless

func (f fruitless) of(actor string) (i int, known bool) {
	i = slices.IndexFunc(f, func(one Fruitless) bool { return one.Actor == actor })
	return i, i >= 0
}

// lessen is the part of an allowance that is left to an actor.
func (f fruitless) lessen(a allowance, actor string) allowance {
	if i, known := f.of(actor); known {
		floor := leastOf(actor)
		a.entries, a.bytes = max(a.entries>>f[i].Times, floor.entries), max(a.bytes>>f[i].Times, floor.bytes)
	}
	return a
}

// leastOf is the part that is left to an actor in any case. A platform actor keeps the allowance of a person, because its other tenants did
// nothing wrong.
func leastOf(actor string) allowance {
	if isPerson(actor) {
		return allowance{1, leastBytes}
	}
	return ofPerson
}

// blame notes a change that never came; more says that it counts as one more time.
func (f fruitless) blame(actor, stamp string, names []string, more bool) fruitless {
	one := Fruitless{Actor: actor}
	if i, known := f.of(actor); known {
		one = f[i]
		f = f.without(actor)
	}
	if more {
		one.Times = min(one.Times+1, maxTimes)
	}
	one.Stamp, one.Names = stamp, few(actor, slices.Concat(names, one.Names))
	if len(f) >= maxFruitless {
		f = f.without(slices.MinFunc(f, func(a, b Fruitless) int { return a.Times - b.Times }).Actor)
	}
	return append(f, one)
}

// few are names without repetitions. Where they are too many to be written down, the result is everything. A platform actor acts for all
// tenants, so of its names the first are kept: one tenant's names must not stop the others.
func few(actor string, names []string) (kept []string) {
	for _, name := range names {
		if !slices.Contains(kept, name) {
			kept = append(kept, name)
		}
	}
	if !isPerson(actor) {
		kept = slices.DeleteFunc(kept, func(name string) bool { return name == everything })
		kept = kept[:min(len(kept), maxNames)]
		return slices.Concat(kept) // nil where it is empty, as where it is read
	}
	if len(kept) > maxNames || slices.Contains(kept, everything) {
		return []string{everything}
	}
	return kept
}

func (f fruitless) without(actor string) fruitless {
	return slices.DeleteFunc(f, func(one Fruitless) bool { return one.Actor == actor })
}

// arrived takes one time off an actor.
func (f fruitless) arrived(actor string) {
	if i, known := f.of(actor); known {
		f[i].Times = max(f[i].Times-1, 0)
	}
}

// text is the form in the journal: an actor a line.
func (f fruitless) text() string {
	var text strings.Builder
	for _, one := range f {
		fmt.Fprintf(&text, "%s %d %s %s\n", one.Actor, one.Times, one.Stamp, strings.Join(one.Names, ","))
	}
	return text.String()
}

// parseFruitless reads the form in the journal. A line that it cannot read is left out, because no limit rests on it.
func parseFruitless(text string) (f fruitless) {
	for line := range lines(text) {
		part := strings.Split(line, " ")
		if len(part) != 4 || len(f) == maxFruitless {
			continue
		}
		times, err := strconv.Atoi(part[1])
		if _, known := f.of(part[0]); err != nil || known || times < 0 || times > maxTimes {
			continue
		}
		names := strings.FieldsFunc(part[3], func(r rune) bool { return r == ',' })
		f = append(f, Fruitless{Actor: part[0], Times: times, Stamp: part[2], Names: few(part[0], names)})
	}
	return f
}

// contested are hashes of the names that some facts hold and others may want.
func contested(stated []rules.Fact) (names []string) {
	for _, f := range stated {
		for _, key := range rules.Contested(f) {
			hash := fnv.New32a()
			hash.Write([]byte(key.Kind + "/" + key.Name))
			names = append(names, fmt.Sprintf("%08x", hash.Sum32()))
		}
	}
	return names
}

// blamed is this replica's own knowledge of a fruitless actor, by its own clock.
type blamed struct {
	stamp       string
	times       int
	last, raise since // when it happened last, and when it last made Times more
	lower       since // when a change that came last made Times less
}

// watchFruitless goes on watching the actors that it has watched before.
func (j *Journal) watchFruitless(now since) {
	watched := make(map[string]blamed, len(j.state.fruitless))
	for _, one := range j.state.fruitless {
		b, known := j.blamed[one.Actor]
		if !known || b.stamp != one.Stamp {
			b.stamp, b.last = one.Stamp, now
		}
		if !known || b.times < one.Times {
			b.raise = now
		}
		if known && b.times > one.Times {
			b.lower = now
		}
		b.times = one.Times
		watched[one.Actor] = b
	}
	j.blamed = watched
}

// blame notes that a change of an actor never came. The operator is never blamed.
func (j *Journal) blame(e *facts.Entry) {
	if e.Actor == "" {
		return
	}
	b, known := j.blamed[e.Actor]
	more := !known || j.Clock.Since(b.raise) >= j.turn()
	j.state.fruitless = j.state.fruitless.blame(e.Actor, j.state.object.ResourceVersion, contested(j.View.News(e)), more)
	j.watchFruitless(j.Clock.Now())
}

// turn is the shortest time for which an actor leaves to others the names that they held in vain.
func (j *Journal) turn() time.Duration { return j.DropTime / turnsADrop }

// arrived notes an entry whose end was seen, if its change came. An update or deletion that a later change of its object has overtaken did
// not come. It counts once a turn: many changes that come do not make up for as many that do not.
func (j *Journal) arrived(e *facts.Entry) {
	b, known := j.blamed[e.Actor]
	if !known || j.Clock.Since(b.lower) < j.turn() || !j.View.WasStored(e) {
		return
	}
	j.state.fruitless.arrived(e.Actor)
	j.watchFruitless(j.Clock.Now())
}

// forgive forgets the actors whose changes came to nothing long ago. It forgets the names that those changes held once others have had
// their turn.
func (j *Journal) forgive() {
	for actor, b := range j.blamed {
		i, known := j.state.fruitless.of(actor)
		switch ago := j.Clock.Since(b.last); {
		case ago >= dropsRemembered*j.DropTime:
			j.state.fruitless, j.state.tidied = j.state.fruitless.without(actor), true
			delete(j.blamed, actor)
		case known && len(j.state.fruitless[i].Names) > 0 && ago >= j.turnAfter(j.state.fruitless[i].Times):
			j.state.fruitless[i].Names, j.state.tidied = nil, true
		}
	}
}

// turnAfter is the time for which an actor leaves names to others, by the number of times that it happened.
func (j *Journal) turnAfter(times int) time.Duration { return j.turn() << max(times-1, 0) }

// yields reports whether others have their turn at a name that a request wants and that its actor has held in vain.
func (j *Journal) yields(r *request) bool {
	i, known := j.state.fruitless.of(r.Actor)
	if !known {
		return false
	}
	one := j.state.fruitless[i]
	return j.Clock.Since(j.blamed[r.Actor].last) < j.turnAfter(one.Times) && slices.ContainsFunc(contested(r.added()), one.heldInVain)
}

// heldInVain reports whether a change of the actor held a name in vain.
func (f Fruitless) heldInVain(name string) bool {
	return slices.Contains(f.Names, name) || slices.Contains(f.Names, everything)
}

// renewed reports whether a request has kept its names for long enough. It keeps them by its own entry, sent again and again, or by other
// entries of its object. The operator and platform actors may go on, because they try until they are done.
func (j *Journal) renewed(r *request) bool {
	if !isPerson(r.Actor) {
		return false
	}
	first, known := j.firstSeen[r.entry.Request()]
	return known && j.Clock.Since(first) >= j.DropTime || j.heldLong(r)
}

// firstSights says since when this replica knows each request that is in the journal, however often it was written down.
func (j *Journal) firstSights(entries []*facts.Entry, now since) map[string]since {
	first := make(map[string]since, len(entries))
	for _, e := range entries {
		at, known := j.firstSeen[e.Request()]
		if !known {
			at = now
		}
		first[e.Request()] = at
	}
	return first
}

// admits reports whether an admitted request can be written down now.
func (j *Journal) admits(r *request) bool {
	return j.state.hasRoomFor(r.entry) && !j.renewed(r) && !j.yields(r)
}
