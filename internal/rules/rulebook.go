// SPDX-License-Identifier: Apache-2.0

package rules

import (
	_ "embed"
	"sync"

	"sigs.k8s.io/yaml"
)

//go:embed rulebook.yaml
var rulebookYAML []byte

// A Rule is one line of the rulebook, as people read it. A refusal ends in its ID.
type Rule struct {
	ID string `json:"id"`
	// Title is the rule in a few words, Sentence what it says. A number in it is the default.
	Title    string `json:"title"`
	Sentence string `json:"sentence"`
	// Fields of the PlatformPolicy hold its numbers and choices.
	Fields []string `json:"fields,omitempty"`
	// Example is a file of config/samples/refused that it refuses. Refused is an answer by it where there is no such file. A rule without
	// both refuses nothing by itself.
	Example string `json:"example,omitempty"`
	Refused string `json:"refused,omitempty"`
	// Test is the case that holds it: a file, and a sentence in it.
	Test string `json:"test,omitempty"`
	// Later says that this version does not enforce it yet.
	Later bool `json:"later,omitempty"`
}

// Rulebook is every rule, in the order of the rulebook.
var Rulebook = sync.OnceValue(func() (all []Rule) {
	if err := yaml.UnmarshalStrict(rulebookYAML, &all); err != nil {
		panic(err) // embedded: a test reads it
	}
	return all
})

// RuleOf finds a rule by its ID.
func RuleOf(id string) (Rule, bool) {
	for _, r := range Rulebook() {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}
