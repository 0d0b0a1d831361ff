// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/process"
)

// soon is more than a loaded machine needs for anything that is waited for here.
const soon = time.Minute

func TestSandbox(t *testing.T) {
	g := NewWithT(t)
	control := startBareControlPlane(t)
	options := optionsFor(t, control)
	s, err := Start(t.Context(), options)
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = s.Stop() })
	g.Expect(s.Replicas()).To(Equal(2))
	api := newClient(g, control)

	t.Run("every replica serves admission", func(t *testing.T) {
		g := NewWithT(t)
		for i := range s.Replicas() {
			g.Eventually(func(g Gomega) int {
				g.Expect(tryOut(t.Context(), api)).To(Succeed())
				served, err := s.Admissions(t.Context(), i)
				g.Expect(err).NotTo(HaveOccurred())
				return served
			}, soon).Should(BeNumerically(">", 0))
		}
	})

	t.Run("one replica leads", func(t *testing.T) {
		g := NewWithT(t)
		g.Eventually(func(g Gomega) (leaders int) {
			for i := range s.Replicas() {
				leads, err := s.Leads(t.Context(), i)
				g.Expect(err).NotTo(HaveOccurred())
				if leads {
					leaders++
				}
			}
			return leaders
		}, soon).Should(Equal(1))
	})

	t.Run("the operator has its own service account", func(t *testing.T) {
		g := NewWithT(t)
		c, err := clientcmd.BuildConfigFromFlags("", filepath.Join(options.Dir, operatorKubeconfig))
		g.Expect(err).NotTo(HaveOccurred())
		review, err := kubernetes.NewForConfigOrDie(c).AuthenticationV1().SelfSubjectReviews().
			Create(t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(review.Status.UserInfo.Username).To(Equal("system:serviceaccount:polyorg-system:polyorg-operator"))
	})

	t.Run("admission survives a killed replica, which comes back", func(t *testing.T) {
		g := NewWithT(t)
		old := s.Process(0)
		g.Expect(s.Kill(0)).To(Succeed())
		g.Expect(s.Wait(t.Context())).To(Equal(0))
		for range 4 {
			g.Expect(tryOut(t.Context(), api)).To(Succeed())
		}
		g.Expect(s.Restart(t.Context(), 0)).To(Succeed())
		g.Expect(s.Process(0)).NotTo(BeIdenticalTo(old))
		g.Expect(s.replicas[0].ready.Load()).To(BeTrue())
	})

	t.Run("a replica that is killed while it starts comes back all the same", func(t *testing.T) {
		g := NewWithT(t)
		old := s.Process(0)
		g.Expect(s.Kill(0)).To(Succeed())
		g.Expect(s.Wait(t.Context())).To(Equal(0))
		killed := make(chan error)
		go func() {
			for s.Process(0) == old {
				goruntime.Gosched()
			}
			killed <- s.Kill(0)
		}()
		g.Expect(s.Revive(t.Context(), 0)).To(Succeed())
		g.Expect(<-killed).To(Succeed())
		g.Expect(s.replicas[0].ready.Load()).To(BeTrue())
	})

	t.Run("admission goes round a paused replica", func(t *testing.T) {
		g := NewWithT(t)
		g.Expect(s.Pause(1)).To(Succeed())
		g.Eventually(s.replicas[1].ready.Load, soon).Should(BeFalse())
		for range 4 {
			g.Expect(tryOut(t.Context(), api)).To(Succeed())
		}
		g.Expect(s.Resume(1)).To(Succeed())
		g.Eventually(s.replicas[1].ready.Load, soon).Should(BeTrue())
	})

	t.Run("another sandbox leaves the cluster to this one", func(t *testing.T) {
		g := NewWithT(t)
		other := options
		other.Dir = t.TempDir()
		_, err := Start(t.Context(), other)
		g.Expect(err).To(MatchError(ContainSubstring("the cluster has Polyorg already")))
		g.Expect(webhooks(t.Context(), g, s)).NotTo(BeEmpty())
	})

	t.Run("an operator that cannot be reached is told from one that refuses", func(t *testing.T) {
		g := NewWithT(t)
		g.Expect(s.front.close()).To(Succeed())
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		g.Expect(s.proveReached(ctx)).To(MatchError(And(
			ContainSubstring("has to run on the API server's own host"), ContainSubstring("connection refused"))))
	})

	t.Run("stops without a trace", func(t *testing.T) {
		g := NewWithT(t)
		pids := []int{s.Process(0).Pid(), s.Process(1).Pid()}
		g.Expect(s.Stop()).To(Succeed())
		for i, pid := range pids {
			g.Expect(process.IsOurs(s.replicas[i].dir, pid)).To(BeFalse())
		}
		g.Expect(webhooks(t.Context(), g, s)).To(BeEmpty())
	})
}

func TestMissingOperator(t *testing.T) {
	_, err := Start(t.Context(), Options{Dir: t.TempDir(), Manager: filepath.Join(t.TempDir(), "manager")})
	NewWithT(t).Expect(err).To(MatchError(ContainSubstring("make build")))
}

// webhooks are the names of the configurations in the cluster.
func webhooks(ctx context.Context, g Gomega, s *Sandbox) string {
	names, err := s.kubectl.run(ctx, nil, "get", "validatingwebhookconfigurations,mutatingwebhookconfigurations", "-o=name")
	g.Expect(err).NotTo(HaveOccurred())
	return names
}

// startBareControlPlane starts one in which no kind is installed, as `make run` finds it.
func startBareControlPlane(t *testing.T) *controlplane.ControlPlane {
	t.Helper()
	control, err := controlplane.Start(t.Context(), controlplane.Options{Dir: t.TempDir(), Out: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := control.Stop(); err != nil {
			t.Error(err)
		}
	})
	return control
}

// optionsFor runs the operator of testdata.
func optionsFor(t *testing.T, control *controlplane.ControlPlane) Options {
	t.Helper()
	g := NewWithT(t)
	root, err := controlplane.ModuleRoot()
	g.Expect(err).NotTo(HaveOccurred())
	shipped, err := config.Load(filepath.Join(root, "config", "manager", "config.yaml"))
	g.Expect(err).NotTo(HaveOccurred())
	return Options{
		Dir:        t.TempDir(),
		Kubeconfig: control.Kubeconfig(),
		Kubectl:    control.Kubectl(),
		Manager:    buildManager(t, root),
		Manifests:  filepath.Join("testdata", "manifests"),
		Config:     *shipped,
		Out:        t.Output(),
	}
}

func buildManager(t *testing.T, root string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "manager")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./internal/sandbox/testdata/manager")
	build.Dir, build.Stderr = root, os.Stderr
	if err := build.Run(); err != nil {
		t.Fatal(err)
	}
	return program
}

func newClient(g Gomega, control *controlplane.ControlPlane) client.Client {
	scheme := runtime.NewScheme()
	g.Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	c, err := client.New(control.Config(), client.Options{Scheme: scheme})
	g.Expect(err).NotTo(HaveOccurred())
	return c
}
