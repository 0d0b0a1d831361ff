// SPDX-License-Identifier: Apache-2.0

// Package faults tests that limits hold exactly, whatever fails. Replicas of admission run on a real API server, each with a connection of
// its own. A test can slow, cut or stall that connection, or make it lose answers. README.md says which test has which fault.
package faults

import (
	"context"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	baseDomain = "crm.example.com"
	systemNS   = "polyorg-system"
	// dropTime is long beside the time of a request here, and short beside the time of a test.
	dropTime = 5 * time.Second
	// patience is how long a request may wait in admission: less than the webhooks' own time limit.
	patience = 8 * time.Second
	// soon bounds the wait for events that happen by themselves, on a busy machine.
	soon = 45 * time.Second
)

var (
	control    *controlplane.ControlPlane
	controlDir string
	root       string        // of the module
	platform   client.Client // a platform actor
	door       *front
	pool       []*v1alpha1.Organization // with seats for everybody
)

// TestMain makes this program a replica in a process of its own, which can be frozen and killed.
func TestMain(m *testing.M) {
	if kubeconfig := os.Getenv(replicaVariable); kubeconfig != "" {
		beReplica(kubeconfig)
		return
	}
	os.Exit(m.Run())
}

func TestFaults(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Faults")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	lab.Settings()
	SetDefaultEventuallyTimeout(soon)
	SetDefaultEventuallyPollingInterval(50 * time.Millisecond)
	var err error
	root, err = controlplane.ModuleRoot()
	Expect(err).NotTo(HaveOccurred())
	door = newFront()
	DeferCleanup(door.Close)
	setUp(ctx, false)
	fill(ctx)
})

// setUp gets a control plane with everything but replicas. From then on, the package's variables refer to it.
func setUp(ctx context.Context, own bool) {
	GinkgoHelper()
	control = lab.Plane(ctx, own)
	controlDir = control.Dir()
	platform = lab.Client(control.Config())
}

// fill installs what a cluster needs, and makes the organizations of the pool.
func fill(ctx context.Context) {
	GinkgoHelper()
	Expect(platform.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: systemNS}})).To(Succeed())
	lab.OpenTheDoor(ctx, platform)
	installWebhooks(ctx, door)
	replicas := serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
	makePool(ctx)
	for _, r := range replicas {
		r.stop()
	}
}

func makePool(ctx context.Context) {
	GinkgoHelper()
	pool = nil
	for range 14 {
		pool = append(pool, create(ctx, lab.NewOrganization(lab.Person("owner"), 10_000)))
	}
}
