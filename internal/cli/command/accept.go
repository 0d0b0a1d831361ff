// SPDX-License-Identifier: Apache-2.0

package command

import (
	"github.com/spf13/cobra"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/session"
)

func newAccept(s *session.Session) *cobra.Command {
	a := &answer{acting: newActing(s), decision: v1alpha1.DecisionAccept}
	return a.command(&cobra.Command{
		Use:   "accept [ORGANIZATION]",
		Short: "Accept an invitation",
		Long: `Accept the invitation of an organization. "kubectl polyorg list" shows what each invitation offers
and who invites. An invitation that is only in an e-mail is accepted with the token from that
e-mail.`,
		Example: `  kubectl polyorg accept zylker-products
  kubectl polyorg accept --mail-token < token.txt`,
	})
}
