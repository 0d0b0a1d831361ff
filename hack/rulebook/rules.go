// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/sandbox"
)

const samples = "config/samples/refused/"

const rulesHead = `# Rules

` + "`make docs`" + ` generates this page from the table in ` + "`internal/rules/rulebook.yaml`" + `. Tests compare it with everything that refuses: the code,
the schema of the kinds, the policies and the samples.

A refusal has one form: **what is wrong; what to do next [rule]**. For a limit it also says how much is used. Where somebody else has to act,
it says who. Look up the ID in the brackets here.

Kubernetes itself refuses a value of the wrong type or length, or one that is not on a list. These answers name the field and the values that
are possible, and no rule.

A number is the default. *Set by* names the field of the PlatformPolicy that changes it. A *sample* is a manifest that is refused, in
` + "[config/samples/refused](../../config/samples/refused)" + `. Its first lines say who sends it, and by which verb of kubectl.
`

// chapters are the parts of the rulebook, by the letter of their rules.
var chapters = []struct{ letter, title string }{
	{"U", "Users and identity"},
	{"O", "Organizations"},
	{"L", "Limits of one user"},
	{"E", "Editions, trial and licences"},
	{"R", "Roles and memberships"},
	{"I", "Invitations"},
	{"A", "Access URL"},
	{"F", "Default organization"},
	{"G", "Integrations"},
}

func renderRules() (string, error) {
	var b strings.Builder
	b.WriteString(rulesHead)
	answers, err := answersOfSamples()
	if err != nil {
		return "", err
	}
	for _, c := range chapters {
		fmt.Fprintf(&b, "\n## %s\n", c.title)
		for _, r := range rules.Rulebook() {
			if strings.HasPrefix(r.ID, c.letter) {
				renderRule(&b, r, answers)
			}
		}
	}
	return b.String(), nil
}

func renderRule(b *strings.Builder, r rules.Rule, answers map[string]string) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n", r.ID, r.Sentence)
	if len(r.Fields) > 0 {
		fmt.Fprintf(b, "- Set by: `%s`\n", strings.Join(r.Fields, "`, `"))
	}
	switch {
	case r.Later:
		b.WriteString("- This version does not enforce it yet.\n")
		return
	case r.Example != "":
		fmt.Fprintf(b, "- Sample: [%s](../../%s), which is answered\n  `%s`\n", r.Example, samples+r.Example, answers[r.Example])
	case r.Refused != "":
		fmt.Fprintf(b, "- Answer: `%s`\n", r.Refused)
	}
	file, sentence, _ := strings.Cut(r.Test, ": ")
	fmt.Fprintf(b, "- Test: “%s”, in `%s`\n", sentence, file)
}

// answersOfSamples are the refusals that the samples expect, by their files.
func answersOfSamples() (map[string]string, error) {
	all, err := sandbox.ReadSamples(samples)
	if err != nil {
		return nil, err
	}
	answers := map[string]string{}
	for _, s := range all {
		answers[strings.TrimPrefix(s.Path, samples)] = s.Refused
	}
	return answers, nil
}
