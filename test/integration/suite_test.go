// SPDX-License-Identifier: Apache-2.0

// Package integration tests admission as it is served: two replicas in this process, behind one address, on a real API server. No
// controller runs. So only a test's own requests change the world.
package integration

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/planes"
)

const (
	baseDomain = "crm.example.com"
	systemNS   = "polyorg-system"
	// dropTime is long beside the time of a request here, and short beside the time of a test.
	dropTime = 15 * time.Second
	// apiServer is the name in the certificate by which the API server signs in to webhooks.
	apiServer = planes.APIServer
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
	lab.Settings()
	SetDefaultEventuallyTimeout(30 * time.Second)
	ctx, cancel := context.WithCancel(context.Background())
	control = lab.Plane(ctx, false)
	DeferCleanup(func() { cancel(); running.Wait() }) // the replicas end before the control plane is given back
	platform = lab.Client(control.Config())
	root, err := controlplane.ModuleRoot()
	Expect(err).NotTo(HaveOccurred())
	Expect(platform.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: systemNS}})).To(Succeed())
	trace()
	lab.OpenTheDoor(ctx, platform)
	lab.Bind(ctx, platform, "cluster-admin", lab.Username(operatorAccount))
	serve(ctx, root, 2)
})
