// SPDX-License-Identifier: Apache-2.0

// Package planes gives suites their control plane. They take it from a pool, which hack/test.sh runs, or start their own without a pool. In
// both cases it is as new, has the kinds of config/crd, and is theirs alone until they give it back.
package planes

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"

	"github.com/polyorg/polyorg/internal/controlplane"
)

// APIServer is the name in the certificate by which the API server signs in to webhooks that ask for one.
const APIServer = "kube-apiserver"

// Start runs a control plane with our kinds in a folder. The caller stops it.
func Start(ctx context.Context, dir string, out io.Writer, env ...string) (*controlplane.ControlPlane, error) {
	return controlplane.Start(ctx, controlplane.Options{Dir: dir, WebhookClient: APIServer, Install: installKinds, Env: env, Out: out})
}

// installKinds installs kinds as the sandbox does, which then finds nothing to change.
func installKinds(ctx context.Context, c *controlplane.ControlPlane) error {
	root, err := controlplane.ModuleRoot()
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"apply", "--server-side", "--field-manager=polyorg-sandbox", "--kustomize=" + filepath.Join(root, "config", "crd")},
		{"wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"},
	} {
		kubectl := exec.CommandContext(ctx, c.Kubectl(), append(args, "--kubeconfig="+c.Kubeconfig(), "--cache-dir="+filepath.Join(c.Dir(), "cache"))...)
		if said, err := kubectl.CombinedOutput(); err != nil {
			return fmt.Errorf("install the kinds: %w\n%s", err, said)
		}
	}
	return nil
}
