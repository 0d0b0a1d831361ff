// SPDX-License-Identifier: Apache-2.0

package main

import "testing"

func TestReviewsAreComparedInTheSameRound(t *testing.T) {
	cell := func(what string, round int, p50 float64) reviewRound {
		return reviewRound{ReviewCell{Organizations: 10, Clients: 16, What: what, P50: p50}, round}
	}
	review, stored := reviewLoads[0].what, reviewLoads[2].what
	// The second round was slow for every kind of request.
	s := summarizeReviews([]reviewRound{
		cell(review, 0, 3), cell(stored, 0, 2), cell(stored, 1, 20), cell(review, 1, 24), cell(review, 2, 4), cell(stored, 2, 2),
	})
	if len(s) != 2 {
		t.Fatalf("want a line for each kind, got %+v", s)
	}
	if s[0].Ratio != 1 || s[1].What != stored || s[1].Ratio != 1.5 || s[1].P50 != 2 {
		t.Errorf("not the medians of each round's ratios: %+v", s)
	}
}
