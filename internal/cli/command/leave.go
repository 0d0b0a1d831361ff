// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"slices"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
)

func newLeave(s *session.Session) *cobra.Command {
	a := &acting{asking: asking{Session: s}}
	cmd := &cobra.Command{
		Use:   "leave ORGANIZATION",
		Short: "Leave an organization",
		Long: `End your own membership of an organization. You can leave while your membership or the
organization is suspended. The super admin transfers the organization first.`,
		Example:           `  kubectl polyorg leave zylker-services`,
		Args:              arguments(1, "ORGANIZATION"),
		ValidArgsFunction: first(organizations(s)),
		RunE:              func(cmd *cobra.Command, args []string) error { return a.leave(cmd.Context(), args[0]) },
	}
	return a.addAct(cmd, true)
}

func (a *acting) leave(ctx context.Context, organization string) error {
	how, err := a.how()
	if err != nil {
		return err
	}
	m, err := a.endMembership(ctx, organization, how)
	by, err := a.OrByRequest(m, err, func() (*v1alpha1.OrganizationRequest, error) {
		return a.Request(ctx, organization, v1alpha1.RequestLeave, nil, nil, how)
	})
	if err != nil {
		return err
	}
	return a.done(how, by, "You left %s.", organization)
}

// endMembership deletes the person's own membership, as their role in the organization's namespace lets them.
func (a *acting) endMembership(ctx context.Context, organization string, how session.Acting) (*v1alpha1.Membership, error) {
	r, err := a.Review(ctx, v1alpha1.SelfReviewSpec{})
	if err != nil {
		return nil, err
	}
	c, err := a.Client()
	if err != nil {
		return nil, err
	}
	var own v1alpha1.MembershipList
	err = c.List(ctx, &own, client.InNamespace(session.NamespaceOf(organization)), client.MatchingFields{"spec.user": r.Status.User})
	switch {
	case err != nil:
		return nil, err
	case len(own.Items) == 0:
		return nil, plain.Missing("you are no member of %s", organization)
	}
	m := &own.Items[0]
	if err := a.Delete(ctx, m, how); err != nil {
		return nil, err
	}
	return m, a.Await(ctx, m, left(organization), how)
}

// left reports whether a review shows that the person does not belong to an organization.
func left(organization string) session.Done {
	return func(s v1alpha1.SelfReviewStatus) bool {
		return !slices.ContainsFunc(s.Organizations, func(o v1alpha1.ReviewedOrganization) bool { return o.Name == organization })
	}
}
