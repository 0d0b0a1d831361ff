// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// In every time zone of the operator, a day has 24 hours and a date is UTC's, even over the nights on which clocks change.
func TestDaysAreCountedInUTC(t *testing.T) {
	const day = 24 * time.Hour
	for _, name := range []string{"UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia"} {
		for _, night := range []string{"2026-03-07T23:30:00Z", "2026-03-28T23:30:00Z", "2026-10-24T23:30:00Z", "2026-10-31T23:30:00Z"} {
			t.Run(name+" "+night, func(t *testing.T) {
				operatorRunsIn(t, name)
				born, err := time.Parse(time.RFC3339, night)
				if err != nil {
					t.Fatal(err)
				}
				born = born.Local()
				p := rules.DefaultPolicy
				account := rules.Account{CreatedAt: born.Unix(), Edition: v1alpha1.EditionEnterprise}
				for what, end := range map[string]struct {
					is   time.Time
					days int
				}{
					"E2: a trial":                    {account.TrialEnd(p), 15},
					"E3: its warning":                {born.Add(account.UntilNews(p, born)), 12},
					"I1: an invitation":              {rules.Offer{CreatedAt: born.Unix()}.Deadline(p), 7},
					"A6: the reservation of a host":  {p.ReservationEnd(born), 30},
					"A7: one of a day more":          {p.ReservationEnd(born.Add(day)), 31},
					"A7: one that begins in between": {p.ReservationEnd(born.Add(999 * time.Millisecond)), 30},
				} {
					if got := end.is.Sub(born); got != time.Duration(end.days)*day {
						t.Errorf("%s ends after %s, want %d days", what, got, end.days)
					}
				}
			})
		}
	}
}

// Messages have UTC's date.
func TestDatesAreTold(t *testing.T) {
	operatorRunsIn(t, "Pacific/Apia")
	zylker := org("zylker", john)
	w := world{}.with(zylker)
	act := rules.Act{Actor: user(john), Now: now.Add(11 * 24 * time.Hour).Local(), BaseDomain: baseDomain}
	texts := rules.Warnings(rules.Best(w), act, "zylker", nil)
	if len(texts) != 1 || !strings.Contains(texts[0], "2026-03-16T12:00:00Z") {
		t.Errorf("got %q", texts)
	}
}

// operatorRunsIn makes another time zone the machine's, until the test is over.
func operatorRunsIn(t *testing.T, name string) {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	was := time.Local
	time.Local = zone
	t.Cleanup(func() { time.Local = was })
}
