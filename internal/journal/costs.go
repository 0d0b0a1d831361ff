// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"
	"time"
)

const (
	// costly is a judgement that takes so long that others feel it.
	costly = 5 * time.Millisecond
	// rests is how many times as long the same object, or the same person, is not judged again. So others have nine tenths of the time.
	rests = 10
)

// costs are the objects, and the people, that were costly to judge of late. They are judged again at each entry that ends, and for each
// request that is sent again. So one of them does not hold up all others.
type costs map[cause]time.Time // until when it rests

// A cause is what a cost is noted under: an object, or a person.
type cause struct{ object, person string }

// causes are those of a person's request. Nothing that the operator or a platform actor asks for rests: they ask for all tenants.
func (c *Change) causes() []cause {
	if !isPerson(c.Actor) {
		return nil
	}
	if c.UID == "" {
		return []cause{{person: c.Actor}} // a Look has no object
	}
	return []cause{{object: string(c.UID)}, {person: c.Actor}}
}

// note takes note of a judgement.
func (c costs) note(of *Change, took time.Duration, now since) {
	if took < costly {
		return
	}
	for other, until := range c {
		if !now.Before(until) {
			delete(c, other)
		}
	}
	for _, cause := range of.causes() {
		c[cause] = now.Add(rests * took)
	}
}

// rests reports whether a request is not to be judged yet.
func (c costs) rests(of *Change, now since) bool {
	return slices.ContainsFunc(of.causes(), func(of cause) bool { return now.Before(c[of]) })
}
