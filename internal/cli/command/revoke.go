// SPDX-License-Identifier: Apache-2.0

package command

import (
	"github.com/spf13/cobra"

	"github.com/polyorg/polyorg/internal/cli/session"
)

func newRevoke(s *session.Session) *cobra.Command {
	i := &sent{acting: newActing(s)}
	return i.command(&cobra.Command{
		Use:   "revoke EMAIL...",
		Short: "Take pending invitations back",
		Long: `End the pending invitations of some addresses at once, with the links in their e-mails. Their
seats are free again.`,
		Example: `  kubectl polyorg revoke bob@zylker.com`,
	}, func() string { return `{"spec":{"revoked":true}}` }, "The invitation of %s to %s is revoked.")
}
