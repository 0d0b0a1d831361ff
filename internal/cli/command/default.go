// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"

	"github.com/spf13/cobra"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/session"
)

func newDefault(s *session.Session) *cobra.Command {
	a := &acting{asking: asking{Session: s}}
	cmd := &cobra.Command{
		Use:               "default [ORGANIZATION]",
		Short:             "Show or choose your default organization",
		Long:              `Choose one of your active organizations as your default. Without a name, show the present one.`,
		Example:           `  kubectl polyorg default zylker-services`,
		Args:              between(0, 1),
		ValidArgsFunction: first(organizations(s)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return showDefault(cmd.Context(), s)
			}
			return a.choose(cmd.Context(), args[0])
		},
	}
	return a.addAct(cmd, true)
}

func showDefault(ctx context.Context, s *session.Session) error {
	r, err := s.Review(ctx, v1alpha1.SelfReviewSpec{})
	if err != nil {
		return err
	}
	switch {
	case r.Status.DefaultOrganization != "":
		s.Say("%s", r.Status.DefaultOrganization)
	case r.Status.ChoiceDue:
		s.Say("Your default organization is gone. Choose another: kubectl polyorg default NAME")
	default:
		s.Say("You have no organization yet.")
	}
	return nil
}

func (a *acting) choose(ctx context.Context, organization string) error {
	how, err := a.how()
	if err != nil {
		return err
	}
	chosen := func(s v1alpha1.SelfReviewStatus) bool { return s.DefaultOrganization == organization }
	r, err := a.Request(ctx, organization, v1alpha1.RequestChooseDefault, nil, chosen, how)
	if err != nil {
		return err
	}
	return a.done(how, r, "Your default organization is %s.", organization)
}
