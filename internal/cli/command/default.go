// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/cli/show"
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
				return a.show(cmd.Context())
			}
			return a.choose(cmd.Context(), args[0])
		},
	}
	return a.addAct(cmd, true)
}

func (a *acting) show(ctx context.Context) error {
	r, err := a.Review(ctx, v1alpha1.SelfReviewSpec{})
	if err != nil {
		return err
	}
	switch {
	case !a.ForPeople():
		return a.Print(a.Out, only(r), named(r.Status)...)
	case r.Status.DefaultOrganization != "":
		a.Say("%s", r.Status.DefaultOrganization)
	case r.Status.ChoiceDue:
		a.Say("Your default organization is gone. %s", show.Choice(r.Status))
	default:
		a.Say("You have no organization yet.")
	}
	return nil
}

// only leaves of a review what it says about the default organization.
func only(r *v1alpha1.SelfReview) *v1alpha1.SelfReview {
	is := r.Status.DefaultOrganization
	r.Status = v1alpha1.SelfReviewStatus{User: r.Status.User, DefaultOrganization: is, ChoiceDue: r.Status.ChoiceDue,
		Organizations: slices.DeleteFunc(r.Status.Organizations, func(o v1alpha1.ReviewedOrganization) bool { return o.Name != is })}
	return r
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
