// SPDX-License-Identifier: Apache-2.0

package main

import (
	"maps"
	"testing"
	"time"
)

func TestExpiringRefusesWhatCannotBe(t *testing.T) {
	good := expiring{invitations: 10, missed: 10, each: 2, organizations: 2, within: time.Second}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for sentence, change := range map[string]func(*expiring){
		"no invitation ends":                            func(e *expiring) { e.invitations = 0 },
		"none is missed":                                func(e *expiring) { e.missed = 0 },
		"a person has none":                             func(e *expiring) { e.each = 0 },
		"a person has more than L7 allows":              func(e *expiring) { e.each, e.organizations = 21, 50 },
		"a person has two of one organization":          func(e *expiring) { e.each = 3 },
		"no two deadlines can be told one from another": func(e *expiring) { e.within = time.Millisecond },
	} {
		e := good
		change(&e)
		if e.check() == nil {
			t.Errorf("%s: %+v is taken", sentence, e)
		}
	}
}

// No invitation of the benchmark may be refused for a limit.
func TestNobodyIsInvitedTwiceByAnOrganization(t *testing.T) {
	m := &expiryMeter{settler: settler{cluster: &cluster{orgs: make([]string, 7)}}, expiring: expiring{each: 7}}
	for i := range m.orgs {
		m.orgs[i] = string(rune('a' + i))
	}
	seen := map[[2]string]bool{}
	for i := range 700 {
		invited := m.invitation(endsLed, i)
		pair := [2]string{invited.Namespace, invited.Spec.Email}
		if seen[pair] {
			t.Fatalf("invitation %d is a second one of %v (L6)", i, pair)
		}
		seen[pair] = true
	}
}

func TestOvertaken(t *testing.T) {
	at := func(seconds ...int) (all []expiry) {
		for _, s := range seconds {
			all = append(all, expiry{deadline: time.Unix(int64(s), 0)})
		}
		return all
	}
	for sentence, tc := range map[string]struct {
		all    []expiry
		wantN  int
		wantBy time.Duration
	}{
		"nothing":                             {nil, 0, 0},
		"in order":                            {at(1, 1, 2, 5), 0, 0},
		"one came too late":                   {at(1, 3, 2, 4), 1, time.Second},
		"one came first that is the last":     {at(9, 1, 2, 9), 2, 8 * time.Second},
		"backwards, each is behind the first": {at(4, 3, 2, 1), 3, 3 * time.Second},
	} {
		if n, by := overtaken(tc.all); n != tc.wantN || by != tc.wantBy {
			t.Errorf("%s: %d by %s, want %d by %s", sentence, n, by, tc.wantN, tc.wantBy)
		}
	}
}

func TestExpiryRunIsFilledFromItsExpiries(t *testing.T) {
	deadline := time.Unix(1000, 0)
	var run ExpiryRun
	var all []expiry
	for i := range 101 { // in ten seconds, each two seconds late and a bit
		all = append(all, expiry{deadline, deadline.Add(2*time.Second + time.Duration(i)*100*time.Millisecond)})
	}
	run.fill(all, func(e expiry) time.Time { return e.deadline })
	if run.P50 != 7 || run.Max != 12 || run.P99 != 11.9 || run.PerSecond != 10.1 || run.Overtaken != 0 {
		t.Errorf("got %+v", run)
	}
}

func TestRequestsEach(t *testing.T) {
	before := requests{"PUT invitations/status 200": 100, "PUT leases 200": 1}
	after := requests{"PUT invitations/status 200": 300, "PUT leases 200": 900, "GET configmaps 200": 50, "POST users 409": 0.4}
	want := map[string]float64{"PUT invitations/status 200": 2, "GET configmaps 200": 0.5}
	if got := after.each(before, 100); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
