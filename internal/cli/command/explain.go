// SPDX-License-Identifier: Apache-2.0

package command

import (
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/polyorg/polyorg/config/samples"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/cli/show"
	"github.com/polyorg/polyorg/internal/rules"
)

type explain struct{ asking }

func newExplain(s *session.Session) *cobra.Command {
	e := &explain{asking{Session: s}}
	cmd := &cobra.Command{
		Use:   "explain RULE-ID",
		Short: "Explain a rule",
		Long: `Explain the rule that a refusal names at its end, in brackets. It says what the rule is, which
number of the PlatformPolicy it has, and an example that it refuses. No cluster is asked.`,
		Example: `  kubectl polyorg explain L1`,
		Args:    arguments(1, "RULE-ID"),
		ValidArgsFunction: first(func(*cobra.Command) (ids []cobra.Completion) {
			for _, r := range rules.Rulebook() {
				ids = append(ids, cobra.CompletionWithDesc(r.ID, r.Title))
			}
			return ids
		}),
		RunE: func(_ *cobra.Command, args []string) error { return e.run(args[0]) },
	}
	return e.add(cmd)
}

func (e *explain) run(id string) error {
	r, known := rules.RuleOf(strings.ToUpper(strings.Trim(id, "[]")))
	if !known {
		return plain.Missing("there is no rule %q; a rule's ID is a letter and a number, for example L1", id)
	}
	explained, err := explanation(r)
	switch {
	case err != nil:
		return err
	case e.ForPeople():
		return show.Rule(e.Out, explained)
	}
	return e.PrintReport(e.Out, "Rule", explained)
}

// explanation has the sample itself instead of its file's name, and no test: a person with the plug-in alone does not have the project.
func explanation(r rules.Rule) (show.Explanation, error) {
	explained := show.Explanation{Rule: r}
	explained.Test, explained.Example = "", ""
	if r.Example == "" {
		return explained, nil
	}
	sample, err := samples.Refused.ReadFile(path.Join("refused", r.Example))
	explained.Sample = string(sample)
	return explained, err
}
