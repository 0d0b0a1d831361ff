// SPDX-License-Identifier: Apache-2.0

package command

import (
	"github.com/spf13/cobra"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/session"
)

func newSubscribe(s *session.Session) *cobra.Command {
	c := &changing{acting: newActing(s)}
	var licenses int32
	cmd := &cobra.Command{
		Use:   "subscribe EDITION",
		Short: "Buy an edition and licences",
		Long: `Subscribe an organization to an edition, or change its subscription. Each active member and each
pending invitation takes one licence. An organization whose trial has ended is in service again. Only the
platform renews a subscription that has ended, or resumes an organization that it suspends.`,
		Example: `  kubectl polyorg subscribe Enterprise --licenses 25`,
		Args:    arguments(1, "EDITION"),
		ValidArgsFunction: fixed(v1alpha1.EditionStandard, v1alpha1.EditionProfessional, v1alpha1.EditionEnterprise, v1alpha1.EditionUltimate,
			v1alpha1.EditionCRMPlus, v1alpha1.EditionZohoOne),
		RunE: func(cmd *cobra.Command, args []string) error {
			subscription := map[string]any{"edition": args[0], "licenses": licenses}
			return c.apply(cmd.Context(), map[string]any{"subscription": subscription}, "subscribed to %s with %d licences.", args[0], licenses)
		},
	}
	cmd.Flags().Int32Var(&licenses, "licenses", 0, "The number of licences.")
	_ = cmd.MarkFlagRequired("licenses")
	addOrganization(cmd, s, &c.organization)
	return c.addAct(cmd, true)
}
