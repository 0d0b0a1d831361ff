// SPDX-License-Identifier: Apache-2.0

// Package samples tries out what `make run` shows: the samples, applied by the real kubectl as the people whom they name, on a
// real API server with two replicas of the operator, which then are killed.
package samples

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
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
	samplesDir = "../../config/samples"
	refusedDir = samplesDir + "/refused"
	setupDir   = refusedDir + "/setup"

	// soon bounds the wait for what takes a moment on a busy machine: a new leader, a reconcile.
	soon = 2 * time.Minute
)

var (
	control  *controlplane.ControlPlane
	operator *sandbox.Sandbox
	scheme   = runtime.NewScheme()
	platform client.Client // the platform's administrator
	cacheDir string        // kubectl's
)

func TestSamples(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Samples")
}

var _ = BeforeSuite(func(ctx context.Context) {
	ctrl.SetLogger(zap.New(zap.WriteTo(GinkgoWriter)))
	SetDefaultEventuallyTimeout(soon)
	SetDefaultEventuallyPollingInterval(200 * time.Millisecond)
	Expect(clientgoscheme.AddToScheme(scheme)).To(Succeed())
	Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	root, err := controlplane.ModuleRoot()
	Expect(err).NotTo(HaveOccurred())
	cacheDir = GinkgoT().TempDir()
	manager := buildManager(ctx, root)

	control, err = controlplane.Start(ctx, controlplane.Options{Dir: GinkgoT().TempDir(), Out: GinkgoWriter})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(control.Stop()).To(Succeed()) })
	platform = clientAs("")
	startOperator(ctx, root, manager)
	Expect(control.RestartControllers()).To(Succeed())
})

func buildManager(ctx context.Context, root string) string {
	GinkgoHelper()
	program := filepath.Join(GinkgoT().TempDir(), "manager")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/manager")
	build.Dir, build.Stderr = root, GinkgoWriter
	Expect(build.Run()).To(Succeed())
	return program
}

func startOperator(ctx context.Context, root, manager string) {
	GinkgoHelper()
	shipped, err := config.Load(filepath.Join(root, "config", "manager", "config.yaml"))
	Expect(err).NotTo(HaveOccurred())
	dir := GinkgoT().TempDir()
	operator, err = sandbox.Start(ctx, sandbox.Options{
		Dir: dir, Kubeconfig: control.Kubeconfig(), Kubectl: control.Kubectl(), Manager: manager,
		Manifests: filepath.Join(root, "config", "sandbox"), Config: *shipped, Out: GinkgoWriter,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		stopped := operator.Stop()
		if CurrentSpecReport().Failed() {
			showLogs(dir)
		}
		Expect(stopped).To(Succeed())
	})
}

// showLogs keeps what the replicas said, for whoever looks into a failure.
func showLogs(dir string) {
	logs, _ := filepath.Glob(filepath.Join(dir, "replica-*", "*.log"))
	for _, log := range logs {
		data, err := os.ReadFile(log)
		fmt.Fprintf(GinkgoWriter, "%s (%v):\n%s\n", log, err, data)
	}
}

// clientAs acts as a person; as the platform's administrator if nobody is named.
func clientAs(email string) client.Client {
	GinkgoHelper()
	of := control.Config()
	if email != "" {
		of = control.ConfigFor(email, "system:authenticated")
	}
	c, err := client.New(of, client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// kubectl runs the real one and returns what it wrote to both its outputs.
func kubectl(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, control.Kubectl(), args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+control.Kubeconfig(), "KUBECACHEDIR="+cacheDir)
	said, err := command.CombinedOutput()
	return strings.TrimSpace(string(said)), err
}
