// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/rules"
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
		if len(args) == 1 {
			return i.run(cmd.Context(), args[0], patch(), done)
		}
		return i.each(cmd.Context(), args, func(email string) error { return i.run(cmd.Context(), email, patch(), done) })
	}
	addOrganization(cmd, i.Session, &i.organization)
	return i.addAct(cmd, false)
}

// each calls do with every address, and prints the errors. Only an interrupt stops it.
func (i *sent) each(ctx context.Context, emails []string, do func(email string) error) error {
	done := 0
	for _, email := range emails {
		if ctx.Err() != nil {
			break
		}
		if err := do(email); err != nil {
			fmt.Fprintf(i.ErrOut, "%s: %s\n", email, plain.Text(err))
			continue
		}
		done++
	}
	if done < len(emails) {
		return &plain.Error{Code: plain.Partly, Message: fmt.Sprintf("done for %d of %d addresses", done, len(emails))}
	}
	return nil
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

// pending is the invitation of an address that can still be answered. There is at most one. Addresses are stored in lower case (U1).
func (i *sent) pending(ctx context.Context, organization, email string) (*v1alpha1.Invitation, error) {
	email = strings.ToLower(email)
	if vs := rules.Spelling(&v1alpha1.Invitation{Spec: v1alpha1.InvitationSpec{Email: email}}); len(vs) > 0 {
		return nil, &plain.Error{Code: plain.Refused, Message: vs.String()}
	}
	c, err := i.Client()
	if err != nil {
		return nil, err
	}
	var list v1alpha1.InvitationList
	if err := c.List(ctx, &list, client.InNamespace(session.NamespaceOf(organization)), client.MatchingFields{"spec.email": email}); err != nil {
		return nil, err
	}
	slices.SortFunc(list.Items, func(a, b v1alpha1.Invitation) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
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
