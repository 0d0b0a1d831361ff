// SPDX-License-Identifier: Apache-2.0

package command

import (
	"github.com/spf13/cobra"

	"github.com/polyorg/polyorg/internal/cli/session"
)

// addOrganization adds the flag that says in which organization a command acts.
func addOrganization(cmd *cobra.Command, s *session.Session, organization *string) {
	cmd.Flags().StringVar(organization, "organization", "", `The organization. Without it: that of the namespace, which "use" chooses, or else your default one.`)
	_ = cmd.RegisterFlagCompletionFunc("organization", func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return organizations(s)(cmd), cobra.ShellCompDirectiveNoFileComp
	})
}
