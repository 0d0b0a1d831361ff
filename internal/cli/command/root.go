// SPDX-License-Identifier: Apache-2.0

// Package command is the commands of `kubectl polyorg`, one a file. A command reads its flags, asks or acts through a session, and shows what
// it found. It decides nothing: that is for the rules, which the cluster asks.
package command

import (
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

Every command acts as you: it has your rights and no others. What it refuses, a rule of Polyorg refuses. The refusal
ends in the rule's ID, and "kubectl polyorg explain ID" tells you more about the rule.`

// New is the whole tree of commands.
func New(streams genericiooptions.IOStreams) *cobra.Command {
	s := session.New(streams)
	root := &cobra.Command{
		Use:           "kubectl-polyorg",
		Short:         "See and change your own organizations",
		Long:          long,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version(),
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: name},
	}
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.ErrOut)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return plain.Misuse("%s; see: %s --help", err, cmd.CommandPath())
	})
	s.Flags.AddFlags(root.PersistentFlags())
	root.SetUsageTemplate(usageTemplate)
	addCommands(root, s)
	completeFlags(root, s)
	return root
}

func addCommands(root *cobra.Command, s *session.Session) {
	root.AddGroup(
		&cobra.Group{ID: forMyself, Title: "For yourself:"},
		&cobra.Group{ID: forOrganization, Title: "For an organization that you administer:"},
		&cobra.Group{ID: forPlatform, Title: "Rules, limits and the platform:"},
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
	root := New(streams)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return plain.Done
	}
	if strings.HasPrefix(err.Error(), "unknown command ") {
		err = plain.Misuse("%s; see: %s --help", err, name)
	}
	if text := plain.Text(err); text != "" {
		fmt.Fprintln(streams.ErrOut, "error: "+text)
	}
	return plain.CodeOf(err)
}
