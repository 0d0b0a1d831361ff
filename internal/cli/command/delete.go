// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
)

type deletion struct {
	acting
	yes bool
}

func newDelete(s *session.Session) *cobra.Command {
	d := &deletion{acting: newActing(s)}
	cmd := &cobra.Command{
		Use:   "delete ORGANIZATION",
		Short: "Delete an organization with all that is in it",
		Long: `Delete an organization: its memberships, invitations, bindings and everything in its namespace.
You are asked to type its name, unless --yes is given. A protected organization is not deleted:
change it with --protect=false first.`,
		Example: `  kubectl polyorg delete zylker-labs
  kubectl polyorg delete zylker-labs --dry-run`,
		Args:              arguments(1, "ORGANIZATION"),
		ValidArgsFunction: first(organizations(s)),
		RunE:              func(cmd *cobra.Command, args []string) error { return d.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().BoolVar(&d.yes, "yes", false, "Do not ask.")
	return d.addAct(cmd, true)
}

func (d *deletion) run(ctx context.Context, organization string) error {
	how, err := d.how()
	if err != nil {
		return err
	}
	if !how.DryRun && !d.yes {
		if err := d.confirm(ctx, organization); err != nil {
			return err
		}
	}
	by, err := d.DeleteOrganization(ctx, organization, how)
	if err != nil {
		return err
	}
	return d.done(how, by, "%s is being deleted.", organization)
}

// confirm asks for the name once more.
func (d *deletion) confirm(ctx context.Context, organization string) error {
	answer, _ := ask(ctx, d.Session, fmt.Sprintf("This deletes %s with all its members' work. Type its name to go on: ", organization))
	switch {
	case ctx.Err() != nil:
		return interrupted("nothing was deleted")
	case answer != organization:
		return plain.Misuse("nothing was deleted: the name was not repeated")
	}
	return nil
}
