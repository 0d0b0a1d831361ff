// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
)

func TestShare(t *testing.T) {
	all := crowd(0, 1001)
	for sentence, tc := range map[string]struct {
		have   shares
		people []string
		want   shares
	}{
		"no people need no binding":                  {nil, nil, shares{}},
		"one person needs one":                       {nil, all[:1], shares{0: all[:1]}},
		"a full one is one":                          {nil, all[:500], shares{0: all[:500]}},
		"one person more needs another":              {nil, all[:501], shares{0: all[:500], 1: all[500:501]}},
		"and so on, up to the largest organization":  {nil, all, shares{0: all[:500], 1: all[500:1000], 2: all[1000:]}},
		"a person who leaves moves nobody":           {shares{0: all[:500], 1: all[500:502]}, all[1:502], shares{0: all[1:500], 1: all[500:502]}},
		"a new person takes the first gap":           {shares{0: all[1:500], 1: all[500:502]}, all[:502], shares{0: all[:500], 1: all[500:502]}},
		"a binding ends with its last person":        {shares{0: all[:2], 1: all[2:3]}, all[:2], shares{0: all[:2]}},
		"also if that is the first binding":          {shares{0: all[:2], 1: all[2:3]}, all[2:3], shares{1: all[2:3]}},
		"a person in two bindings stays in one":      {shares{0: all[:2], 1: all[1:3]}, all[:3], shares{0: all[:2], 1: all[2:3]}},
		"a person twice in one binding stays once":   {shares{0: {all[0], all[0]}}, all[:1], shares{0: all[:1]}},
		"a binding with too many people is relieved": {shares{0: all[:502]}, all[:502], shares{0: all[:500], 1: all[500:502]}},
		"people are sorted":                          {shares{0: {all[2], all[0]}}, all[:3], shares{0: all[:3]}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, share(tc.have, tc.people)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Members come and go: each is always named once, no binding names too many, and one change writes to one binding.
func TestShareThroughTheYears(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.IntRange(0, 1600).Draw(t, "members at first")
		have := share(nil, crowd(0, first))
		there := map[string]bool{}
		for _, p := range crowd(0, first) {
			there[p] = true
		}
		peak := first
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			before := maps.Clone(there)
			from := rapid.IntRange(0, 2000).Draw(t, "from")
			for _, p := range crowd(from, from+rapid.SampledFrom([]int{1, 1, 1, 7, 400, 1200}).Draw(t, "how many")) {
				if there[p] {
					delete(there, p)
				} else {
					there[p] = true
				}
			}
			peak = max(peak, len(there))
			people := slices.Collect(maps.Keys(there))
			now := share(have, people)
			insistWhole(t, now, there, peak)
			if again := share(now, people); !cmp.Equal(now, again) {
				t.Fatal("what is as it should be is changed")
			}
			if n := rewritten(have, now); n > 1 && changes(before, there) == 1 {
				t.Fatalf("%d bindings change for one person", n)
			}
			have = now
		}
	})
}

// Somebody else changes the bindings. The next look at them mends that.
func TestShareOfWhatStandsAnyhow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		have := shares{}
		for n := range rapid.IntRange(0, 4).Draw(t, "bindings") {
			from := rapid.IntRange(0, 900).Draw(t, "from")
			have[n*n] = crowd(from, from+rapid.IntRange(0, 700).Draw(t, "people"))
		}
		there := map[string]bool{}
		for _, p := range crowd(100, 100+rapid.IntRange(0, 1500).Draw(t, "members")) {
			there[p] = true
		}
		insistWhole(t, share(have, slices.Collect(maps.Keys(there))), there, 9*chunk)
	})
}

func insistWhole(t *rapid.T, s shares, people map[string]bool, peak int) {
	named := map[string]bool{}
	for n, some := range s {
		if len(some) == 0 || len(some) > chunk || !slices.IsSorted(some) || n*chunk > peak {
			t.Fatalf("binding %d names %d people, of at most %d there ever were", n, len(some), peak)
		}
		for _, p := range some {
			if named[p] || !people[p] {
				t.Fatalf("%s is named twice, or is no member", p)
			}
			named[p] = true
		}
	}
	if len(named) != len(people) {
		t.Fatalf("%d of %d members are named", len(named), len(people))
	}
}

func rewritten(was, is shares) int {
	n := 0
	for i := range 64 {
		if !slices.Equal(was[i], is[i]) {
			n++
		}
	}
	return n
}

func changes(was, is map[string]bool) int {
	n := 0
	for p := range was {
		if !is[p] {
			n++
		}
	}
	return n + len(is) - (len(was) - n)
}

// crowd are people in the order of their names.
func crowd(from, to int) []string {
	var people []string
	for i := from; i < to; i++ {
		people = append(people, fmt.Sprintf("p%05d@zylker.com", i))
	}
	return people
}

func TestSharesOf(t *testing.T) {
	binding := func(name string, people ...string) rbacv1.RoleBinding {
		b := rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name}}
		for _, p := range people {
			b.Subjects = append(b.Subjects, rbacv1.Subject{Kind: rbacv1.UserKind, Name: p})
		}
		return b
	}
	got := sharesOf(memberRole, []rbacv1.RoleBinding{
		binding(memberRole+"-0", "alice", "bob"), binding(memberRole+"-12", "carol"), binding(memberRole + "-3"),
		binding(adminRole+"-0", "dave"), binding(memberRole+"-01", "eve"), binding(memberRole+"--1", "mallory"), binding(memberRole, "trent"),
	})
	if diff := cmp.Diff(shares{0: {"alice", "bob"}, 12: {"carol"}}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
