// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/spf13/cobra"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/cli/show"
)

type showing struct{ asking }

func newShow(s *session.Session) *cobra.Command {
	o := &showing{asking{Session: s}}
	cmd := &cobra.Command{
		Use:   "show [ORGANIZATION]",
		Short: "Show one organization",
		Long: `Show an organization. Its administrators and the platform team see all of it, with -o yaml as the
Organization itself. Other members see what the list says of it.`,
		Example: `  kubectl polyorg show zylker-products
  kubectl polyorg show zylker-products -o yaml`,
		Args:              between(0, 1),
		ValidArgsFunction: first(organizations(s)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), append(args, "")[0])
		},
	}
	return o.add(cmd)
}

func (o *showing) run(ctx context.Context, organization string) error {
	organization, err := o.Organization(ctx, organization)
	if err != nil {
		return err
	}
	r, err := o.Review(ctx, v1alpha1.SelfReviewSpec{Organization: organization})
	if plain.CodeOf(err) == plain.Refused {
		return o.unreviewed(ctx, organization)
	}
	if err != nil {
		return err
	}
	if r.Status.Organization == nil {
		return plain.Missing("there is no organization %q", organization)
	}
	org := &v1alpha1.Organization{}
	if err := json.Unmarshal(r.Status.Organization.Raw, org); err != nil {
		return err
	}
	return o.tell(org)
}

func (o *showing) tell(org *v1alpha1.Organization) error {
	if !o.ForPeople() {
		return o.Print(o.Out, org)
	}
	return show.Organization(o.Out, org)
}

// unreviewed shows an organization to somebody who does not administer it. RBAC may give them the Organization, as it does to the platform.
func (o *showing) unreviewed(ctx context.Context, organization string) error {
	org, err := o.Read(ctx, organization)
	switch {
	case err == nil:
		return o.tell(org)
	case plain.IsWithoutRight(err):
		return o.listed(ctx, organization)
	}
	return err
}

// listed shows what a member who is no administrator may know.
func (o *showing) listed(ctx context.Context, organization string) error {
	r, err := o.Review(ctx, v1alpha1.SelfReviewSpec{})
	if err != nil {
		return err
	}
	r.Status = v1alpha1.SelfReviewStatus{User: r.Status.User, Organizations: slices.DeleteFunc(r.Status.Organizations,
		func(of v1alpha1.ReviewedOrganization) bool { return of.Name != organization })}
	switch {
	case len(r.Status.Organizations) == 0:
		return plain.Missing("you belong to no organization %q; yours are in: kubectl polyorg list", organization)
	case o.ForPeople():
		return show.Member(o.Out, r.Status.Organizations[0])
	}
	return o.Print(o.Out, r, named(r.Status)...)
}
