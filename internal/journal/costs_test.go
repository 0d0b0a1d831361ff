// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"testing"
	"time"

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
		return rules.Violations{{Kind: rules.KindEarly}} // so that it is judged by both outlooks
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
	s.costs.note("other", costly, s.clock.Now())
	if len(s.costs) != 1 {
		t.Errorf("what is long over is still known: %v", s.costs)
	}
}
