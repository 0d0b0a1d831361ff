// SPDX-License-Identifier: Apache-2.0

// Package history tries the limits by histories: many requests at once, on a real API server, to replicas of the operator that
// are processes of their own, which crash, pause and grow stale meanwhile. Every change of every object is recorded, in the order
// of the store, and each state on the way is judged; so is, for one limit, the order in which clients saw it (porcupine).
package history

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/sandbox"
)

const (
	// people is the group that RBAC lets do everything but administer, so that whatever is refused is refused by admission.
	people = "people"
	// seedVariable names the environment variable that replays a history.
	seedVariable = "POLYORG_HISTORY_SEED"
	// replicas is how many processes there are; tests with fewer let the last one rest.
	replicas = 3
	// soon bounds the wait for what takes a moment on a busy machine.
	soon = 90 * time.Second
)

var (
	control  *controlplane.ControlPlane
	operator *sandbox.Sandbox
	seen     *recorder
	judged   = newChecker()
	scheme   = runtime.NewScheme()
	platform client.Client // the platform's administrator
)

// TestMain lets this very program be the replicas too: as wired as cmd/manager, race detector included, but with a drop time
// that a test can wait for, controllers or not, and watches that can be held.
func TestMain(m *testing.M) {
	if mode := os.Getenv(modeVariable); mode != "" {
		file := flag.String("config", "", "the operator's configuration file")
		flag.Parse()
		if err := serve(*file, mode == withControllers); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestHistory(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Histories")
}

// In this order: what the crowds leave behind would keep the controllers busy.
var _ = Describe("History", Ordered, func() {
	AfterEach(func() {
		if CurrentSpecReport().Failed() {
			keepTraces()
		}
	})
	linearizability()
	randomHistories()
	endToEnd()
})

// seed is the one number that all chance comes from.
func seed() int64 {
	GinkgoHelper()
	text := os.Getenv(seedVariable)
	if text == "" {
		return GinkgoRandomSeed()
	}
	n, err := strconv.ParseInt(text, 10, 64)
	Expect(err).NotTo(HaveOccurred())
	return n
}

var _ = BeforeSuite(func(ctx context.Context) {
	ctrl.SetLogger(zap.New(zap.WriteTo(GinkgoWriter)))
	SetDefaultEventuallyTimeout(soon)
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
	Expect(clientgoscheme.AddToScheme(scheme)).To(Succeed())
	Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	Expect(os.Setenv(modeVariable, withoutControllers)).To(Succeed())
	DeferCleanup(os.Unsetenv, modeVariable)

	var err error
	control, err = controlplane.Start(ctx, controlplane.Options{Dir: GinkgoT().TempDir(), Out: GinkgoWriter})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(control.Stop()).To(Succeed()) })
	startOperator(ctx)
	Expect(control.RestartControllers()).To(Succeed())
	platform = as("")
	openTheDoor(ctx)
	seen = record(control.Config())
	DeferCleanup(func() { seen.stop() })
})

func startOperator(ctx context.Context) {
	GinkgoHelper()
	root, err := controlplane.ModuleRoot()
	Expect(err).NotTo(HaveOccurred())
	shipped, err := config.Load(filepath.Join(root, "config", "manager", "config.yaml"))
	Expect(err).NotTo(HaveOccurred())
	self, err := os.Executable()
	Expect(err).NotTo(HaveOccurred())
	dir := GinkgoT().TempDir()
	operator, err = sandbox.Start(ctx, sandbox.Options{
		Dir: dir, Kubeconfig: control.Kubeconfig(), Kubectl: control.Kubectl(), Manager: self, Replicas: replicas,
		Manifests: filepath.Join(root, "config", "sandbox"), Config: *shipped, Out: GinkgoWriter,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(operator.Stop()).To(Succeed()) })
}

// openTheDoor gives people every verb but `administer`.
func openTheDoor(ctx context.Context) {
	GinkgoHelper()
	Expect(platform.Create(ctx, &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: people},
		Rules: []rbacv1.PolicyRule{{APIGroups: []string{v1alpha1.GroupName}, Resources: []string{"*"},
			Verbs: []string{"get", "list", "watch", "create", "update", "patch", "delete"}}},
	})).To(Succeed())
	Expect(platform.Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: people},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: people},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "Group", Name: people}},
	})).To(Succeed())
}
