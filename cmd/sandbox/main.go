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
	"slices"
	"syscall"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/sandbox"
)

const usage = `Usage: sandbox run [--kubeconfig FILE] [--ingress traefik|none] [--dns-resolver ADDRESS:PORT]

Runs two replicas of the operator with the samples until Ctrl-C, on a control plane of its own, or on the existing
cluster that --kubeconfig names, whose API server has to be on this host. On a control plane of its own, the ingress
controller Traefik serves the access URLs if it is built: so a browser can enter the organizations. The DNS records of
custom domains are looked up at the resolver of --dns-resolver, or else at those of this machine.
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
	ingress := flags.String("ingress", sandbox.IngressIfBuilt, "")
	resolver := flags.String("dns-resolver", "", "")
	_ = flags.Parse(args) // exits by itself
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	if !slices.Contains([]string{sandbox.IngressIfBuilt, sandbox.IngressTraefik, sandbox.IngressNone}, *ingress) {
		return fmt.Errorf("there is no ingress controller %q here; choose traefik or none", *ingress)
	}
	root, err := controlplane.ModuleRoot()
	if err != nil {
		return err
	}
	return sandbox.Run(ctx, sandbox.RunOptions{
		Root: root, Dir: filepath.Join(root, ".run"), Kubeconfig: *kubeconfig, Ingress: *ingress, Resolver: *resolver, Out: os.Stdout,
	})
}
