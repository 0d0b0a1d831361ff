// SPDX-License-Identifier: Apache-2.0

// Command kubectl-polyorg is a plug-in of kubectl, with which people see and change their own organizations: kubectl polyorg list.
package main

import (
	"context"
	"os"
	"os/signal"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/polyorg/polyorg/internal/cli/command"
	"github.com/polyorg/polyorg/internal/cli/plain"
)

func main() { os.Exit(int(run())) }

func run() plain.Code {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return command.Run(ctx, genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}, os.Args[1:])
}
