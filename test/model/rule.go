// SPDX-License-Identifier: Apache-2.0

package model

import "strings"

// A Rule is a rule of the protocol, or several: rules are bits.
type Rule uint32

// These are the rules. Each can be switched off.
const (
	CompareAndSwap Rule = 1 << iota
	EntriesAddUp
	EntryWhenHeld
	EntryForRelease
	NoEntryForDryRun
	AdmitByWorst
	RefuseByBest
	RefuseOnLive
	EveryFence
	Fences
	EndByLater
	DropWhenSafe
	DropAfterRead
	FactsByThemselves
	KeepUntilHandedOver
	ClosedAnew
	FencesAnew
	FencesLive
	ConfirmLapsing
	// FenceAtOutcome is no rule: a fence is the version at which the outcome was seen. Off, a fence is all that its replica has seen,
	// which is safe too. But it stops others for longer, and no rule becomes superfluous by it.
	FenceAtOutcome
)

var says = map[Rule]string{
	CompareAndSwap:      "an entry is written only into the journal that was judged on",
	EntriesAddUp:        "entries of one object add up",
	EntryWhenHeld:       "what is held already and only moves to another kind leaves an entry too",
	EntryForRelease:     "what gives up leaves an entry too",
	NoEntryForDryRun:    "a dry run leaves no entry",
	AdmitByWorst:        "admitted is only what is right in every outcome",
	RefuseByBest:        "refused is only what is wrong in every outcome",
	RefuseOnLive:        "a refusal is judged on the journal as it is",
	EveryFence:          "a replica judges when its view has reached the fences of all kinds, not of its own only",
	Fences:              "who removes an entry raises the fence of its kind",
	FenceAtOutcome:      "and no fence makes up for that",
	EndByLater:          "an entry ends by a later version, not by a different one",
	DropWhenSafe:        "an entry is dropped only when its request can no longer be stored",
	DropAfterRead:       "an entry is dropped only when its change is not found to be stored",
	FactsByThemselves:   "an object states its facts by itself, without another",
	KeepUntilHandedOver: "a host is held by its old holder until its reservation stands",
	ClosedAnew:          "a journal made anew is closed until nothing admitted before can be stored",
	FencesAnew:          "a journal made anew opens with fences",
	FencesLive:          "these fences are what is stored when it opens, not what its opener has seen",
	ConfirmLapsing:      "what status can end is relied on only after a live read",
}

// String describes the rules' demands.
func (r Rule) String() string {
	var all []string
	for one := Rule(1); one <= FenceAtOutcome; one <<= 1 {
		if r&one != 0 {
			all = append(all, says[one])
		}
	}
	return strings.Join(all, "; ")
}
