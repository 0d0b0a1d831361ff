// SPDX-License-Identifier: Apache-2.0

//go:build long

package faults

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/process"
	"github.com/polyorg/polyorg/test/lab"
)

// anotherServer starts one more API server on the same etcd, until the test ends.
func anotherServer(ctx context.Context, flags ...string) (*process.Process, *rest.Config) {
	GinkgoHelper()
	port, err := controlplane.FreePort()
	Expect(err).NotTo(HaveOccurred())
	return serverAt(ctx, port, flags...)
}

func serverAt(ctx context.Context, port int, flags ...string) (*process.Process, *rest.Config) {
	GinkgoHelper()
	in := func(name string) string { return filepath.Join(controlDir, name) }
	p, err := process.Start(process.Command{
		Path: filepath.Join(filepath.Dir(control.Kubectl()), "kube-apiserver"), Dir: controlDir, Name: lab.Unique("another-apiserver"),
		Args: append([]string{
			"--etcd-servers=" + etcdClients, "--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", port),
			"--endpoint-reconciler-type=none", "--service-cluster-ip-range=127.10.0.0/24", "--authorization-mode=RBAC",
			"--tls-cert-file=" + in("server.crt"), "--tls-private-key-file=" + in("server.key"), "--client-ca-file=" + in("ca.crt"),
			"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=" + in("tokens.key"),
			"--service-account-signing-key-file=" + in("tokens.key"),
		}, flags...),
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(p.Kill)
	config := control.Config()
	config.Host = fmt.Sprintf("https://127.0.0.1:%d", port)
	kube, err := kubernetes.NewForConfig(config)
	Expect(err).NotTo(HaveOccurred())
	Eventually(ctx, func(g Gomega) {
		g.Expect(p.Err()).NotTo(HaveOccurred())
		_, err := kube.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		g.Expect(err).NotTo(HaveOccurred())
	}).Should(Succeed())
	return p, config
}

// inNewCluster gives one test another control plane, and then gives the others theirs back.
func inNewCluster(ctx context.Context, own bool) {
	GinkgoHelper()
	was := []any{control, controlDir, platform, pool}
	DeferCleanup(func() {
		control, controlDir = was[0].(*controlplane.ControlPlane), was[1].(string)
		platform, pool = was[2].(client.Client), was[3].([]*v1alpha1.Organization)
	})
	setUp(ctx, own)
}

// etcdClients is etcd's address, seen from the control plane's folder.
const etcdClients = "unix://etcd-clients:0"

var _ = Describe("An API server that stood still", func() {
	It("and serves one of the replicas makes no replica judge on old data", func(ctx SpecContext) {
		server, config := anotherServer(ctx)
		stale, current := newReplica(config), newReplica(control.Config())
		serve(ctx, stale, current)
		before, meanwhile, after := newRush(ctx), newRush(ctx), newRush(ctx)
		before.run(ctx)

		Expect(server.Signal(syscall.SIGSTOP)).To(Succeed())
		door.lead(current)
		meanwhile.run(ctx)
		isQuiet(ctx)
		door.lead(stale, current)
		done := make(chan struct{})
		go func() {
			defer GinkgoRecover()
			defer close(done)
			after.run(ctx)
		}()
		Consistently(func() int { return len(placesOf(ctx, after.user)) }).WithTimeout(dropTime * 3 / 2).Should(BeNumerically("<=", places))
		Expect(server.Signal(syscall.SIGCONT)).To(Succeed())
		door.lead(stale)
		Eventually(ctx, done).Should(BeClosed())
		for _, r := range []*rush{before, meanwhile, after} {
			r.isExact(ctx)
		}
	}, NodeTimeout(soon*4))
})
