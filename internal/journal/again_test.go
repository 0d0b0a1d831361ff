// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"testing"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestOutcomes(t *testing.T) {
	for want, err := range map[string]error{
		outcomeContended:   &Again{Reason: Contended},
		outcomeEarly:       &Again{Reason: Early},
		outcomeUnavailable: &Again{},
		outcomeExists:      ErrExists,
		outcomeRefused:     facts.ErrMalformed,
		outcomePanicked:    ErrPanicked,
		outcomeAdmitted:    nil,
	} {
		if got := outcomeOf(nil, err); got != want {
			t.Errorf("%v: got %s, want %s", err, got, want)
		}
	}
	for sentence, tc := range map[string]struct {
		err  error
		want string
	}{
		"a crowd is contention":             {&Again{Reason: Crowded}, outcomeContended},
		"any other failure is out of reach": {errors.New("no connection"), outcomeUnavailable},
	} {
		if got := outcomeOf(nil, tc.err); got != tc.want {
			t.Errorf("%s: got %s", sentence, got)
		}
	}
	if got := outcomeOf(rules.Violations{{Rule: "L1"}}, nil); got != outcomeRefused {
		t.Errorf("a violation: got %s", got)
	}
}

// The answer "not prepared yet" is not final: the request may be sent again, and the answer cites the rule.
func TestARuleThatAsksForPatience(t *testing.T) {
	s := newStand()
	early := rules.Violations{{Rule: "O7", Kind: rules.KindAgain, Message: "not prepared yet; try again"}}
	ends := invites("bob", "acme")
	ends.Judge = func(rules.Outlook) rules.Violations { return early }

	decided, _ := s.judgeAll(t.Context(), []*request{s.newRequest(t.Context(), ends)})
	if len(decided) != 1 || len(decided[0].answer.violations) > 0 {
		t.Fatalf("decided: %+v", decided)
	}
	again, is := errors.AsType[*Again](decided[0].answer.err)
	if !is || again.Reason != Early || again.Error() != early.String() {
		t.Errorf("got %v", decided[0].answer.err)
	}
}
