// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"strings"

	"github.com/polyorg/polyorg/internal/rules"
)

// head is the part of an entry's line before a fact. Facts do not repeat it, so that entries are small.
type head struct {
	organization, name, uid string
	user                    string // of the last fact that speaks of a user's place
}

func (e *Entry) head() head { return head{organization: e.home(), name: e.Name, uid: string(e.UID)} }

// home is the organization in whose namespace the object is, or which it is; empty for any other object.
func (e *Entry) home() string {
	if e.Kind == "Organization" {
		return e.Name
	}
	return OrganizationOf(e.Namespace)
}

// Organization is the organization that the change is about, as far as its line states it. It is the object's own, or the one that an
// answer joins. An answer to no invitation joins none, whatever its author wrote: only an answer to an invitation names an invitee.
func (e *Entry) Organization() string {
	if home := e.home(); home != "" {
		return home
	}
	for _, f := range e.Facts {
		if seat, held := rules.SeatOf(f); held && seat.User != "" {
			return seat.Organization
		}
	}
	return ""
}

// shorten removes from a fact the values that the line states already.
func (h *head) shorten(f rules.Fact) rules.Fact {
	short := typeOfFact(f).rewrite(h, f, omit)
	h.read(f)
	return short
}

// complete puts the values that shorten removed back into a fact.
func (h *head) complete(f rules.Fact) rules.Fact {
	whole := typeOfFact(f).rewrite(h, f, restore)
	h.read(whole)
	return whole
}

func (h *head) read(f rules.Fact) {
	if seat, _ := rules.SeatOf(f); seat.User != "" {
		h.user = seat.User
	}
}

// claimed is the name that an object of this head most likely claims.
func (h *head) claimed(kind rules.ClaimKind) string {
	switch {
	case kind == rules.ClaimHost:
		return h.name // a HostReservation's
	case h.user != "" && (kind == rules.ClaimMembership || kind == rules.ClaimInvitation):
		return rules.SeatName(h.organization, h.user)
	}
	return ""
}

// marked is before a text that would otherwise look like one that was left out, or like a marked one.
const marked = "."

// omit leaves out a text that equals its likely value.
func omit(text, own string) string {
	switch {
	case text == own:
		return ""
	case text == "" || strings.HasPrefix(text, marked):
		return marked + text
	}
	return text
}

// restore is the inverse of omit.
func restore(text, own string) string {
	if text == "" {
		return own
	}
	return strings.TrimPrefix(text, marked)
}
