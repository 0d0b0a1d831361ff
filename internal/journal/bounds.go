// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"strings"

	"github.com/polyorg/polyorg/internal/facts"
)

// An allowance is the number of entries that an actor may have in the journal, and the bytes that they may take together.
type allowance struct{ entries, bytes int }

// Bounds: a change beyond them must be sent again later, so that one tenant's storm, or one runaway tool, cannot stop the others. The
// rest of the whole, beyond all these parts, is the operator's own.
var (
	ofAll          = allowance{512, 64 << 10}
	ofOthers       = allowance{480, 60 << 10} // of all but the operator
	ofPlatform     = allowance{256, 40 << 10} // of one platform actor
	ofPeople       = allowance{384, 48 << 10} // of all people together
	ofOrganization = allowance{64, 12 << 10}  // of the people who change one organization
	ofPerson       = allowance{32, 8 << 10}
)

// maxPerObject bounds the open entries of one object, and peoplesPerObject those of people. So the operator and platform actors can always
// act on it.
const maxPerObject, peoplesPerObject = 4, 3

// platformMark is before the fingerprint of a platform actor. By it every replica knows against which bounds an entry counts.
const platformMark = "+"

// PlatformActor is the Actor of a change by a platform actor with that fingerprint.
func PlatformActor(fingerprint string) string { return platformMark + fingerprint }

// isPerson reports whether an actor is neither a platform actor nor the operator.
func isPerson(actor string) bool { return actor != "" && !strings.HasPrefix(actor, platformMark) }

// A share is a part of the journal against which entries count: that of an actor, of an organization, or of many.
type share struct{ kind, of string }

// The shares that exist once.
var (
	shareOfAll    = share{kind: "all"}
	shareOfOthers = share{kind: "others"}
	shareOfPeople = share{kind: "people"}
)

func shareOfActor(actor string) share               { return share{"actor", actor} }
func shareOfOrganization(organization string) share { return share{"organization", organization} }

// sharesOf are the shares against which an entry counts.
func sharesOf(e *facts.Entry) []share {
	switch {
	case e.Actor == "":
		return []share{shareOfAll}
	case !isPerson(e.Actor):
		return []share{shareOfAll, shareOfOthers, shareOfActor(e.Actor)}
	}
	return append([]share{shareOfAll, shareOfOthers, shareOfPeople, shareOfActor(e.Actor)}, organizationsShare(e)...)
}

// organizationsShare is the share of the organization that a person's change is about. A creation of an organization has none. Any
// person may send one under any name, and must not take room from the people of that organization.
func organizationsShare(e *facts.Entry) []share {
	creates := e.Kind == "Organization" && e.Operation == facts.Create
	if organization := e.Organization(); organization != "" && !creates {
		return []share{shareOfOrganization(organization)}
	}
	return nil
}

// use is the part of each share that is taken.
type use map[share]allowance

// count adds an entry, or removes it where times is -1.
func (u use) count(e *facts.Entry, times int) {
	for _, s := range sharesOf(e) {
		taken := u[s]
		taken.entries += times
		taken.bytes += times * size(e)
		if u[s] = taken; taken == (allowance{}) {
			delete(u, s)
		}
	}
}

// sharesHaveRoom reports whether every share of an entry has room for it. A person or an organization can take at most half of what
// remains for people. So there is always room for a person who did not storm.
func (s *state) sharesHaveRoom(e *facts.Entry) bool {
	half := s.halfOfPeoples()
	for _, of := range sharesOf(e) {
		limit := s.limit(of)
		if of.kind == "organization" || of.kind == "actor" && isPerson(of.of) {
			limit.entries, limit.bytes = min(limit.entries, half.entries), min(limit.bytes, half.bytes)
		}
		if taken := s.use[of]; taken.entries >= limit.entries || taken.bytes+size(e) > limit.bytes {
			return false
		}
	}
	return true
}

// halfOfPeoples is half of the rest for people; if one entry remains, that one.
func (s *state) halfOfPeoples() allowance {
	taken := s.use[shareOfPeople]
	return allowance{entries: (ofPeople.entries - taken.entries + 1) / 2, bytes: (ofPeople.bytes - taken.bytes) / 2}
}

// limit is the size of a share.
func (s *state) limit(of share) allowance {
	switch {
	case of == shareOfAll:
		return ofAll
	case of == shareOfOthers:
		return ofOthers
	case of == shareOfPeople:
		return ofPeople
	case of.kind == "organization":
		return ofOrganization
	case isPerson(of.of):
		return s.fruitless.lessen(ofPerson, of.of)
	}
	return s.fruitless.lessen(ofPlatform, of.of)
}

// size is the number of bytes of an entry in the stored journal.
func size(e *facts.Entry) int { return len(e.Text) + 1 }
