// SPDX-License-Identifier: Apache-2.0

package command

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/cli/show"
)

// patience is how long a command waits until the operator has done its part.
const patience = 30 * time.Second

// asking is what every command has.
type asking struct {
	*session.Session
	show.Output
}

// add adds the command's own flags.
func (a *asking) add(cmd *cobra.Command) *cobra.Command {
	a.AddFlags(cmd, session.Scheme)
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.Check(); err != nil {
			return err
		}
		return run(cmd, args)
	}
	return cmd
}

// acting is what every command has that changes something.
type acting struct {
	asking
	waits   bool
	dryRun  string
	timeout time.Duration
	again   func(client.Object) (client.Object, error) // an object as it is after the act
}

// newActing begins a command that changes something.
func newActing(s *session.Session) acting { return acting{asking: asking{Session: s}} }

// addAct adds the flags of an act. waits: the command waits until it is done.
func (a *acting) addAct(cmd *cobra.Command, waits bool) *cobra.Command {
	cmd.Flags().StringVar(&a.dryRun, "dry-run", "none", "server: let the cluster judge it, and do nothing. none: do it.")
	cmd.Flags().Lookup("dry-run").NoOptDefVal = "server"
	_ = cmd.RegisterFlagCompletionFunc("dry-run", cobra.FixedCompletions([]string{"none", "server"}, cobra.ShellCompDirectiveNoFileComp))
	a.waits = waits
	if waits {
		cmd.Flags().DurationVar(&a.timeout, "timeout", patience, "How long to wait until it is done; 0: do not wait.")
	}
	a.again = func(obj client.Object) (client.Object, error) { return a.Again(cmd.Context(), obj) }
	return a.add(cmd)
}

// how is the choice of the flags.
func (a *acting) how() (session.Acting, error) {
	if a.dryRun != "none" && a.dryRun != "server" {
		return session.Acting{}, plain.Misuse("--dry-run is server or none, not %q", a.dryRun)
	}
	return session.Acting{DryRun: a.dryRun == "server", Timeout: a.timeout}, nil
}

// done says what was done, or would be. For programs it is the object with which it was done, as it is now.
func (a *acting) done(how session.Acting, by client.Object, format string, args ...any) error {
	if !a.ForPeople() {
		return a.print(how, by)
	}
	switch {
	case how.DryRun:
		format = "Dry run: the rules allow it, and nothing was done. Without --dry-run: " + format
	case a.waits && how.Timeout == 0 && isAct(by):
		format = "Admitted, and not waited for: " + format
	}
	a.Say(format, args...)
	return nil
}

// isAct reports whether an object asks for something that is done later.
func isAct(obj client.Object) bool {
	switch obj.(type) {
	case *v1alpha1.OrganizationRequest, *v1alpha1.InvitationResponse:
		return true
	}
	return false
}

func (a *acting) print(how session.Acting, by client.Object) error {
	if !how.DryRun {
		var err error
		if by, err = a.again(by); err != nil {
			return err
		}
	}
	return a.Print(a.Out, by)
}

// arguments are a number of arguments; names are their names for the message.
func arguments(n int, names ...string) cobra.PositionalArgs {
	return between(n, n, names...)
}

func between(least, most int, names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return fmt.Errorf("%s is missing", names[len(args)])
		case most >= 0 && len(args) > most:
			return fmt.Errorf("%q is one argument too many", args[most])
		}
		return nil
	}
}
