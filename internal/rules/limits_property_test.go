// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// The rules look once, at everything that may be; the oracle looks at every outcome. A change that the Worst outlook admits breaks nothing
// in any outcome. A change that the Best refuses breaks the same rule in all of them.
func TestLimitsInEveryOutcome(t *testing.T) {
	often(t)
	rapid.Check(t, func(t *rapid.T) {
		th := anyTheme(t)
		c, others := anyChange(t, anyScene(t, th), th)
		worst, best := limitsOf(c, others)
		others.outcomes(func(facts []rules.Fact) {
			broken := normal(c, ask(facts, said(c.before), said(c.after)).broken())
			if len(worst) == 0 && len(broken) > 0 && !goes(c, facts) {
				t.Fatalf("the worst outlook admits what breaks %v in an outcome:\n%s", broken, text(c, facts))
			}
			for rule := range best {
				if !broken[rule] && !goes(c, facts) {
					t.Fatalf("the best outlook refuses by %s what breaks %v in an outcome:\n%s", rule, broken, text(c, facts))
				}
			}
		})
	})
}

// With nothing in flight there is one answer.
func TestLimitsWhenAllIsCertain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th := anyTheme(t)
		c, others := anyChange(t, anyScene(t, th).settled(), th)
		worst, best := limitsOf(c, others)
		others.outcomes(func(facts []rules.Fact) {
			if goes(c, facts) {
				return
			}
			want := normal(c, ask(facts, said(c.before), said(c.after)).broken())
			if diff := cmp.Diff(want, worst); diff != "" {
				t.Errorf("the worst outlook (-want +got):\n%s%s", diff, text(c, facts))
			}
			if diff := cmp.Diff(worst, best); diff != "" {
				t.Errorf("the outlooks differ (-worst +best):\n%s", diff)
			}
		})
	})
}

// often asks for more cases than rapid tries by itself, unless -rapid.checks says how many, because failures are rare here.
func often(t *testing.T) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() != checks.DefValue {
		return
	}
	set := func(n string) {
		if err := checks.Value.Set(n); err != nil {
			t.Fatal(err)
		}
	}
	set("2000")
	t.Cleanup(func() { set(checks.DefValue) })
}

// settled is the scene once all that was in flight has come to nothing.
func (s scene) settled() scene {
	var certain scene
	for _, p := range s {
		if p.states = p.states[:1]; p.states[0] != nil {
			certain = append(certain, p)
		}
	}
	return certain
}

func limitsOf(c change, others scene) (worst, best set) {
	w := others.world()
	judge := func(o rules.Outlook) set {
		return normal(c, rulesOf(rules.Limits(o, c.act, said(c.before), said(c.after))))
	}
	return judge(confirmed(w)), judge(rules.Best(w))
}

func rulesOf(vs rules.Violations) set {
	s := set{}
	for _, v := range vs {
		s[v.Rule] = true
	}
	return s
}

// normal gives one name to a limit of editions that a change of an organization breaks. The super admin, who is judged as the
// organization's owner, may break it, or any other member. An invitee is not told that it is the seats (I8, U3).
func normal(c change, broken set) set {
	if _, ok := c.subject().(*v1alpha1.InvitationResponse); ok && broken["E5"] {
		delete(broken, "E5")
		broken["I8"] = true
	}
	if _, ok := c.subject().(*v1alpha1.Organization); ok {
		for _, rule := range []string{"L3", "L4", "L5"} {
			if broken[rule] {
				delete(broken, rule)
				broken["E7"] = true
			}
		}
	}
	return broken
}

// goes reports whether the organization to which the change would add something has ended: nothing can be added to it (O7).
func goes(c change, facts []rules.Fact) bool {
	accounts := tell(facts).accounts
	for _, f := range said(c.after) {
		switch f := f.(type) {
		case rules.Place:
			return accounts[f.Organization].Terminating
		case rules.Acceptance:
			return accounts[f.Organization].Terminating
		case rules.Offer:
			return accounts[f.Organization].Terminating
		case rules.Binding:
			return accounts[f.Organization].Terminating
		}
	}
	return false
}

func text(c change, facts []rules.Fact) string {
	var b strings.Builder
	for _, part := range []struct {
		name  string
		facts []rules.Fact
	}{{"others", facts}, {"before", said(c.before)}, {"after", said(c.after)}} {
		for _, f := range part.facts {
			fmt.Fprintf(&b, "%s: %T%+v\n", part.name, f, f)
		}
	}
	return b.String()
}
