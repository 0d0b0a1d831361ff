// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/internal/controlplane"
)

// Manager is the path of the operator's program: the one that `make test` built for all packages, or a new one.
func Manager(ctx context.Context) string {
	GinkgoHelper()
	return program(ctx, "POLYORG_MANAGER", "manager")
}

// Plugin is the path of kubectl's plug-in, of the same origin.
func Plugin(ctx context.Context) string {
	GinkgoHelper()
	return program(ctx, "POLYORG_PLUGIN", "kubectl-polyorg")
}

// program is the path of one of our programs.
func program(ctx context.Context, variable, name string) string {
	GinkgoHelper()
	if built := os.Getenv(variable); built != "" {
		return built
	}
	root, err := controlplane.ModuleRoot()
	Expect(err).NotTo(HaveOccurred())
	path := filepath.Join(GinkgoT().TempDir(), name)
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/"+name)
	build.Dir, build.Stderr = root, GinkgoWriter
	Expect(build.Run()).To(Succeed())
	return path
}
