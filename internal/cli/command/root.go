// SPDX-License-Identifier: Apache-2.0

// Package command is the commands of `kubectl polyorg`, one a file. A command reads its flags, asks or acts through a session, and shows what
// it found. It decides nothing: that is for the rules, which the cluster asks.
package command

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
)

// name is how people call the program: kubectl finds it as a plug-in.
const name = "kubectl polyorg"

// The groups of commands in the help.
const (
	forMyself       = "myself"
	forOrganization = "organization"
	forPlatform     = "platform"
)

const long = `See and change your own organizations.

Every command acts as you: it has your rights and no others. A refusal ends in the ID of the
rule that refuses, and "kubectl polyorg explain ID" tells you more about that rule.`

// New is the whole tree of commands.
func New(streams genericiooptions.IOStreams) *cobra.Command { return newTree(streams).root }

// tree is the commands, and whether one of them has begun. Before that, only the command line can be wrong.
type tree struct {
	root  *cobra.Command
	begun bool
}

func newTree(streams genericiooptions.IOStreams) *tree {
	t := &tree{root: &cobra.Command{
		Use:           "kubectl-polyorg",
		Short:         "See and change your own organizations",
		Long:          long,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version(),
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: name},
	}}
	t.root.SetIn(streams.In)
	t.root.SetOut(streams.Out)
	t.root.SetErr(streams.ErrOut)
	t.root.SetUsageTemplate(usageTemplate)
	s := session.New(streams)
	s.Flags.AddFlags(t.root.PersistentFlags())
	addCommands(t.root, s)
	completeFlags(t.root, s)
	for _, cmd := range t.root.Commands() {
		t.note(cmd)
	}
	return t
}

// note makes a command tell that it has begun.
func (t *tree) note(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	cmd.Flags().Lookup("help").Usage = "Show this help."
	run := cmd.RunE
	if run == nil {
		return
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t.begun = true
		return run(cmd, args)
	}
}

func addCommands(root *cobra.Command, s *session.Session) {
	root.AddGroup(
		&cobra.Group{ID: forMyself, Title: "For yourself"},
		&cobra.Group{ID: forOrganization, Title: "For an organization that you administer"},
		&cobra.Group{ID: forPlatform, Title: "Rules, limits and the platform"},
	)
	for group, makers := range map[string][]func(*session.Session) *cobra.Command{
		forMyself:       {newList, newUse, newDefault, newAccept, newDecline, newLeave, newCreate},
		forOrganization: {newShow, newInvite, newRevoke, newResend, newTransfer, newSubscribe, newChange, newBind, newDelete},
		forPlatform:     {newLimits, newExplain, newDoctor},
	} {
		for _, make := range makers {
			cmd := make(s)
			cmd.GroupID = group
			root.AddCommand(cmd)
		}
	}
	root.AddCommand(newOptions())
}

// Run runs one command line, and returns its exit code.
func Run(ctx context.Context, streams genericiooptions.IOStreams, args []string) plain.Code {
	t := newTree(streams)
	t.root.SetArgs(args)
	cmd, err := t.root.ExecuteContextC(ctx)
	switch {
	case err == nil:
		return plain.Done
	case cmd == t.root && strings.HasPrefix(err.Error(), "unknown command "):
		err = unknown(t.root, args)
	case !t.begun:
		err = plain.Misuse("%s; see: %s --help", plain.OfCommandLine(err), cmd.CommandPath())
	}
	if text := plain.Text(err); text != "" {
		fmt.Fprintln(streams.ErrOut, "error: "+text)
	}
	return plain.CodeOf(err)
}

// unknown is the error for a command that there is not.
func unknown(root *cobra.Command, args []string) error {
	meant := ""
	if like := root.SuggestionsFor(args[0]); len(like) > 0 {
		meant = "; did you mean " + strings.Join(like, " or ") + "?"
	}
	return plain.Misuse("there is no command %q%s See: %s --help", args[0], cmp.Or(meant, "."), name)
}
