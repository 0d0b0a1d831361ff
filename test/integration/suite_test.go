// SPDX-License-Identifier: Apache-2.0

// Package integration tests admission as it is served: two replicas in this process, behind one address, on a real API server.
// No controller runs, so that nothing but the requests of a test changes the world.
package integration

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	baseDomain = "crm.example.com"
	systemNS   = "polyorg-system"
	// dropTime is long beside what a request takes here, and short beside what a test may take.
	dropTime = 15 * time.Second
	// apiServer is the name in the certificate by which the API server signs in to webhooks.
	apiServer = "kube-apiserver"
)

var (
	control  *controlplane.ControlPlane
	platform client.Client // a platform actor
	replicas []*replica
)

func TestIntegration(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Admission")
}

var _ = BeforeSuite(func() {
	SetDefaultEventuallyTimeout(30 * time.Second)
	ctrl.SetLogger(zap.New(zap.WriteTo(GinkgoWriter)))
	ctx, cancel := context.WithCancel(context.Background())
	DeferCleanup(cancel)

	var err error
	control, err = controlplane.Start(ctx, controlplane.Options{Dir: GinkgoT().TempDir(), WebhookClient: apiServer, Out: GinkgoWriter})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(control.Stop()).To(Succeed()) })
	platform, err = client.New(control.Config(), client.Options{Scheme: lab.Scheme})
	Expect(err).NotTo(HaveOccurred())

	root, err := controlplane.ModuleRoot()
	Expect(err).NotTo(HaveOccurred())
	_, err = envtest.InstallCRDs(control.Config(), envtest.CRDInstallOptions{Paths: []string{filepath.Join(root, "config", "crd", "bases")}})
	Expect(err).NotTo(HaveOccurred())
	Expect(platform.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: systemNS}})).To(Succeed())
	trace()
	lab.OpenTheDoor(ctx, platform)
	serve(ctx, root, 2)
})
