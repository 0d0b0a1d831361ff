// SPDX-License-Identifier: Apache-2.0

//go:build long

package faults

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/process"
	"github.com/polyorg/polyorg/test/lab"
)

// newProcess starts a replica in a process of its own. The process ends with the test.
func newProcess(ctx context.Context) (*replica, *process.Process) {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	hooks := envtest.WebhookInstallOptions{LocalServingHost: "127.0.0.1"}
	Expect(hooks.PrepWithoutInstalling()).To(Succeed())
	DeferCleanup(hooks.Cleanup)
	kubeconfig := filepath.Join(dir, "kubeconfig")
	Expect(controlplane.WriteKubeconfig(kubeconfig, control.Config())).To(Succeed())
	program, err := os.Executable()
	Expect(err).NotTo(HaveOccurred())
	p, err := process.Start(process.Command{Path: program, Args: []string{dir}, Dir: dir, Name: "replica", Env: []string{
		replicaVariable + "=" + kubeconfig, certsVariable + "=" + hooks.LocalServingCertDir,
		portVariable + "=" + strconv.Itoa(hooks.LocalServingPort),
	}})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(p.Kill)
	r := &replica{address: &url.URL{Scheme: "https", Host: fmt.Sprintf("127.0.0.1:%d", hooks.LocalServingPort)}}
	dry := review(lab.NewOrganization(lab.Person("nobody"), 1))
	dry.Request.DryRun = new(bool)
	*dry.Request.DryRun = true
	Eventually(ctx, func(g Gomega) {
		g.Expect(p.Err()).NotTo(HaveOccurred())
		answer, err := ask(ctx, r, dry)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(answer.Allowed).To(BeTrue())
	}).Should(Succeed())
	return r, p
}

var _ = Describe("A replica whose process", func() {
	It("is frozen for longer than the drop time gives exactly the free places afterwards", func(ctx SpecContext) {
		frozen, p := newProcess(ctx)
		other := serve(ctx, newReplica(control.Config()))[0]
		door.lead(frozen, other)
		during, after := newRush(ctx), newRush(ctx)

		Expect(p.Signal(syscall.SIGSTOP)).To(Succeed())
		door.lead(other)
		during.run(ctx)
		Consistently(func() int { return len(placesOf(ctx, during.user)) }).WithTimeout(dropTime * 3 / 2).Should(Equal(places))
		Expect(p.Signal(syscall.SIGCONT)).To(Succeed())
		door.lead(frozen)
		after.run(ctx).isExact(ctx)
		during.isExact(ctx)
	}, NodeTimeout(soon*2))

	It("is killed while it judges loses nothing that it admitted", func(ctx SpecContext) {
		killed, p := newProcess(ctx)
		other := serve(ctx, newReplica(control.Config()))[0]
		door.lead(killed, other)
		r := newRush(ctx)
		done := make(chan struct{})
		go func() {
			defer GinkgoRecover()
			defer close(done)
			r.run(ctx)
		}()
		Eventually(ctx, func() any { return record(ctx).Entries }).WithPolling(1).ShouldNot(BeEmpty())
		Expect(p.Kill()).To(Succeed())
		Eventually(ctx, func() int { return len(door.answers(killed)) }).Should(BeNumerically(">", 0))
		door.lead(other)
		Eventually(ctx, done).Should(BeClosed())
		r.isExact(ctx)
	}, NodeTimeout(soon*2))
})
