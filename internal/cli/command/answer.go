// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"slices"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
)

// answer accepts or declines an invitation.
type answer struct {
	acting
	decision  v1alpha1.Decision
	withToken bool
}

// command makes the command of an answer.
func (a *answer) command(cmd *cobra.Command) *cobra.Command {
	cmd.Args = between(0, 1)
	cmd.ValidArgsFunction = first(inviting(a.Session))
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.run(cmd.Context(), append(args, "")[0]) }
	cmd.Flags().BoolVar(&a.withToken, "mail-token", false, "Read the token of the invitation's e-mail from the standard input. It names the invitation.")
	return a.addAct(cmd, true)
}

func (a *answer) run(ctx context.Context, organization string) error {
	how, err := a.how()
	if err != nil {
		return err
	}
	r := &v1alpha1.InvitationResponse{ObjectMeta: metav1.ObjectMeta{GenerateName: "answer-"},
		Spec: v1alpha1.InvitationResponseSpec{Decision: a.decision}}
	offered, err := a.offer(ctx, organization, &r.Spec)
	if err != nil {
		return err
	}
	if err := a.Create(ctx, r, how); err != nil {
		return err
	}
	if err := a.Await(ctx, r, a.isDone(offered), how); err != nil {
		return err
	}
	return a.tell(how, r, offered)
}

// offer finds the invitation, by the organization or by the token.
func (a *answer) offer(ctx context.Context, organization string, spec *v1alpha1.InvitationResponseSpec) (*v1alpha1.ReviewedInvitation, error) {
	if a.withToken {
		token, err := a.token(ctx)
		spec.Token = token
		return nil, err
	}
	r, err := a.Review(ctx, v1alpha1.SelfReviewSpec{})
	if err != nil {
		return nil, err
	}
	found, err := pick(r.Status, organization)
	if err != nil {
		return nil, err
	}
	spec.Invitation = &v1alpha1.InvitationReference{Namespace: session.NamespaceOf(found.Organization), Name: found.Name}
	return found, nil
}

// token reads the token. It is no argument, so that it is in no history of commands.
func (a *answer) token(ctx context.Context) (string, error) {
	question := ""
	if isTerminal(a.In) {
		question = "Token: "
	}
	token, err := ask(ctx, a.Session, question)
	switch {
	case ctx.Err() != nil:
		return "", interrupted("no invitation was answered")
	case err != nil:
		return "", err
	case token == "":
		return "", plain.Misuse("there is no token on the standard input")
	}
	return token, nil
}

// pick is the invitation of an organization. Without a name, it is the only one that there is.
func pick(s v1alpha1.SelfReviewStatus, organization string) (*v1alpha1.ReviewedInvitation, error) {
	if organization == "" && len(s.Invitations) == 1 {
		return &s.Invitations[0], nil
	}
	at := slices.IndexFunc(s.Invitations, func(i v1alpha1.ReviewedInvitation) bool { return i.Organization == organization })
	switch {
	case at >= 0:
		return &s.Invitations[at], nil
	case len(s.Invitations) > 1 && organization == "":
		return nil, plain.Misuse("you have %d invitations; say which organization's: kubectl polyorg list shows them", len(s.Invitations))
	case s.InvitationsByEmail > 0:
		return nil, plain.Missing("there is no such invitation in your list; %d can be accepted only with the token from the e-mail: use --mail-token", s.InvitationsByEmail)
	case organization == "":
		return nil, plain.Missing("you have no invitation to answer")
	}
	return nil, plain.Missing("%s has not invited you, or the invitation has ended", organization)
}

// isDone reports whether a review shows what the answer brings about: a membership, or one invitation less.
func (a *answer) isDone(of *v1alpha1.ReviewedInvitation) session.Done {
	return func(s v1alpha1.SelfReviewStatus) bool {
		switch {
		case of == nil:
			return false
		case a.decision == v1alpha1.DecisionAccept:
			return slices.ContainsFunc(s.Organizations, func(o v1alpha1.ReviewedOrganization) bool { return o.Name == of.Organization && o.Active })
		}
		return !slices.ContainsFunc(s.Invitations, func(i v1alpha1.ReviewedInvitation) bool {
			return i.Organization == of.Organization && i.Name == of.Name
		})
	}
}

func (a *answer) tell(how session.Acting, r *v1alpha1.InvitationResponse, of *v1alpha1.ReviewedInvitation) error {
	switch {
	case of == nil && a.decision == v1alpha1.DecisionAccept:
		return a.done(how, r, "You accepted the invitation of this token.")
	case of == nil:
		return a.done(how, r, "You declined the invitation of this token.")
	case a.decision == v1alpha1.DecisionAccept:
		return a.done(how, r, "You are %s (%s) of %s, %q.", of.Role, of.UserType, of.Organization, of.DisplayName)
	}
	return a.done(how, r, "You declined the invitation of %s, %q.", of.Organization, of.DisplayName)
}
