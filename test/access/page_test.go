// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// step is a block of commands on a page, with what it shows next, if anything.
var step = regexp.MustCompile("(?s)```bash\n(.*?)```\n(?:\n```\n(.*?)```\n)?")

var _ = Describe("The page on giving access", func() {
	It("holds what it says", func(ctx context.Context) {
		page, err := os.ReadFile(filepath.Join(l.Root, "docs", "tasks", "give-access.md"))
		Expect(err).NotTo(HaveOccurred())
		steps := step.FindAllStringSubmatch(string(page), -1)
		Expect(steps).To(HaveLen(strings.Count(string(page), "```bash")))
		playSamples(ctx)
		for _, s := range steps {
			By(s[1])
			shell := exec.CommandContext(ctx, "bash", "-eu", "-c", s[1])
			shell.Env = append(os.Environ(), "KUBECONFIG="+l.Control.Kubeconfig(), "KUBECACHEDIR="+GinkgoT().TempDir(),
				"PATH="+filepath.Dir(l.Control.Kubectl())+":"+os.Getenv("PATH"))
			out, err := shell.CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), "%s", out)
			if s[2] != "" {
				Expect(string(out)).To(Equal(s[2]))
			}
		}
	}, NodeTimeout(4*time.Minute))
})

// playSamples makes the organizations and members with which the page begins, as `make run` does.
func playSamples(ctx context.Context) {
	GinkgoHelper()
	for _, file := range []string{"20-organizations.yaml", "30-memberships.yaml"} {
		Eventually(func() (string, error) {
			return l.Kubectl(ctx, "apply", "--server-side", "-f", filepath.Join(l.Root, "config", "samples", file))
		}).WithContext(ctx).Should(Not(BeEmpty()))
	}
	products, services := &v1alpha1.Organization{ObjectMeta: named("zylker-products")}, &v1alpha1.Organization{ObjectMeta: named("zylker-services")}
	for person, s := range map[string]*scene{"john@zylker.com": {org: services}, "maria@zylker.com": {org: services}} {
		Eventually(func() error { return readsTheOrganization(ctx, l.As(person), s) }).WithContext(ctx).Should(Succeed())
	}
	l.EventuallyReady(ctx, products)
	Eventually(func() error { return listsTheMembers(ctx, l.As("john@zylker.com"), &scene{org: products}) }).WithContext(ctx).Should(Succeed())
	Eventually(func() bool { return l.User(ctx, "john@zylker.com") != nil }).WithContext(ctx).Should(BeTrue())
}
