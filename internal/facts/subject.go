// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"iter"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/rules"
)

// author is the object that states a fact, or will state it if an entry's change is stored.
type author struct {
	kind string
	name types.NamespacedName
	uid  types.UID
}

// stated yields the facts under a key with their objects, in any outcome of what is in flight. Later ones come last.
func (w World) stated(key rules.Key) iter.Seq2[author, rules.Fact] {
	return func(yield func(author, rules.Fact) bool) {
		for _, s := range w.view.index.under(key) {
			if !yield(author{s.object.kind.name, s.object.name, s.object.uid}, s.stated()) {
				return
			}
		}
		for _, c := range w.overlay.byKey[key] {
			if w.counts(c.entry) && !yield(author{c.entry.Kind, c.entry.object(), c.entry.UID}, c.fact) {
				return
			}
		}
	}
}

// Offered is the offer that the Invitation of a name makes to a person, in any outcome of what is in flight. It looks only at the facts
// about that person. So the time that it takes does not show the offers to others (U3).
func (w World) Offered(user string, invitation types.NamespacedName) (offer rules.Offer, ok bool) {
	for by, fact := range w.stated(rules.UserKey(user)) {
		if f, is := fact.(rules.Offer); is && by.name == invitation {
			offer, ok = f, true // the latest: an object can be deleted, and made anew under its name
		}
	}
	return offer, ok
}

// Subject is the UID of the object that a person's request is about, in any outcome of the changes in flight. It is their Membership of an
// organization if they leave it, or else the Organization. It is empty for somebody who has no place there. Before that is known, it looks
// only at the facts about that person (U3).
func (w World) Subject(user, organization string, leaves bool) (uid types.UID) {
	member := false
	for by, fact := range w.stated(rules.UserKey(user)) {
		if p, is := fact.(rules.Place); is && p.Organization == organization {
			member = true
			if by.kind == "Membership" {
				uid = by.uid // the latest
			}
		}
	}
	if leaves || !member {
		return uid
	}
	return w.organization(organization)
}

// organization is the UID of an Organization; empty if there is none.
func (w World) organization(name string) (uid types.UID) {
	for by := range w.stated(rules.OrganizationKey(name)) {
		if by.kind == "Organization" {
			uid = by.uid // the latest
		}
	}
	return uid
}
