// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
)

// sent is about invitations that an organization has sent.
type sent struct {
	acting
	organization string
}

// command makes a command that does something with the pending invitation of each address.
func (i *sent) command(cmd *cobra.Command, patch func() string, done string) *cobra.Command {
	cmd.Args = between(1, -1, "EMAIL")
	cmd.ValidArgsFunction = func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return invited(i.Session, &i.organization)(cmd), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for _, email := range args {
			if err := i.run(cmd.Context(), email, patch(), done); err != nil {
				return err
			}
		}
		return nil
	}
	addOrganization(cmd, i.Session, &i.organization)
	return i.addAct(cmd, false)
}

func (i *sent) run(ctx context.Context, email, patch, done string) error {
	how, err := i.how()
	if err != nil {
		return err
	}
	organization, err := i.Organization(ctx, i.organization)
	if err != nil {
		return err
	}
	pending, err := i.pending(ctx, organization, email)
	if err != nil {
		return err
	}
	if err := i.Patch(ctx, pending, []byte(patch), how); err != nil {
		return err
	}
	return i.done(how, pending, done, email, organization)
}

// pending is the invitation of an address that can still be answered. There is at most one.
func (i *sent) pending(ctx context.Context, organization, email string) (*v1alpha1.Invitation, error) {
	c, err := i.Client()
	if err != nil {
		return nil, err
	}
	var list v1alpha1.InvitationList
	if err := c.List(ctx, &list, client.InNamespace(session.NamespaceOf(organization)), client.MatchingFields{"spec.email": email}); err != nil {
		return nil, err
	}
	last := ""
	for n := range list.Items {
		if isPending(&list.Items[n]) {
			return &list.Items[n], nil
		}
		last = fmt.Sprintf("; the last one is %s", list.Items[n].Status.State)
	}
	return nil, plain.Missing("%s has no pending invitation from %s%s", email, organization, last)
}

// isPending: one that the operator has not looked at yet is pending too.
func isPending(i *v1alpha1.Invitation) bool {
	return (i.Status.State == "" || i.Status.State == v1alpha1.InvitationPending) && !i.Spec.Revoked
}
