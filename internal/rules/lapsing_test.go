// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// A fact that status can end always counts against a change. A change relies on it only where a live read has shown that it stands (L8).
func TestLapsingFactsAreReliedOnAfterALiveRead(t *testing.T) {
	oneOrganization := policyWith(limits(func(l *v1alpha1.LimitsPolicy) { l.OrganizationsPerUser = new(int32(1)) }))
	oneSeat := policyWith(seatsOnTrial(1))
	elsewhere := world{}.with(org("zylker", alice), org("hidden", "ann@hidden.com"), member(bob, "hidden"), oneOrganization)
	full := world{}.with(org("zylker", alice), oneSeat)
	invited := invite(bob, "zylker")

	for sentence, tc := range map[string]struct {
		world  world
		change change
		refuse string // the rule, without a live read and when that shows that the fact has ended
	}{
		"L1: the place of an acceptance that becomes a membership, after the limit was lowered": {
			world: elsewhere.with(invited.accepts()), change: by(platform).creates(member(bob, "zylker")), refuse: "L1",
		},
		"E5: the seat of an acceptance that becomes a membership, after the seats on trial became fewer": {
			world: full.with(invited.accepts()), change: by(platform).creates(member(bob, "zylker")), refuse: "E5",
		},
		"E5: the seat of a pending invitation": {
			world: full.with(invited), change: by(platform).creates(member(bob, "zylker")), refuse: "E5",
		},
		"I7: the right to answer a pending invitation": {
			world: world{}.with(org("zylker", alice), invited), change: by(user(bob)).creates(invited.accepts()), refuse: "I7",
		},
		"E3: the place of an acceptance that becomes a membership after the trial": {
			world: world{}.with(org("zylker", alice), invited.accepts()), change: by(platform).creates(member(bob, "zylker")).later(16), refuse: "E3",
		},
		"E8: the place of an acceptance that becomes a membership after the platform suspended the organization": {
			world: world{}.with(org("zylker", alice).stopped("Unpaid"), invited.accepts()), change: by(platform).creates(member(bob, "zylker")), refuse: "E8",
		},
		"A2: the host that an organization has, like another, and that is reserved to it": {
			world:  world{}.with(org("zylker", alice).at("shop", ""), org("hidden", "ann@hidden.com").at("shop", "")),
			change: by(platform).creates(reserve("shop.crm.example.com").heldFor(org("zylker", alice))), refuse: "A2",
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			asked := map[types.UID]bool{}
			stands := func(answer bool) func(rules.World) rules.Outlook {
				return func(w rules.World) rules.Outlook {
					return rules.Worst(w).Confirming(func(f rules.Lapsing) bool {
						asked[f.StatedBy()] = true
						return answer
					})
				}
			}
			expect(t, "before a live read", tc.change.judge(rules.Worst, tc.world), []string{tc.refuse})
			expect(t, "when the fact has ended", tc.change.judge(stands(false), tc.world), []string{tc.refuse})
			expect(t, "when the fact stands", tc.change.judge(stands(true), tc.world), nil)
			expect(t, "the best outlook", tc.change.judge(rules.Best, tc.world), nil)
			if len(asked) != 1 {
				t.Errorf("%d facts were to be confirmed, want 1", len(asked))
			}
		})
	}
}

// A change that is right by itself asks for no live read.
func TestNobodyReadsForAChangeThatFits(t *testing.T) {
	invited := invite(bob, "zylker")
	w := world{}.with(org("zylker", alice), invited, invited.accepts())
	expect(t, "the worst outlook", by(platform).creates(member(bob, "zylker")).judge(rules.Worst, w), nil)
}
