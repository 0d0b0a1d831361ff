// SPDX-License-Identifier: Apache-2.0

// The sandbox shows Polyorg at work on this machine: `make run`.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/sandbox"
)

const usage = `Usage: sandbox run [--kubeconfig FILE]

Runs two replicas of the operator with the samples until Ctrl-C, on a control plane of its own, or on the existing
cluster that --kubeconfig names, whose API server has to be on this host.
`

func main() {
	if len(os.Args) < 2 || os.Args[1] != "run" {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	// A second Ctrl-C ends it at once; the kernel then ends what it started.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("sandbox run", flag.ExitOnError)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	kubeconfig := flags.String("kubeconfig", "", "")
	_ = flags.Parse(args) // exits by itself
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	root, err := controlplane.ModuleRoot()
	if err != nil {
		return err
	}
	return sandbox.Run(ctx, sandbox.RunOptions{
		Root: root, Dir: filepath.Join(root, ".run"), Kubeconfig: *kubeconfig, Out: os.Stdout,
	})
}
