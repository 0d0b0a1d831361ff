// SPDX-License-Identifier: Apache-2.0

package invitation

import (
	"errors"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"

	"github.com/polyorg/polyorg/internal/journal"
)

// Invitations that end together share a look at the journal, if it began after the end of each of them.
func TestLooksAtTheJournalAreShared(t *testing.T) {
	began := time.Unix(1000, 0)
	for sentence, tc := range map[string]struct {
		since  time.Time
		passes time.Duration
		forget bool
		want   int
	}{
		"one that ended before the look":                {began.Add(-time.Minute), 0, false, 1},
		"one that ended when it began":                  {began, shared - 1, false, 1},
		"one that ended after it began":                 {began.Add(time.Millisecond), time.Millisecond, false, 2},
		"one that comes after a while":                  {began, shared, false, 2},
		"one that comes when the clock has gone back":   {began.Add(-time.Hour), -time.Minute, false, 2},
		"one that comes after an answer that is coming": {began, 0, true, 2},
	} {
		t.Run(sentence, func(t *testing.T) {
			var j journals
			var reads int
			clock := clocktesting.NewFakePassiveClock(began)
			look := func(since time.Time) {
				t.Helper()
				record, err := j.since(since, clock, func() (*journal.Record, error) {
					reads++
					return &journal.Record{Format: reads}, nil
				})
				if err != nil || record.Format != reads {
					t.Errorf("got %+v, %v after %d reads", record, err, reads)
				}
			}
			look(began)
			if tc.forget {
				j.forget()
			}
			clock.SetTime(began.Add(tc.passes))
			look(tc.since)
			if reads != tc.want {
				t.Errorf("the journal was read %d times, want %d", reads, tc.want)
			}
		})
	}
}

func TestAFailedLookIsNotShared(t *testing.T) {
	var j journals
	clock, broken := clocktesting.NewFakePassiveClock(time.Unix(1000, 0)), errors.New("broken")
	for _, want := range []error{broken, nil} {
		_, err := j.since(clock.Now(), clock, func() (*journal.Record, error) { return &journal.Record{}, want })
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}
