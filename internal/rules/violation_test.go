// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

func expect(t *testing.T, who string, got ruling, want []string) {
	t.Helper()
	var ids []string
	for _, v := range got {
		if !slices.Contains(ids, v.Rule) {
			ids = append(ids, v.Rule)
		}
	}
	if diff := cmp.Diff(want, ids, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s refuses by other rules (-want +got):\n%s%s", who, diff, got)
	}
}

// hint finds the advice in a refusal: after a semicolon, what to do next.
var hint = regexp.MustCompile(`; [^;]+ \[[A-Z]\d{1,2}\]$`)

var ruleID = regexp.MustCompile(`^[A-Z]\d{1,2}$`)

// readable checks that every refusal of every case has what a person needs. It has words, numbers where there is a limit, and a field where
// the object is wrong. It must not have another tenant's name (U3).
func readable(t *testing.T, tc testCase, vs ruling) {
	t.Helper()
	for _, v := range vs {
		if !ruleID.MatchString(v.Rule) || len(strings.Fields(v.Message)) < 5 || strings.Contains(v.Message, "%!") {
			t.Errorf("not a sentence for people: %q", v)
		}
		if !hint.MatchString(v.String()) {
			t.Errorf("does not say what to do next: %q", v)
		}
		if (v.Kind == rules.KindAgain) != strings.HasSuffix(v.Message, "; try again") {
			t.Errorf("is answered as %s: %q", v.Kind, v)
		}
		if (v.Kind == rules.KindLimit) != (v.Limit > 0) || v.Kind == rules.KindLimit && v.Used < v.Limit {
			t.Errorf("used and limit do not go with %s: %d of %d", v.Kind, v.Used, v.Limit)
		}
		if (v.Kind == rules.KindInvalid) != (v.Field != "") {
			t.Errorf("a field goes with what is invalid, and with nothing else: %q", v)
		}
	}
	for _, part := range tc.wantText {
		if !strings.Contains(vs.String(), part) {
			t.Errorf("%q is not in %q", part, vs)
		}
	}
	for _, name := range secrets(t, tc) {
		if strings.Contains(vs.String(), name) {
			t.Errorf("U3: %q names %s, of which the actor knows nothing", vs, name)
		}
	}
}

// secrets are the organizations about which the actor may learn nothing. They are not the organization of the request, none that the
// request names, and none of the actor's own.
func secrets(t *testing.T, tc testCase) []string {
	t.Helper()
	actor, subject := tc.change.act.Actor, tc.change.subject()
	if actor.Platform {
		return nil
	}
	request, err := json.Marshal(subject)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(tc.world.organizations(), func(name string) bool {
		return name == facts.OrganizationOf(subject.GetNamespace()) || strings.Contains(string(request), name) || tc.world.knows(actor.Email, name)
	})
}

func TestViolationText(t *testing.T) {
	for sentence, tc := range map[string]struct {
		violations rules.Violations
		want       string
	}{
		"nothing is said where nothing is wrong": {nil, ""},
		"a refusal cites its rule": {
			rules.Violations{{Rule: "R5", Kind: rules.KindForbidden, Message: "create an Invitation instead"}},
			"create an Invitation instead [R5]",
		},
		"a limit says how much is used, of how much": {
			rules.Violations{{Rule: "L1", Kind: rules.KindLimit, Message: "no room", Used: 10, Limit: 10}},
			"no room (used 10 of 10) [L1]",
		},
		"an invalid object has its field": {
			rules.Violations{{Rule: "A2", Kind: rules.KindInvalid, Field: "spec.accessURL", Message: "not free"}},
			"spec.accessURL: not free [A2]",
		},
		"several reasons are all given": {
			rules.Violations{{Rule: "A3", Message: "one"}, {Rule: "R4", Message: "two"}},
			"one [A3]; two [R4]",
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.violations.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAgain(t *testing.T) {
	patience, final := rules.Violation{Kind: rules.KindAgain}, rules.Violation{Kind: rules.KindForbidden}
	wrong, full := rules.Violation{Kind: rules.KindInvalid}, rules.Violation{Kind: rules.KindLimit}
	for sentence, tc := range map[string]struct {
		of   rules.Violations
		want bool
	}{
		"a violation of kind Again may be asked for again": {rules.Violations{patience}, true},
		"also beside a limit":                              {rules.Violations{full, patience}, true},
		"but not beside what is forbidden":                 {rules.Violations{patience, final}, false},
		"nor beside what is invalid":                       {rules.Violations{wrong, patience}, false},
		"nothing asks for nothing":                         {nil, false},
	} {
		if got := tc.of.Again(); got != tc.want {
			t.Errorf("%s: got %t", sentence, got)
		}
	}
}
