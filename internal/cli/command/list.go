// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/cli/show"
)

type list struct {
	asking
	user string
}

func newList(s *session.Session) *cobra.Command {
	l := &list{asking: asking{Session: s}}
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List your organizations and invitations",
		Long: `List your organizations, with your role in each and whether it is active. Your default
organization has a star. Below are the invitations that you can answer, and what you asked for in
the last hour.`,
		Example: `  kubectl polyorg list
  kubectl polyorg list -o wide
  kubectl polyorg list -o name`,
		Args:              arguments(0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return l.run(cmd.Context()) },
	}
	addUser(cmd, &l.user)
	return l.add(cmd)
}

// addUser adds the flag that asks about somebody else.
func addUser(cmd *cobra.Command, user *string) {
	cmd.Flags().StringVar(user, "of", "", "The e-mail address of somebody else. For the platform team only.")
	_ = cmd.RegisterFlagCompletionFunc("of", cobra.NoFileCompletions)
}

func (l *list) run(ctx context.Context) error {
	r, err := l.Review(ctx, v1alpha1.SelfReviewSpec{User: l.user})
	if err != nil {
		return err
	}
	if l.ForPeople() {
		return show.Review(l.Out, r.Status, time.Now(), l.Wide())
	}
	return l.Print(l.Out, r, named(r.Status)...)
}

// named are the organizations of a review, for their names alone.
func named(s v1alpha1.SelfReviewStatus) []runtime.Object {
	objects := make([]runtime.Object, len(s.Organizations))
	for i, o := range s.Organizations {
		objects[i] = &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: o.Name}}
	}
	return objects
}
