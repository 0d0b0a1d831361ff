// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/rules"
)

// A change that is costly to judge waits for another's outcome, while entries end all the time.
func TestACostlyJudgementTakesATenthOfTheTime(t *testing.T) {
	s := newStand()
	judged := 0
	slow := invites("bob", "acme")
	slow.UID = "slow"
	slow.Judge = func(rules.Outlook) rules.Violations {
		judged++
		s.clock.Step(20 * time.Millisecond)
		return rules.Violations{{Kind: rules.KindAgain}} // so that it is judged by both outlooks
	}
	quick := 0
	fast := invites("carol", "acme")
	fast.UID = "fast"
	fast.Judge = func(rules.Outlook) rules.Violations {
		quick++
		return nil
	}
	began := s.clock.Now()
	for range 1000 {
		s.epoch++
		s.judgeAll(t.Context(), []*request{s.newRequest(context.Background(), slow), s.newRequest(context.Background(), fast)})
		s.clock.Step(time.Millisecond)
	}
	spent, whole := time.Duration(judged)*20*time.Millisecond, s.clock.Since(began)
	if judged < 2 || spent > whole/8 {
		t.Errorf("judged %d times: %s of %s", judged, spent, whole)
	}
	if quick != 1000 {
		t.Errorf("another was judged %d times of 1000", quick)
	}
	s.clock.Step(time.Hour)
	s.costs.note(&Change{UID: "other", Actor: "dora"}, costly, s.clock.Now())
	if len(s.costs) != 2 {
		t.Errorf("what is long over is still known: %v", s.costs)
	}
}

func TestWhatRestsAfterACostlyJudgement(t *testing.T) {
	of := func(uid types.UID, actor string) *Change { return &Change{UID: uid, Actor: actor} }
	tool := PlatformActor("tool")
	for sentence, tc := range map[string]struct {
		costly, next *Change
		want         bool
	}{
		"the same object, for any person":             {of("a", "bob"), of("a", "carol"), true},
		"another object of the same person":           {of("a", "bob"), of("b", "bob"), true},
		"not another object of another person":        {of("a", "bob"), of("b", "carol"), false},
		"not a look by another person":                {of("", "bob"), of("", "carol"), false},
		"a look by the same person":                   {of("", "bob"), of("", "bob"), true},
		"not a change of the operator":                {of("a", "bob"), of("a", ""), false},
		"nor does the operator's own cost count":      {of("a", ""), of("a", "bob"), false},
		"not a change of a platform actor":            {of("a", "bob"), of("a", tool), false},
		"nor does the cost of a platform actor count": {of("a", tool), of("b", tool), false},
	} {
		c, now := costs{}, time.Unix(0, 0)
		c.note(tc.costly, costly, now)
		if got := c.rests(tc.next, now.Add(rests*costly-1)); got != tc.want {
			t.Errorf("%s: rests %t", sentence, got)
		}
		if c.rests(tc.next, now.Add(rests*costly)) {
			t.Errorf("%s: rests for too long", sentence)
		}
	}
}
