// SPDX-License-Identifier: Apache-2.0

package command

import (
	"github.com/spf13/cobra"

	"github.com/polyorg/polyorg/internal/cli/session"
)

func newTransfer(s *session.Session) *cobra.Command {
	c := &changing{acting: newActing(s)}
	cmd := &cobra.Command{
		Use:   "transfer EMAIL",
		Short: "Make an administrator the super admin in your place",
		Long: `Transfer the super-admin role of an organization to one of its administrators. You become an
administrator.`,
		Example:           `  kubectl polyorg transfer mary@zylker.com --organization zylker-products`,
		Args:              arguments(1, "EMAIL"),
		ValidArgsFunction: first(members(s, &c.organization)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.apply(cmd.Context(), map[string]any{"superAdmin": args[0]}, "%s is the super admin.", args[0])
		},
	}
	addOrganization(cmd, s, &c.organization)
	return c.addAct(cmd, true)
}
