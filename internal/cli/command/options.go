// SPDX-License-Identifier: Apache-2.0

package command

import (
	"strings"

	"github.com/spf13/cobra"
)

// usageTemplate is cobra's own, but for the flags that every command has. They would hide the few that a command has itself.
var usageTemplate = strings.NewReplacer(
	".LocalFlags.FlagUsages", "(.LocalFlags.FlagUsagesWrapped 100)",
	"{{if .HasAvailableLocalFlags}}", "{{if and .HasParent .HasAvailableLocalFlags}}",
	"{{if .HasAvailableInheritedFlags}}\n\nGlobal Flags:\n{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}",
	"\n\nFlags of every command, such as --as and --context: "+name+" options",
).Replace((&cobra.Command{}).UsageTemplate())

func newOptions() *cobra.Command {
	return &cobra.Command{
		Use:                   "options",
		Short:                 "List the flags that every command has",
		Args:                  arguments(0),
		DisableFlagsInUseLine: true,
		Run: func(cmd *cobra.Command, _ []string) {
			cmd.Print("Every command has these flags, as kubectl's own:\n\n" + cmd.Root().PersistentFlags().FlagUsagesWrapped(100))
		},
	}
}
