// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"
	"time"
)

const (
	// costly is a time of one judgement that other requests notice.
	costly = 5 * time.Millisecond
	// rests: for so many times as long the same object, or the same person, is not judged again. So others have nine tenths of the time.
	rests = 10
)

// costs are the objects, and the people, whose judgement was costly a short while ago. A request is judged again whenever an entry ends,
// and whenever it is sent again. The rest keeps one of them from holding up all others.
type costs map[cause]time.Time // until when it rests

// A cause is the object or the person that caused a cost.
type cause struct{ object, person string }

// causes are those of a person's request. Requests of the operator and of platform actors never rest, because they act for all tenants.
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

// rests reports whether a request must not be judged yet.
func (c costs) rests(of *Change, now since) bool {
	return slices.ContainsFunc(of.causes(), func(of cause) bool { return now.Before(c[of]) })
}
