// SPDX-License-Identifier: Apache-2.0

// Command plugin writes docs/reference/kubectl-polyorg.md from the commands of the plug-in themselves.
package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/polyorg/polyorg/internal/cli/command"
	"github.com/polyorg/polyorg/internal/cli/plain"
)

const path = "docs/reference/kubectl-polyorg.md"

const head = `# kubectl polyorg

<!-- Written by "make docs" from internal/cli/command. Do not edit. -->

The plug-in of kubectl with which people see and change their own organizations. [Your own organizations](../tasks/your-own-organizations.md)
shows how to install and use it.

`

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run() error {
	root := command.New(genericiooptions.NewTestIOStreamsDiscard())
	root.InitDefaultHelpCmd()
	all := root.PersistentFlags()
	all.Lookup("cache-dir").DefValue = "$HOME/.kube/cache"
	var page bytes.Buffer
	page.WriteString(head)
	contents(&page, root)
	codes(&page)
	global := all.FlagUsages()
	all.VisitAll(func(f *pflag.Flag) { f.Hidden = true }) // or each command would list them again
	for _, cmd := range documented(root) {
		if err := section(&page, cmd); err != nil {
			return err
		}
	}
	fmt.Fprintf(&page, "## Flags of every command\n\n```\n%s```\n", global)
	return os.WriteFile(path, page.Bytes(), 0o644)
}

// documented are the commands of our own, as the help groups them.
func documented(root *cobra.Command) (cmds []*cobra.Command) {
	for _, group := range root.Groups() {
		for _, cmd := range root.Commands() {
			if cmd.GroupID == group.ID {
				cmds = append(cmds, cmd)
			}
		}
	}
	return cmds
}

func contents(page *bytes.Buffer, root *cobra.Command) {
	for _, group := range root.Groups() {
		fmt.Fprintf(page, "**%s**\n\n| Command | What it does |\n|---|---|\n", group.Title)
		for _, cmd := range root.Commands() {
			if cmd.GroupID == group.ID {
				fmt.Fprintf(page, "| [%s](#kubectl-polyorg-%s) | %s |\n", cmd.Name(), cmd.Name(), cmd.Short)
			}
		}
		page.WriteString("\n")
	}
}

func codes(page *bytes.Buffer) {
	page.WriteString("## Exit codes\n\n| Code | Meaning |\n|---|---|\n")
	for _, c := range plain.Meanings {
		fmt.Fprintf(page, "| %d | %s |\n", c.Code, c.Meaning)
	}
	page.WriteString("\n")
}

// section is what cobra says of a command, without its links to other pages.
func section(page *bytes.Buffer, cmd *cobra.Command) error {
	cmd.DisableAutoGenTag = true
	var own bytes.Buffer
	if err := doc.GenMarkdown(cmd, &own); err != nil {
		return err
	}
	text, _, _ := strings.Cut(own.String(), "### SEE ALSO")
	page.WriteString(text)
	return nil
}
