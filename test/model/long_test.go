// SPDX-License-Identifier: Apache-2.0

//go:build long

package model

import "testing"

// TestLarge goes through all events when three requests want two places, and a member who has one of them leaves or moves.
func TestLarge(t *testing.T) {
	p := proof{Scenario: Scenario{
		Capacity: 2,
		Stored:   []Change{stored("mbr", "m0", place("o0"))},
		Requests: []Change{
			remove("leave", "mbr", "m0"),
			update("move", "mbr", "m0", place("o9")),
			create("a", "mbr", "m1", place("o1")).patient(),
			create("b", "resp", "r2", place("o2")).patient(),
			create("c", "mbr", "m3", place("o3")).patient(),
		},
	}}
	p.Restarts, p.Remade = true, true
	if r := p.holds(t, p.Scenario); r.States < 100_000 {
		t.Errorf("%d states are too few for all that may happen", r.States)
	}
}
