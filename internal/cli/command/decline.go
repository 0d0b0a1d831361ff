// SPDX-License-Identifier: Apache-2.0

package command

import (
	"github.com/spf13/cobra"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/session"
)

func newDecline(s *session.Session) *cobra.Command {
	a := &answer{acting: newActing(s), decision: v1alpha1.DecisionDecline}
	return a.command(&cobra.Command{
		Use:   "decline [ORGANIZATION]",
		Short: "Decline an invitation",
		Long: `Decline the invitation of an organization. It ends at once; the organization can send you a new
one.`,
		Example: `  kubectl polyorg decline zylker-services`,
	})
}
