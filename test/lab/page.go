// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// step is a block of commands on a page, with what it shows next, if anything.
var step = regexp.MustCompile("(?s)```bash\n(.*?)```\n(?:\n```\n(.*?)```\n)?")

// Page runs every command of a page of the documentation as it stands, and holds it to what the page shows.
func (l *Lab) Page(ctx context.Context, path ...string) {
	GinkgoHelper()
	page, err := os.ReadFile(filepath.Join(append([]string{l.Root, "docs"}, path...)...))
	Expect(err).NotTo(HaveOccurred())
	steps := step.FindAllStringSubmatch(string(page), -1)
	Expect(steps).NotTo(BeEmpty())
	Expect(steps).To(HaveLen(strings.Count(string(page), "```bash")))
	for _, s := range steps {
		By(s[1])
		shell := exec.CommandContext(ctx, "bash", "-eu", "-c", s[1])
		shell.Env = append(os.Environ(), "KUBECONFIG="+l.Control.Kubeconfig(), "KUBECACHEDIR="+l.cache,
			"PATH="+filepath.Dir(l.Control.Kubectl())+":"+os.Getenv("PATH"))
		out, err := shell.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s", out)
		if s[2] != "" {
			Expect(string(out)).To(Equal(s[2]))
		}
	}
}

// Samples plays the samples of those names (config/samples), each until it is taken, as `make run` does.
func (l *Lab) Samples(ctx context.Context, names ...string) {
	GinkgoHelper()
	for _, name := range names {
		Eventually(func() error {
			_, err := l.Kubectl(ctx, "apply", "--server-side", "-f", filepath.Join(l.Root, "config", "samples", name+".yaml"))
			return err
		}).WithContext(ctx).Should(Succeed())
	}
}
