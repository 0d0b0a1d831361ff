// SPDX-License-Identifier: Apache-2.0

//go:build long

package faults

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/internal/controlplane/process"
	"github.com/polyorg/polyorg/internal/journal"
)

// end kills a part of the control plane and waits until it is gone.
func end(ctx context.Context, name string) {
	GinkgoHelper()
	file := filepath.Join(controlDir, name+".pid")
	said, err := os.ReadFile(file)
	Expect(err).NotTo(HaveOccurred())
	pid, err := strconv.Atoi(strings.TrimSpace(string(said)))
	Expect(err).NotTo(HaveOccurred())
	Expect(syscall.Kill(pid, syscall.SIGKILL)).To(Succeed())
	Eventually(ctx, file).ShouldNot(BeAnExistingFile())
}

// startEtcd starts etcd again on the data in the control plane's folder.
func startEtcd() *process.Process {
	GinkgoHelper()
	const peers = "unix://etcd-peers:0"
	p, err := process.Start(process.Command{Path: filepath.Join(filepath.Dir(control.Kubectl()), "etcd"), Dir: controlDir, Args: []string{
		"--name=trial", "--data-dir=" + filepath.Join(controlDir, "data"), "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls=" + etcdClients, "--advertise-client-urls=" + etcdClients,
		"--listen-peer-urls=" + peers, "--initial-advertise-peer-urls=" + peers, "--initial-cluster=trial=" + peers,
	}})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(p.Kill)
	return p
}

var _ = Describe("An etcd that is restored to yesterday", func() {
	It("ends the replicas that knew today, and new ones give exactly the free places", func(ctx SpecContext) {
		inNewCluster(ctx, true) // because this kills its processes
		fill(ctx)
		before := serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
		yesterday, today := newRush(ctx), newRush(ctx)
		yesterday.run(ctx).isExact(ctx)
		u, err := url.Parse(control.Config().Host)
		Expect(err).NotTo(HaveOccurred())
		port, err := strconv.Atoi(u.Port())
		Expect(err).NotTo(HaveOccurred())

		data, backup := filepath.Join(controlDir, "data"), filepath.Join(GinkgoT().TempDir(), "backup")
		end(ctx, "etcd")
		Expect(os.CopyFS(backup, os.DirFS(data))).To(Succeed())
		startEtcd()
		today.run(ctx).isExact(ctx)

		end(ctx, "etcd")
		end(ctx, "kube-apiserver")
		Expect(os.RemoveAll(data)).To(Succeed())
		Expect(os.CopyFS(data, os.DirFS(backup))).To(Succeed())
		startEtcd()
		serverAt(ctx, port)
		for _, r := range before {
			Eventually(ctx, r.ended).Should(BeClosed())
			Expect(r.err).To(MatchError(journal.ErrRestored))
		}
		serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
		Expect(placesOf(ctx, yesterday.user)).To(HaveLen(places))
		Expect(placesOf(ctx, today.user)).To(BeEmpty(), "that was not yet")
		today.run(ctx).isExact(ctx)
	}, NodeTimeout(soon*6))
})
