// SPDX-License-Identifier: Apache-2.0

package traefik

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	// Class is the name of the IngressClass and of the GatewayClass.
	Class = "traefik"
	// Namespace has Traefik's ServiceAccount.
	Namespace = "traefik"
	account   = "traefik"
)

//go:embed manifests.yaml
var manifests []byte

// Cluster is where Traefik is installed.
type Cluster struct {
	// Kubectl is the path of the program, and Kubeconfig that of an administrator's file.
	Kubectl, Kubeconfig string
	// Cache is kubectl's folder for what it discovers.
	Cache string
}

// Install applies the definitions of the Gateway API's kinds and of Traefik's, its rights and its classes.
func Install(ctx context.Context, c Cluster, assets string) error {
	for _, apply := range []struct {
		args  []string
		stdin []byte
	}{
		{[]string{"apply", "--server-side", "--force-conflicts", "-f", filepath.Join(assets, definitions)}, nil},
		{[]string{"wait", "--for=condition=Established", "--timeout=60s", "-f", filepath.Join(assets, definitions)}, nil},
		{[]string{"apply", "--server-side", "--force-conflicts", "-f", "-"}, manifests},
	} {
		if err := c.run(ctx, apply.stdin, apply.args...); err != nil {
			return err
		}
	}
	return nil
}

func (c Cluster) run(ctx context.Context, stdin []byte, args ...string) error {
	kubectl := exec.CommandContext(ctx, c.Kubectl, args...)
	kubectl.Env = append(os.Environ(), "KUBECONFIG="+c.Kubeconfig, "KUBECACHEDIR="+c.Cache)
	kubectl.Stdin = bytes.NewReader(stdin)
	if said, err := kubectl.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl %s for Traefik: %w\n%s", args[0], err, said)
	}
	return nil
}
