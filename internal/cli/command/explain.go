// SPDX-License-Identifier: Apache-2.0

package command

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/cli/show"
)

type explain struct{ asking }

func newExplain(s *session.Session) *cobra.Command {
	e := &explain{asking{Session: s}}
	cmd := &cobra.Command{
		Use:   "explain RULE-ID",
		Short: "Explain a rule",
		Long: `Explain the rule that a refusal names at its end, in brackets. It says what the rule is, which number of the
PlatformPolicy it has, and an example that it refuses. No cluster is asked.`,
		Example: `  kubectl polyorg explain L1`,
		Args:    arguments(1, "RULE-ID"),
		ValidArgsFunction: first(func(*cobra.Command) (ids []cobra.Completion) {
			for _, r := range rulebook() {
				ids = append(ids, cobra.CompletionWithDesc(r.ID, r.Sentence))
			}
			return ids
		}),
		RunE: func(_ *cobra.Command, args []string) error { return e.run(args[0]) },
	}
	return e.add(cmd)
}

func (e *explain) run(id string) error {
	id = strings.ToUpper(strings.Trim(id, "[]"))
	for _, r := range rulebook() {
		if r.ID != id {
			continue
		}
		if e.ForPeople() {
			return show.Rule(e.Out, r)
		}
		return e.PrintReport(e.Out, "Rule", r)
	}
	return plain.Missing("there is no rule %q; a rule's ID is a letter and a number, for example L1", id)
}
