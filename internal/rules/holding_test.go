// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"strings"
	"testing"
)

func TestHeld(t *testing.T) {
	const base = "crm.example.com"
	for sentence, tc := range map[string]struct{ wanted, former, free, want string }{
		"A1 a new organization holds what it wants":             {"a.crm.example.com", "", "a.crm.example.com", "a.crm.example.com"},
		"A1 and its custom domain":                              {"a.crm.example.com a.org", "", "a.crm.example.com a.org", "a.crm.example.com a.org"},
		"A2 it holds nothing that is another's":                 {"a.crm.example.com", "", "", ""},
		"A6 a rename gives up the former host":                  {"b.crm.example.com", "a.crm.example.com", "a.crm.example.com b.crm.example.com", "b.crm.example.com"},
		"A6 the former host stays while the new one is taken":   {"b.crm.example.com", "a.crm.example.com", "a.crm.example.com", "a.crm.example.com"},
		"A2 unless it is another's too":                         {"b.crm.example.com", "a.crm.example.com", "", ""},
		"A6 a second rename gives up both":                      {"c.crm.example.com", "a.crm.example.com b.crm.example.com", "a.crm.example.com b.crm.example.com c.crm.example.com", "c.crm.example.com"},
		"A6 a rename back gives up the other":                   {"a.crm.example.com", "a.crm.example.com b.crm.example.com", "a.crm.example.com b.crm.example.com", "a.crm.example.com"},
		"A8 a custom domain stays while the next one is taken":  {"a.crm.example.com b.org", "a.crm.example.com a.org", "a.crm.example.com a.org", "a.crm.example.com a.org"},
		"A8 a custom domain goes when the next one is held":     {"a.crm.example.com b.org", "a.crm.example.com a.org", "a.crm.example.com a.org b.org", "a.crm.example.com b.org"},
		"A8 a custom domain goes when none is wanted":           {"a.crm.example.com", "a.crm.example.com a.org", "a.crm.example.com a.org", "a.crm.example.com"},
		"A8 a custom domain does not replace a name":            {"b.crm.example.com a.org", "a.crm.example.com", "a.crm.example.com a.org", "a.org a.crm.example.com"},
		"A1 a host of another base domain goes with the change": {"a.crm.example.com", "a.crm.old.example", "a.crm.example.com a.crm.old.example", "a.crm.example.com"},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := Held(strings.Fields(tc.wanted), strings.Fields(tc.former), strings.Fields(tc.free), base)
			if want := strings.Fields(tc.want); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
