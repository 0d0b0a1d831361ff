// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"testing"
	"time"

	"github.com/polyorg/polyorg/internal/rules"
)

func TestMailingRefusesWhatMeasuresNothing(t *testing.T) {
	good := mailing{single: 1, applied: 1, burst: 1, paced: rules.AtOnce(defaultRate()) + 1, organizations: 1, takes: time.Millisecond}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for sentence, change := range map[string]func(*mailing){
		"no single invitation":               func(m *mailing) { m.single = 0 },
		"no burst":                           func(m *mailing) { m.burst = 0 },
		"no organization":                    func(m *mailing) { m.organizations = 0 },
		"a slow mail server that is not":     func(m *mailing) { m.takes = 0 },
		"no more than may leave in a moment": func(m *mailing) { m.paced = rules.AtOnce(defaultRate()) },
	} {
		m := good
		change(&m)
		if m.check() == nil {
			t.Errorf("%s: %+v is taken", sentence, m)
		}
	}
}

func TestPaceOf(t *testing.T) {
	began := time.Unix(1000, 0)
	times := func(atOnce int, then ...time.Duration) (all []time.Time) {
		for range atOnce {
			all = append(all, began)
		}
		for _, d := range then {
			all = append(all, began.Add(d))
		}
		return all
	}
	for sentence, tc := range map[string]struct {
		at                   []time.Time
		wantPerMinute, ahead float64
	}{
		"as many at once as may, then one a second": {times(10, time.Second, 2*time.Second, 3*time.Second), 60, 0},
		"the times come in any order":               {times(10, 3*time.Second, time.Second, 2*time.Second), 60, 0},
		"one more at once":                          {times(11, time.Second), 120, 1},
		"slower":                                    {times(10, 2*time.Second, 4*time.Second), 30, 0},
	} {
		p := paceOf(tc.at, 60)
		near := func(got, want float64) bool { return math.Abs(got-want) < 1e-6 }
		if !near(p.PerMinute, tc.wantPerMinute) || !near(p.Ahead, tc.ahead) || p.Invitations != len(tc.at) {
			t.Errorf("%s: got %+v", sentence, p)
		}
	}
}

func TestStagesAddUp(t *testing.T) {
	trips := []trip{{1 * time.Millisecond, 2 * time.Millisecond, 3 * time.Millisecond, 4 * time.Millisecond}}
	if s := summarizeTrips("one", trips); s.P50 != 10 || s.Invitations != 1 {
		t.Errorf("got %+v", s)
	}
	all := summarizeStages(trips)
	if len(all) != len(stages) || all[0].P50 != 1 || all[3].P99 != 4 {
		t.Errorf("got %+v", all)
	}
}

// A real mail server counts what a client hands to it, and a Message-ID that comes twice.
func TestOffice(t *testing.T) {
	o, err := openOffice(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if perSecond, err := o.capacity(t.Context(), 3); err != nil || perSecond <= 0 {
		t.Fatalf("%f a second: %v", perSecond, err)
	}
	o.delay(20 * time.Millisecond)
	if perSecond, err := o.capacity(t.Context(), 3); err != nil || perSecond > 50 {
		t.Errorf("a mail server that takes 20 ms takes %f messages a second: %v", perSecond, err)
	}
	for range 2 {
		if err := o.hand(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	if messages, distinct, err := o.empty(); err != nil || messages != 2 || distinct != 1 {
		t.Errorf("%d messages with %d Message-IDs: %v", messages, distinct, err)
	}
	if len(o.taken) != 0 || len(o.Messages()) != 0 {
		t.Error("the office is not empty")
	}
}
