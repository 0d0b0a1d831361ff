// SPDX-License-Identifier: Apache-2.0

// Package traefik runs the ingress controller Traefik beside a control plane on loopback, for tests and trials. It serves Ingresses and
// HTTPRoutes as in a cluster. A Service is reached by its ClusterIP, which is a loopback address there (internal/edge/service).
package traefik

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// ErrNotBuilt says how to get the program.
var ErrNotBuilt = errors.New("Traefik is not built; `make traefik` builds it, in some minutes") //nolint:staticcheck // Traefik is a name

// Assets is the folder of the project with Traefik's program and the definitions of its kinds.
func Assets(root string) string { return filepath.Join(root, "bin", "traefik") }

// Find returns ErrNotBuilt unless a folder has all that Traefik needs.
func Find(assets string) error {
	for _, name := range []string{program, definitions} {
		if _, err := os.Stat(filepath.Join(assets, name)); err != nil {
			return fmt.Errorf("%w (%w)", ErrNotBuilt, err)
		}
	}
	return nil
}

const (
	program     = "traefik"
	definitions = "crds"
)

// Build builds Traefik into the project's folder, unless it is there and up to date. The first time takes minutes.
func Build(ctx context.Context, root string, out io.Writer) (assets string, err error) {
	assets = Assets(root)
	build := exec.CommandContext(ctx, filepath.Join(root, "hack", "traefik", "build.sh"), assets)
	build.Stdout, build.Stderr = out, out
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build Traefik: %w", err)
	}
	return assets, nil
}
