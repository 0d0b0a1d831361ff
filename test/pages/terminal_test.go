// SPDX-License-Identifier: Apache-2.0

package pages

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// terminal is a shell that is open for a whole page, in a copy of the repository's folder after `make run`.
type terminal struct {
	dir string
	in  io.Writer
	out *bufio.Reader
}

func open(ctx context.Context) *terminal {
	GinkgoHelper()
	t := &terminal{dir: GinkgoT().TempDir()}
	for _, name := range []string{"bin", "config", "docs", "hack"} {
		Expect(os.Symlink(filepath.Join(l.Root, name), filepath.Join(t.dir, name))).To(Succeed())
	}
	Expect(os.MkdirAll(filepath.Join(t.dir, ".run"), 0o700)).To(Succeed())
	Expect(os.Symlink(l.Control.Kubeconfig(), filepath.Join(t.dir, ".run", "kubeconfig"))).To(Succeed())
	self, err := os.Executable()
	Expect(err).NotTo(HaveOccurred())
	Expect(os.Symlink(self, filepath.Join(t.dir, "jq"))).To(Succeed())
	Expect(os.Symlink(plugin, filepath.Join(t.dir, "kubectl-polyorg"))).To(Succeed())
	shell := exec.CommandContext(ctx, "bash")
	shell.Dir = t.dir
	shell.Env = append(os.Environ(), "KUBECONFIG="+l.Control.Kubeconfig(), "KUBECACHEDIR="+filepath.Join(t.dir, "cache"),
		"PATH="+strings.Join([]string{t.dir, filepath.Dir(l.Control.Kubectl()), os.Getenv("PATH")}, ":"))
	read, write, err := os.Pipe() // one pipe for both outputs, so that their order stays
	Expect(err).NotTo(HaveOccurred())
	shell.Stdout, shell.Stderr = write, write
	in, err := shell.StdinPipe()
	Expect(err).NotTo(HaveOccurred())
	Expect(shell.Start()).To(Succeed())
	Expect(write.Close()).To(Succeed())
	DeferCleanup(func() {
		_ = in.Close()
		_ = shell.Wait() // it ends with the page, or was killed because the page took too long
		Expect(read.Close()).To(Succeed())
	})
	t.in, t.out = in, bufio.NewReader(read)
	t.run("set -E")
	return t
}

// run runs some lines, and returns their output and whether any of their commands failed.
func (t *terminal) run(lines string) (said string, failed bool) {
	GinkgoHelper()
	file := filepath.Join(t.dir, "lines")
	Expect(os.WriteFile(file, []byte(lines+"\n"), 0o600)).To(Succeed())
	_, err := fmt.Fprintf(t.in, "failed=no; trap failed=yes ERR; . %s < /dev/null; trap - ERR; echo; echo $failed, done\n", file)
	Expect(err).NotTo(HaveOccurred())
	for {
		line, err := t.out.ReadString('\n')
		Expect(err).NotTo(HaveOccurred(), "%s", said)
		if end, ok := strings.CutSuffix(line, ", done\n"); ok {
			return strings.TrimSuffix(said, "\n"), end == "yes"
		}
		said += line
	}
}
